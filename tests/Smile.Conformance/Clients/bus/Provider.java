import javax.jms.Connection;
import javax.jms.MessageProducer;
import javax.jms.Session;
import javax.jms.TextMessage;
import javax.jms.Topic;
import org.apache.activemq.ActiveMQConnectionFactory;

/**
 * A provider of ADSL lines: answers each request to provision one with the guide's example document (line 23187); ends when its
 * input ends. Arguments: broker, user, password.
 */
public class Provider {
    private static final String SELECTOR = "smileMessageType = 'SubscriptionReadyToProvision' AND sid = 17";

    public static void main(String[] arguments) throws Exception {
        Connection connection = new ActiveMQConnectionFactory(arguments[1], arguments[2], arguments[0]).createConnection();
        Session session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
        Topic topic = session.createTopic("SmileSubscription");
        MessageProducer producer = session.createProducer(topic);
        session.createConsumer(topic, SELECTOR).setMessageListener(request -> {
            try {
                int id = request.getIntProperty("provisionRequestId");
                TextMessage answer = session.createTextMessage(
                    "<SubscriptionProvisionResponse xmlns=\"http://xml.inomial.com/smile/2.xsd\">"
                        + "<provisionRequestId>" + id + "</provisionRequestId><status>Provisioned</status><message>Completed</message>"
                        + "</SubscriptionProvisionResponse>");
                answer.setIntProperty("provisionRequestId", id);
                answer.setStringProperty("smileMessageType", "SubscriptionProvisionResponse");
                producer.send(answer);
                System.out.println("{\"answered\":" + id + "}");
            } catch (Exception exception) {
                exception.printStackTrace();
                System.exit(1);
            }
        });
        connection.start();
        System.out.println("{\"ready\":true}");
        while (System.in.read() >= 0) {
            // Whoever started it ends it.
        }
        connection.close();
    }
}
