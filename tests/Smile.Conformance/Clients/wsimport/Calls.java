import com.inomial.ws.smile.Account;
import com.inomial.ws.smile.AccountService;
import com.inomial.ws.smile.Order;
import com.inomial.ws.smile.OrderException;
import com.inomial.ws.smile.OrderService;
import com.inomial.xml.smile._2.AccountType;
import com.inomial.xml.smile._2.IntegerFieldType;
import com.inomial.xml.smile._2.ObjectType;
import com.inomial.xml.smile._2.OrderDetailsType;
import com.inomial.xml.smile._2.OrderType;
import com.inomial.xml.smile._2.PropertiesType;
import com.inomial.xml.smile._2.StringFieldType;
import java.io.PrintStream;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Collectors;
import javax.xml.ws.BindingProvider;

/** Makes the calls of the conformance check. Arguments: base address, API user, password, a new username. */
public class Calls {
    private static final PrintStream OUT = new PrintStream(System.out, true, StandardCharsets.UTF_8);

    public static void main(String[] arguments) throws Exception {
        Order orders = new OrderService(new URL(arguments[0] + "order?wsdl")).getOrderPort();
        Account accounts = new AccountService(new URL(arguments[0] + "account?wsdl")).getAccountPort();
        logIn(orders, arguments);
        logIn(accounts, arguments);

        OUT.printf("{\"call\":\"echo\",\"return\":\"%s\"}%n", orders.echo("H\u00e4llo <&> \ud83d\ude00"));
        OUT.printf("{\"call\":\"getAvailableOrderForms\",\"packages\":%s}%n", list(orders.getAvailableOrderForms().getOrderForm().stream().map(form -> form.getPackage()).collect(Collectors.toList())));

        OrderDetailsType details = orders.orderAccount(order(arguments[3]));
        OUT.printf(
            "{\"call\":\"orderAccount\",\"orderNumber\":\"%s\",\"accountUsn\":\"%s\",\"sids\":%s,\"secondaryContactName\":\"%s\"}%n",
            details.getOrderNumber(),
            details.getOrder().getAccountUSN(),
            list(details.getOrderedComponents().getSubscription().stream().map(subscription -> subscription.getSID()).collect(Collectors.toList())),
            nested(details.getOrder().getOrderForm().getObject(), "secondaryContact", "secondaryContactName"));

        try {
            orders.getOrderForm(123);
        } catch (OrderException exception) {
            OUT.printf("{\"call\":\"getOrderForm\",\"fault\":\"OrderException\",\"message\":\"%s\"}%n", exception.getFaultInfo().getMessage());
        }

        AccountType account = accounts.get(details.getOrder().getAccountUSN());
        OUT.printf(
            "{\"call\":\"get\",\"usn\":\"%s\",\"subscriptions\":%s,\"secondaryContactNo\":\"%s\"}%n",
            account.getUSN(),
            list(account.getSubscriptions().getSubscription().stream().map(subscription -> "\"" + subscription.getUSN() + "\"").collect(Collectors.toList())),
            nested(account.getProperties().getObject(), "secondaryContact", "secondaryContactNo"));
    }

    private static void logIn(Object port, String[] arguments) {
        ((BindingProvider) port).getRequestContext().put(BindingProvider.USERNAME_PROPERTY, arguments[1]);
        ((BindingProvider) port).getRequestContext().put(BindingProvider.PASSWORD_PROPERTY, arguments[2]);
    }

    private static OrderType order(String username) {
        ObjectType contact = object(text("secondaryContactName", "John Smith"), text("secondaryContactNo", "+61395505665"));
        contact.setName("secondaryContact");
        IntegerFieldType phoneLines = new IntegerFieldType();
        phoneLines.setName("phoneLines");
        phoneLines.setValue("12");
        PropertiesType form = new PropertiesType();
        form.setObject(object(text("username", username), phoneLines, text("contactGiven", "Joe"), text("contactFamily", "Smith"), contact));
        OrderType order = new OrderType();
        order.setPackage(192);
        order.setPackagePlan(812);
        order.setOrderForm(form);
        return order;
    }

    private static ObjectType object(Object... fields) {
        ObjectType object = new ObjectType();
        object.getStringOrIntegerOrBoolean().addAll(List.of(fields));
        return object;
    }

    private static StringFieldType text(String name, String value) {
        StringFieldType field = new StringFieldType();
        field.setName(name);
        field.setValue(value);
        return field;
    }

    /** A field of a compound field. */
    private static String nested(ObjectType fields, String compound, String name) {
        for (Object field : fields.getStringOrIntegerOrBoolean()) {
            if (field instanceof ObjectType && compound.equals(((ObjectType) field).getName())) {
                return nested((ObjectType) field, compound, name);
            }
            if (field instanceof StringFieldType && name.equals(((StringFieldType) field).getName())) {
                return ((StringFieldType) field).getValue();
            }
        }
        return null;
    }

    private static String list(List<?> values) {
        return values.toString().replace(" ", "");
    }
}
