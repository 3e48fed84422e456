import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import javax.jms.Connection;
import javax.jms.DeliveryMode;
import javax.jms.Message;
import javax.jms.MessageConsumer;
import javax.jms.Session;
import javax.jms.TextMessage;
import org.apache.activemq.ActiveMQConnectionFactory;

/** Subscribes durably to a topic with a selector and prints each message as one line of JSON. */
public class Listener {
    public static void main(String[] arguments) throws Exception {
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.US_ASCII);
        Connection connection = new ActiveMQConnectionFactory(arguments[1], arguments[2], arguments[0]).createConnection();
        connection.setClientID("java-listener-" + arguments[3]);
        Session session = connection.createSession(false, Session.CLIENT_ACKNOWLEDGE);
        MessageConsumer consumer = session.createDurableSubscriber(session.createTopic(arguments[3]), "listener", arguments[4], false);
        connection.start();
        out.println("READY");
        for (int left = Integer.parseInt(arguments[5]); left > 0; left--) {
            Message message = consumer.receive();
            out.println(describe(message));
            message.acknowledge();
        }
        connection.close();
        out.println("DONE");
    }

    private static String describe(Message message) throws Exception {
        StringBuilder json = new StringBuilder("{\"kind\":");
        quote(json, message instanceof TextMessage ? "TextMessage" : message.getClass().getSimpleName());
        json.append(",\"text\":");
        quote(json, message instanceof TextMessage ? ((TextMessage) message).getText() : "");
        json.append(",\"messageId\":");
        quote(json, message.getJMSMessageID());
        json.append(",\"group\":");
        quote(json, String.valueOf(message.getStringProperty("JMSXGroupID")));
        json.append(",\"type\":");
        quote(json, String.valueOf(message.getJMSType()));
        json.append(",\"timestamp\":").append(message.getJMSTimestamp());
        json.append(",\"persistent\":").append(message.getJMSDeliveryMode() == DeliveryMode.PERSISTENT);
        json.append(",\"properties\":{");
        String separator = "";
        List<?> names = Collections.list(message.getPropertyNames());
        for (Object name : names) {
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
