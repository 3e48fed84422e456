"""Makes the calls of the conformance check. Arguments: base address, API user, password, a new username."""
import sys

from zeep.exceptions import Fault

from smile import compound, connect, find, number, order, tell, text

base, user, password, username = sys.argv[1:]
open_endpoint = connect(base, user, password)
client = open_endpoint("order")
orders = client.service
accounts = open_endpoint("account").service

tell(call="echo", **{"return": orders.echo("Hällo <&> 😀")})
tell(call="getAvailableOrderForms", packages=[form.Package for form in orders.getAvailableOrderForms()])

ordered = orders.orderAccount(order(
    192, 812,
    text("username", username), number("phoneLines", 12), text("contactGiven", "Joe"), text("contactFamily", "Smith"),
    compound("secondaryContact", text("secondaryContactName", "John Smith"), text("secondaryContactNo", "+61395505665"))))
contact = find(ordered.Order.OrderForm.Object, "Object", "secondaryContact")
tell(
    call="orderAccount", orderNumber=ordered.OrderNumber, accountUsn=ordered.Order.AccountUSN,
    sids=[subscription.SID for subscription in ordered.OrderedComponents.Subscription],
    secondaryContactName=find(contact, "String", "secondaryContactName")["_value_1"])

try:
    orders.getOrderForm(123)
except Fault as fault:
    element = fault.detail[0]
    typed = client.wsdl.types.deserialize(element)
    tell(call="getOrderForm", fault=element.tag.split("}")[1], message=typed.message)

account = accounts.get(ordered.Order.AccountUSN)
contact = find(account.Properties.Object, "Object", "secondaryContact")
tell(
    call="get", usn=account.USN, subscriptions=[subscription.USN for subscription in account.Subscriptions.Subscription],
    secondaryContactNo=find(contact, "String", "secondaryContactNo")["_value_1"])
