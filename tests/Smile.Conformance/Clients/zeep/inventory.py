"""
A telephone number and a ticket from beginning to end. Arguments: base address, API user, password, a new username, the pool, and either
"order", or "search" with a number.
"""
import sys
from datetime import datetime, timedelta, timezone

from smile import connect, order, tell, text

base, user, password, username, pool_id, phase, *rest = sys.argv[1:]
open_endpoint = connect(base, user, password)
pools = open_endpoint("pool").service
subscriptions = open_endpoint("subscription").service
first, last = "0399970000", "0399970009"


def free():
    found = pools.search(PoolSearchCriteria={"PoolId": pool_id, "SearchRangeStart": first, "SearchRangeEnd": last, "DesiredRangeSize": 1})
    return [each.RangeStart for each in found or []]


if phase == "search":
    tell(call="search", isFree=rest[0] in free())
    sys.exit()

orders = open_endpoint("order").service
customer = orders.orderAccount(order(
    300, 1, text("username", username), text("contactGiven", "Joe"), text("contactFamily", "Smith"), text("emailAddress", "joe@example.com"),
    text("catUsername", username + "@example.com"), text("catPassword", "open sesame"))).Order.AccountUSN

number = free()[0]
kept = pools.createReservation(poolId=pool_id, start=number, end=number, LinkType="Temporary")
tell(call="createReservation", linkType=kept.LinkType, isFree=number in free())
line = orders.orderSubscription(customer, order(
    310, 1, text("phoneNumber", number), text("phoneReservation", kept.Reservation.ReservationId))).OrderedComponents.Subscription[0].USN


def links():
    return [[link.LinkType, link.Reservation.Start] for link in subscriptions.getPoolReservationLinks(line)]


tell(call="orderSubscription", number=number, links=links())
subscriptions.cancel(line, datetime(2014, 1, 1, tzinfo=timezone.utc))
tell(call="cancel", links=links(), isFree=number in free())

tickets = open_endpoint("crm").service
start = datetime.now(timezone.utc) + timedelta(days=7)
slots = tickets.getAppointmentAvailabilities(AppointmentAvailabilitiesRequest={
    "TicketGroupId": 322, "Start": start, "End": start + timedelta(days=7), "Duration": 30 * 60_000, "TravelDuration": 60_000})
appointment = {"USN": slots[0].USN, "Start": slots[0].Start, "Duration": 30 * 60_000, "TravelDuration": 60_000}
ticket = tickets.raiseTicket("124", customer, NewTicketRequest={"Properties": {"Object": {"_value_1": []}}, "AppointmentRequest": appointment})
tell(call="raiseTicket", subject=ticket.Subject == f"Visit of a technician for {customer}")
status = []
for action in 10, 13:
    status.append(tickets.runTicketAction(ticket.Number, action).TicketStatus._value_1)
tell(call="runTicketAction", status=status, tickets=[each.Number == ticket.Number for each in tickets.getTickets(customer)])
