// Makes the calls of the conformance check. Arguments: base address, API user, password, a new username.
const soap = require('soap');

const [base, user, password, username] = process.argv.slice(2);

async function connect(endpoint) {
  const client = await soap.createClientAsync(`${base}${endpoint}?wsdl`);
  client.setSecurity(new soap.BasicAuthSecurity(user, password));
  return client;
}

const tell = (call, facts) => console.log(JSON.stringify({ call, ...facts }));
const text = (name, value) => ({ attributes: { name }, $value: value });
const list = value => [].concat(value);
const find = (fields, name) => list(fields).find(field => field.attributes.name === name);

async function main() {
  const orders = await connect('order');
  const accounts = await connect('account');

  const [echoed] = await orders.echoAsync({ value: 'Hällo <&> 😀' });
  tell('echo', { return: echoed.return });

  const [forms] = await orders.getAvailableOrderFormsAsync({});
  tell('getAvailableOrderForms', { packages: forms.OrderFormList.OrderForm.map(form => form.Package) });

  const [{ OrderDetails: details }] = await orders.orderAccountAsync({
    Order: {
      Package: 192,
      PackagePlan: 812,
      OrderForm: {
        Object: {
          String: [text('username', username), text('contactGiven', 'Joe'), text('contactFamily', 'Smith')],
          Integer: [text('phoneLines', 12)],
          Object: [{
            attributes: { name: 'secondaryContact' },
            String: [text('secondaryContactName', 'John Smith'), text('secondaryContactNo', '+61395505665')],
          }],
        },
      },
    },
  });
  tell('orderAccount', {
    orderNumber: details.OrderNumber,
    accountUsn: details.Order.AccountUSN,
    sids: list(details.OrderedComponents.Subscription).map(subscription => subscription.SID),
    secondaryContactName: find(find(details.Order.OrderForm.Object.Object, 'secondaryContact').String, 'secondaryContactName').$value,
  });

  try {
    await orders.getOrderFormAsync({ packageId: 123 });
  } catch (problem) {
    const [[fault, { message }]] = Object.entries(problem.root.Envelope.Body.Fault.detail);
    tell('getOrderForm', { fault, message });
  }

  const [{ Account: account }] = await accounts.getAsync({ usn: details.Order.AccountUSN });
  tell('get', {
    usn: account.USN,
    subscriptions: list(account.Subscriptions.Subscription).map(subscription => subscription.USN),
    secondaryContactNo: find(find(account.Properties.Object.Object, 'secondaryContact').String, 'secondaryContactNo').$value,
  });
}

main().catch(problem => {
  console.error(problem);
  process.exit(1);
});
