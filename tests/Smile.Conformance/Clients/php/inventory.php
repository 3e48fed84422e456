<?php
// A telephone number and a ticket from beginning to end. Arguments: base address, API user, password, a new username, the pool, and either
// "order", or "search" with a number.
[, $base, $user, $password, $username, $pool, $phase] = $argv;

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

function order(int $package, array $fields): array
{
    $texts = array_map(fn ($name, $value) => ['name' => $name, '_' => $value], array_keys($fields), $fields);
    return ['Package' => $package, 'PackagePlan' => 1, 'OrderForm' => ['Object' => ['String' => $texts]]];
}

$pools = connect('pool');

function free(): array
{
    global $pools, $pool;
    $found = $pools->search(['PoolSearchCriteria' => [
        'PoolId' => $pool, 'SearchRangeStart' => '0399970010', 'SearchRangeEnd' => '0399970019', 'DesiredRangeSize' => 1,
    ]]);
    return array_map(fn ($each) => $each->RangeStart, $found->PoolSearchResults->PoolSearchResult ?? []);
}

if ($phase === 'search') {
    tell('search', ['isFree' => in_array($argv[7], free(), true)]);
    exit;
}

$orders = connect('order');
$subscriptions = connect('subscription');
$customer = $orders->orderAccount(['Order' => order(300, [
    'username' => $username, 'contactGiven' => 'Joe', 'contactFamily' => 'Smith', 'emailAddress' => 'joe@example.com',
    'catUsername' => "$username@example.com", 'catPassword' => 'open sesame',
])])->OrderDetails->Order->AccountUSN;

$number = free()[0];
$kept = $pools->createReservation(['poolId' => $pool, 'start' => $number, 'end' => $number, 'LinkType' => 'Temporary'])->PoolReservationLink;
tell('createReservation', ['linkType' => $kept->LinkType, 'isFree' => in_array($number, free(), true)]);
$line = $orders->orderSubscription(['usn' => $customer, 'Order' => order(310, [
    'phoneNumber' => $number, 'phoneReservation' => $kept->Reservation->ReservationId,
])])->OrderDetails->OrderedComponents->Subscription[0]->USN;

function links(): array
{
    global $subscriptions, $line;
    $links = $subscriptions->getPoolReservationLinks(['usn' => $line])->PoolReservationLinks->Link ?? [];
    return array_map(fn ($link) => [$link->LinkType, $link->Reservation->Start], $links);
}

tell('orderSubscription', ['number' => $number, 'links' => links()]);
$subscriptions->cancel(['usn' => $line, 'fromTimestamp' => '2014-01-01T00:00:00Z']);
tell('cancel', ['links' => links(), 'isFree' => in_array($number, free(), true)]);

$tickets = connect('crm');
$start = new DateTimeImmutable('+14 days', new DateTimeZone('UTC'));
$length = ['Duration' => 30 * 60000, 'TravelDuration' => 60000];
$slots = $tickets->getAppointmentAvailabilities(['AppointmentAvailabilitiesRequest' => [
    'TicketGroupId' => 322, 'Start' => $start->format(DATE_ATOM), 'End' => $start->modify('+7 days')->format(DATE_ATOM),
] + $length])->AppointmentAvailability->Availability;
$ticket = $tickets->raiseTicket(['templateTicketNumber' => '124', 'usn' => $customer, 'NewTicketRequest' => [
    'AppointmentRequest' => ['USN' => $slots[0]->USN, 'Start' => $slots[0]->Start] + $length,
]])->Ticket;
tell('raiseTicket', ['subject' => $ticket->Subject === "Visit of a technician for $customer"]);
$status = [];
foreach ([10, 13] as $action) {
    $status[] = $tickets->runTicketAction(['ticketNumber' => $ticket->Number, 'ticketAction' => $action])->Ticket->TicketStatus->_;
}
$all = $tickets->getTickets(['usn' => $customer])->TicketList->Ticket;
tell('runTicketAction', ['status' => $status, 'tickets' => array_map(fn ($each) => $each->Number === $ticket->Number, $all)]);
