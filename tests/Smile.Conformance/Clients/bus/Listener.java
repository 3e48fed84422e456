import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.Enumeration;
import javax.jms.Connection;
import javax.jms.DeliveryMode;
import javax.jms.Message;
import javax.jms.Session;
import javax.jms.TextMessage;
import org.apache.activemq.ActiveMQConnectionFactory;

/**
 * Subscribes durably and prints each message as one line of JSON, acknowledged once it is printed; ends when its input ends.
 * Arguments: broker, user, password, client id, then topic and selector of each subscription.
 */
public class Listener {
    private static final PrintStream OUT = new PrintStream(System.out, true, StandardCharsets.US_ASCII);

    public static void main(String[] arguments) throws Exception {
        Connection connection = new ActiveMQConnectionFactory(arguments[1], arguments[2], arguments[0]).createConnection();
        connection.setClientID(arguments[3]);
        for (int next = 4; next < arguments.length; next += 2) {
            String topic = arguments[next];
            Session session = connection.createSession(false, Session.CLIENT_ACKNOWLEDGE);
            session.createDurableSubscriber(session.createTopic(topic), topic, arguments[next + 1], false).setMessageListener(message -> take(topic, message));
        }
        connection.start();
        OUT.println("{\"ready\":true}");
        while (System.in.read() >= 0) {
            // Whoever started it ends it.
        }
        connection.close();
    }

    private static void take(String topic, Message message) {
        try {
            String line = describe(topic, message);
            synchronized (OUT) {
                OUT.println(line);
            }
            message.acknowledge();
        } catch (Exception exception) {
            exception.printStackTrace();
            System.exit(1);
        }
    }

    private static String describe(String topic, Message message) throws Exception {
        StringBuilder json = new StringBuilder("{\"topic\":");
        quote(json, topic);
        json.append(",\"kind\":");
        quote(json, message instanceof TextMessage ? "TextMessage" : message.getClass().getSimpleName());
        json.append(",\"text\":");
        quote(json, message instanceof TextMessage ? ((TextMessage) message).getText() : "");
        json.append(",\"group\":");
        quote(json, String.valueOf(message.getStringProperty("JMSXGroupID")));
        json.append(",\"redelivered\":").append(message.getJMSRedelivered());
        json.append(",\"persistent\":").append(message.getJMSDeliveryMode() == DeliveryMode.PERSISTENT);
        json.append(",\"properties\":{");
        String separator = "";
        for (Object name : Collections.list((Enumeration<?>) message.getPropertyNames())) {
            Object value = message.getObjectProperty((String) name);
            json.append(separator);
            separator = ",";
            quote(json, (String) name);
            json.append(':');
            quote(json, value.getClass().getSimpleName() + " " + value);
        }
        return json.append("}}").toString();
    }

    private static void quote(StringBuilder json, String text) {
        json.append('"');
        for (char unit : text.toCharArray()) {
            if (unit < ' ' || unit > '~' || unit == '"' || unit == '\\') {
                json.append(String.format("\\u%04x", (int) unit));
            } else {
                json.append(unit);
            }
        }
        json.append('"');
    }
}
