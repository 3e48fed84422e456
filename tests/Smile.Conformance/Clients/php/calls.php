<?php
// Makes the calls of the conformance check. Arguments: base address, API user, password, a new username.
[, $base, $user, $password, $username] = $argv;

function connect(string $endpoint): SoapClient
{
    global $base, $user, $password;
    return new SoapClient("$base$endpoint?wsdl", [
        'login' => $user, 'password' => $password, 'cache_wsdl' => WSDL_CACHE_NONE, 'features' => SOAP_SINGLE_ELEMENT_ARRAYS, 'encoding' => 'UTF-8',
    ]);
}

function tell(string $call, array $facts): void
{
    echo json_encode(['call' => $call] + $facts), "\n";
}

function text(string $name, string $value): array
{
    return ['name' => $name, '_' => $value];
}

function find(array $fields, string $name): object
{
    foreach ($fields as $field) {
        if ($field->name === $name) {
            return $field;
        }
    }
    throw new Exception("There is no field $name.");
}

$orders = connect('order');
$accounts = connect('account');

tell('echo', ['return' => $orders->echo(['value' => 'Hällo <&> 😀'])->return]);
tell('getAvailableOrderForms', ['packages' => array_map(fn ($form) => $form->Package, $orders->getAvailableOrderForms()->OrderFormList->OrderForm)]);

$details = $orders->orderAccount(['Order' => [
    'Package' => 192,
    'PackagePlan' => 812,
    'OrderForm' => ['Object' => [
        'String' => [text('username', $username), text('contactGiven', 'Joe'), text('contactFamily', 'Smith')],
        'Integer' => [['name' => 'phoneLines', '_' => 12]],
        'Object' => [['name' => 'secondaryContact', 'String' => [text('secondaryContactName', 'John Smith'), text('secondaryContactNo', '+61395505665')]]],
    ]],
]])->OrderDetails;
tell('orderAccount', [
    'orderNumber' => $details->OrderNumber,
    'accountUsn' => $details->Order->AccountUSN,
    'sids' => array_map(fn ($subscription) => $subscription->SID, $details->OrderedComponents->Subscription),
    'secondaryContactName' => find(find($details->Order->OrderForm->Object->Object, 'secondaryContact')->String, 'secondaryContactName')->_,
]);

try {
    $orders->getOrderForm(['packageId' => 123]);
} catch (SoapFault $fault) {
    $element = array_key_first(get_object_vars($fault->detail));
    tell('getOrderForm', ['fault' => $element, 'message' => $fault->detail->$element->message]);
}

$account = $accounts->get(['usn' => $details->Order->AccountUSN])->Account;
tell('get', [
    'usn' => $account->USN,
    'subscriptions' => array_map(fn ($subscription) => $subscription->USN, $account->Subscriptions->Subscription),
    'secondaryContactNo' => find(find($account->Properties->Object->Object, 'secondaryContact')->String, 'secondaryContactNo')->_,
]);
