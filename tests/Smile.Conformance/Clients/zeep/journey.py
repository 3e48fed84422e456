"""
From the order forms to a customer who reads his account. Arguments: base address, API user, password, a new username, seconds to wait
for the provider, who answers over the bus.
"""
import sys
import time

from smile import connect, order, tell, text

base, user, password, username, patience = sys.argv[1:]
open_endpoint = connect(base, user, password)
orders = open_endpoint("order").service
accounts = open_endpoint("account").service
authentication = open_endpoint("authentication").service

tell(call="getAvailableOrderForms", packages=[form.Package for form in orders.getAvailableOrderForms()])

business = orders.orderAccount(order(
    302, 1,
    text("username", username), text("companyName", "Example Telecom Ltd"), text("contactGiven", "Joe"), text("contactFamily", "Smith"),
    text("emailAddress", "joe@example.com")))
subscription = business.OrderedComponents.Subscription[0]
tell(
    call="orderAccount", orderNumber=business.OrderNumber, accountUsn=business.Order.AccountUSN, requiresApproval=business.Order.RequiresApproval,
    subscriptionUsn=subscription.USN, provisionStatus=subscription.ProvisionStatus)

orders.approveOrder(business.OrderNumber)
tell(call="approveOrder")

limit = time.monotonic() + float(patience)
while subscription.ActivateStatus != "Activated" and time.monotonic() < limit:
    time.sleep(0.05)
    subscription = orders.getOrder(business.OrderNumber).OrderedComponents.Subscription[0]
tell(
    call="getOrder", provisionStatus=subscription.ProvisionStatus, enableStatus=subscription.EnableStatus, activateStatus=subscription.ActivateStatus)

portal = orders.orderAccount(order(
    300, 1,
    text("username", username + "-portal"), text("contactGiven", "Joe"), text("contactFamily", "Smith"), text("emailAddress", "joe@example.com"),
    text("catUsername", username + "@example.com"), text("catPassword", "open sesame")))
login = portal.OrderedComponents.Subscription[0].USN
answer = authentication.authenticate({
    "AuthenticationRequestType": 1,
    "Parameters": {"Object": {"_value_1": [
        text("username", username + "@example.com"), text("password", "open sesame"), {"Integer": {"name": "serviceType", "_value_1": 2}}]}},
})
tell(call="authenticate", success=answer.Success, isTheLogin=answer.USN == login)

account = accounts.get(portal.Order.AccountUSN)
tell(call="get", isTheAccount=account.USN == portal.Order.AccountUSN, services=[each.SID for each in account.Subscriptions.Subscription])
