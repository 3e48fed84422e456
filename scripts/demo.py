"""A year of Example Telecom, played through the public API on a stage whose clock moves: orders, bills, payments, a late payer, a change of
plan, a contract broken early, a cancellation, a telephone that is used a lot. Leaves the invoices as PDF and a page to look at. Run by ./smile demo."""

import datetime
import decimal
import html
import os
import pathlib
import subprocess
import sys
import zoneinfo

import requests
import zeep

ADDRESS, USER, SERVER, FOLDER, BEGIN = sys.argv[1:6]
SYDNEY = zoneinfo.ZoneInfo("Australia/Sydney")
CARD = "378282246310005"
DATA = "{http://xml.inomial.com/smile/2.xsd}"

session = requests.Session()
session.auth = (USER, os.environ["SMILE_PASSWORD"])
clients = {name: zeep.Client(f"{ADDRESS}/smile/ws/v2/{name}?wsdl", transport=zeep.Transport(session=session))
           for name in ("order", "account", "payment", "provisioning", "subscription", "subscription/planchange", "contract", "spendmanagement", "prepaid")}
api = {name: client.service for name, client in clients.items()}
folder = pathlib.Path(FOLDER)
story, customers = [], []
now = datetime.datetime.fromisoformat(BEGIN)


def tell(text):
    story.append((now.date(), text))
    print(f"{now:%d %b %Y}  {text}", flush=True)


def money(amount):
    """As the server writes it: a credit in brackets."""
    return f"$({-amount:.2f})" if amount < 0 else f"${amount:.2f}"


def count(number, what):
    return f"{number} {what}" + ("" if number == 1 else "s")


def smile(*arguments):
    result = subprocess.run(["dotnet", SERVER, *arguments], capture_output=True, text=True)
    if result.returncode:
        sys.exit(f"smile {' '.join(arguments)}: {result.stderr or result.stdout}")
    return result.stdout


def advance(month, day, hour=10):
    """Lets time pass to a day of 2026; what the server did on the way is told."""
    global now
    now = datetime.datetime(2026, month, day, hour, tzinfo=SYDNEY)
    for line in smile("clock", "advance", "--to", now.isoformat()).splitlines():
        if "billed" in line and " 0 invoices" not in line:
            day, what = line.split("  ", 1)
            story.append((datetime.date.fromisoformat(day[:10]), "Billing run: " + what))


def fields(values):
    return {"Object": {"_value_1": [{"String": {"name": name, "_value_1": value}} for name, value in values.items()]}}


class Customer:
    def __init__(self, name, package=258, plan=None, **form):
        self.name = name
        given, family = name.split()
        values = {"contactGiven": given, "contactFamily": family, "emailAddress": f"{given.lower()}@example.com", **form}
        placed = api["order"].orderAccount({"Package": package, "PackagePlan": plan, "OrderForm": fields(values)})
        self.usn = placed.Order.AccountUSN
        self.subscription = placed.OrderedComponents.Subscription[0].USN if plan else None
        customers.append(self)

    def subscribe(self, package_plan, what):
        username = f"{self.name.split()[0].lower()}@adsl.example.com"
        placed = api["order"].orderSubscription(self.usn, {"Package": 61, "PackagePlan": package_plan, "OrderForm": fields({"username": username})})
        component = placed.OrderedComponents.Subscription[0]
        self.subscription = component.USN
        for request in api["provisioning"].getIncompleteProvisionRequests(self.subscription):
            api["provisioning"].provisioningUpdate(request.provisionRequestId, "Provisioned", "The line is connected")
        invoice = component.InitialInvoice
        tell(f"{self.name} orders {what}" + (f": {invoice._value_1}" if invoice else ""))

    @property
    def balance(self):
        return api["account"].getAccountSummary(self.usn).AccountBalance._value_1

    def transactions(self):
        found = api["account"].getTransactionList(self.usn, datetime.datetime(2026, 1, 1, tzinfo=SYDNEY), now + datetime.timedelta(days=1))
        return sorted(found or [], key=lambda each: each.entryTimestamp)

    def pay(self):
        amount = self.balance
        if amount <= 0:
            return
        card = {"PaymentType": "amex", "AccountName": self.name, "AccountNumber": CARD, "ExpiryDate": (2030, 12, None), "PaymentAmount": str(amount)}
        paid = api["payment"].processPayment(self.usn, {"PaymentDetails": card})
        api["account"].allocate(self.usn, {"AllocationRequest": [{"AutoAllocate": True}]})
        tell(f"{self.name} pays {money(amount)} by card: {paid.Payment.Status}")


class Phone(Customer):
    """A customer of Mobile Plus, whose calls come from the switch and whose data from the packet gateway, as files."""

    def __init__(self, name, number, imsi):
        super().__init__(name, 320, 820, username=number, imsi=imsi)
        self.number, self.imsi, self.files = number, imsi, 0
        tell(f"{name} orders Mobile Plus with {number}: calls worth $50 and a gigabyte are included")

    def call(self, day, number, seconds):
        start = datetime.datetime.combine(day, datetime.time(18, 30))
        answer, end = start + datetime.timedelta(seconds=5), start + datetime.timedelta(seconds=5 + seconds)
        return f'"","{self.number}","{number}","default","","","","Dial","","{start}","{answer}","{end}",{seconds + 5},{seconds},"ANSWERED","DOCUMENTATION","{day:%m%d}-{number}",""'

    def bring(self, source, lines):
        self.files += 1
        file = folder / f"{source}-{self.number}-{self.files}.txt"
        file.write_text("\n".join(lines) + "\n", encoding="utf-8")
        told = smile("usage", "import", source, str(file))
        smile("usage", "rate")
        file.unlink()
        return told.strip().splitlines()[-1]

    def talk(self, since, days, seconds):
        lines = [self.call(since + datetime.timedelta(days=day), number, seconds) for day in range(days) for number in ("0290001111", "0011443069990001")]
        counts = self.bring("switch", lines).split(". ", 1)[1].split(", ")[0]
        pool = next(each for each in api["spendmanagement"].getSubscriptionValuePoolStates(self.subscription) if each.ValuePool.name == "Included Calls")
        tell(f"{self.name} telephones every day (the switch's file: {counts}): ${pool.currentSpend:.2f} of the ${pool.limit} that are included are used")

    def load(self, megabytes):
        start = int(now.timestamp()) - 3600
        self.bring("packets", [f'{{"id":"{self.number}-{start}","imsi":"{self.imsi}","start":{start},"seconds":1800,"down":{megabytes * 1048576},"up":0}}'])
        group = api["spendmanagement"].getSubscriptionUsageAlertGroups(self.subscription)[0]
        limit = next(each for each in api["spendmanagement"].getSubscriptionSpendLimitStates(self.subscription) if each.SpendLimit.name == "Data")
        tell(f"{self.name} loads {megabytes} MB: {group.currentThreshold}% of the included data is passed" + (f", ${limit.currentSpend:.2f} of the spend limit of ${limit.effectiveLimit} is spent ({limit.currentThreshold}% passed)" if limit.currentSpend else ""))


    def buy(self, code):
        """Looks for what there is, what it costs, and pays for it by card, as a customer's portal does."""
        offer = next(each for each in api["prepaid"].getSelfServePrepaidList(self.subscription) if each.PrepaidCode == code)
        quote = api["prepaid"].getQuote(self.subscription, code, "amex")
        card = {"PaymentType": "amex", "AccountName": self.name, "AccountNumber": CARD, "ExpiryDate": (2030, 12, None), "PaymentAmount": str(quote.amount)}
        api["prepaid"].addSelfServePrepaid(self.subscription, code, {"PaymentDetails": card})
        tell(f"{self.name} buys {offer.Description} for {money(quote.amount)} ({offer.DisplayAmount} without tax)")

    def redeem(self, number, code):
        api["prepaid"].redeemVoucher(self.subscription, number, code)
        tell(f"{self.name} redeems the voucher {number}")

    def prepaid(self):
        smile("usage", "rate")
        state = api["prepaid"].getPrepaidState(self.subscription).PrepaidStateElements
        blocks = state.PrepaidStateElement if state else []
        features = api["subscription"].getActiveFeatures(self.subscription) or []
        speed = ", ".join(each.Feature.Name for each in features) or "full speed"
        tell(f"{self.name} has {', '.join(f'{each.RemainingQuantity.formatted} of {each.PurchasedQuantity.formatted}' for each in blocks) or 'nothing'} prepaid: {speed}")


def vouchers(count):
    """Makes vouchers for a gigabyte, as they are printed and sold in shops."""
    printed = folder / "vouchers.csv"
    printed.unlink(missing_ok=True)
    told = smile("voucher", "generate", "--block", "data-1gb", "--count", str(count), "--expires", "2027-12-31", "--output", str(printed))
    lines = [line.split(",") for line in printed.read_text(encoding="utf-8").split()[1:]]
    printed.unlink()
    tell(f"The shops get {count} vouchers for a gigabyte ({told.split(':')[0].lower()})")
    return lines


def tariffs():
    card = folder / "tariffs.csv"
    card.write_text("destination,class,prefixes,tariffType,from,flagfall,rate,units,firstIncrement,nextIncrement\n"
                    "Australia,Domestic,61,Local,2026-01-01,0.30,0.15,60,60,1\n"
                    "United Kingdom,International,44,International,2026-01-01,0.40,0.25,60,60,1\n", encoding="utf-8")
    smile("tariff", "import", str(card), "--service", "137", "--comment", "First rate card")
    card.unlink()


def year():
    amy, bob, carol, dana, eve = Customer("Amy Archer"), None, None, None, None
    amy.subscribe(36, "ADSL at $30.00 a month")
    amy.pay()
    advance(1, 12)
    bob = Customer("Bob Barker")
    bob.subscribe(36, "ADSL at $30.00 a month")
    bob.pay()
    advance(2, 3)
    carol = Customer("Carol Cooper")
    carol.subscribe(39, "ADSL on a plan for contracts")
    bound = api["contract"].addSubscriptionContract(carol.subscription, 399, now, None)
    tell(f"Carol Cooper signs a contract of 12 months to {bound.EndDate}, worth {bound.ContractValue.formatted}")
    dana = Customer("Dana Dunn")
    dana.subscribe(37, "Silver ADSL")
    everybody_else = [amy, carol, dana]

    def month(number, payers):
        advance(number, 15)
        for customer in payers:
            customer.pay()

    month(3, everybody_else + [bob])
    advance(3, 20)
    eve = Customer("Eve Evans")
    eve.subscribe(36, "ADSL at $30.00 a month")
    everybody_else.append(eve)
    tell("Bob Barker loses his job and stops paying")
    month(4, everybody_else)
    month(5, everybody_else)
    advance(5, 16)
    item = {"PlanCode": "Gold", "PlanScheduleType": 1, "Start": datetime.datetime(2026, 5, 16, tzinfo=SYDNEY)}
    offer = api["subscription/planchange"].proposePlanChange(dana.subscription, {"PlanScheduleItem": item})
    for charge in offer.NewInvoiceRequest.ChargeRequest:
        tell(f"  offered to Dana Dunn: {charge.description} {money(charge.amount)}")
    changed = api["subscription/planchange"].commitPlanChange(dana.subscription, offer)
    tell(f"Dana Dunn changes to Gold: invoice {changed.transactionNumber} {changed.formattedAmount.formatted}")
    month(6, everybody_else)
    offer = api["contract"].proposeContractTermination(carol.subscription, bound.SubscriptionContractId, now)
    ended = api["contract"].commitContractTermination(carol.subscription, offer)
    tell(f"Carol Cooper breaks her contract: {ended.Invoice.transactionItem[0].description} {ended.Invoice.formattedAmount.formatted}")
    api["subscription"].cancel(carol.subscription, now)
    tell("Carol Cooper's subscription is closed")
    month(7, everybody_else)
    state = api["subscription"].get(bob.subscription)
    tell(f"Bob Barker owes {money(bob.balance)}; his line is {state.SuspendStatus}, his treatment level {api['account'].getAccountSummary(bob.usn).TreatmentLevel}")
    advance(7, 20)
    bob.pay()
    advance(7, 21)
    tell(f"Bob Barker's line is {api['subscription'].get(bob.subscription).SuspendStatus} again")
    everybody_else.append(bob)
    month(8, everybody_else)
    month(9, everybody_else)
    advance(9, 20)
    api["subscription"].cancel(eve.subscription, now)
    tell("Eve Evans moves house and cancels")
    tariffs()
    month(10, everybody_else)
    advance(10, 16)
    finn = Phone("Finn Fisher", "0491570156", "505013912345678")
    everybody_else.append(finn)
    advance(10, 28, 20)
    finn.talk(datetime.date(2026, 10, 17), 10, 1200)
    finn.load(600)
    advance(11, 2, 20)
    finn.load(500)
    advance(11, 4, 20)
    finn.load(700)
    month(11, everybody_else)
    advance(12, 2)
    gina = Phone("Gina Green", "0491570157", "505013912345679")
    gina.pay()
    sold = vouchers(3)
    advance(12, 5, 20)
    gina.load(1100)
    gina.prepaid()
    gina.buy("data-1gb")
    gina.prepaid()
    advance(12, 8, 20)
    gina.load(900)
    gina.redeem(*sold[0])
    advance(12, 10, 20)
    gina.load(500)
    gina.prepaid()
    everybody_else.append(gina)
    month(12, everybody_else)
    future = api["account"].getFutureBilling(amy.usn, {"InvoicingEnd": ["2027-01-04"]})
    tell(f"Amy Archer's next bill will be {future.FutureInvoice[0].Invoice.formattedAmount.formatted}")
    advance(12, 31, 20)


def documents():
    """Fetches every invoice as PDF; gives the figures of the page."""
    rows = []
    for customer in customers:
        for each in customer.transactions():
            name = None
            if each.transactionType == "Invoice":
                name = f"invoice-{each.transactionNumber}.pdf"
                reference = api["account"].getTransactionDocument(each.transactionNumber)
                answer = session.get(reference.DocumentURL)
                answer.raise_for_status()
                (folder / name).write_bytes(answer.content)
            rows.append((customer, each.entryTimestamp.astimezone(SYDNEY).date(), each.transactionType, decimal.Decimal(each.amount), name))
    return rows


def page(rows):
    months = [datetime.date(2026, number, 1) for number in range(1, 13)]
    invoiced = {month: sum(amount for _, day, kind, amount, _ in rows if kind == "Invoice" and day.month == month.month) for month in months}
    received = {month: -sum(amount for _, day, kind, amount, _ in rows if kind == "Receipt" and day.month == month.month) for month in months}
    top = max([*invoiced.values(), *received.values(), decimal.Decimal(1)])
    bars = "".join(
        f'<rect class="{kind}" x="{40 + index * 60 + offset}" y="{180 - float(values[month] / top) * 160:.0f}" width="22" height="{float(values[month] / top) * 160:.0f}"><title>{month:%B}: {money(values[month])}</title></rect>'
        for index, month in enumerate(months) for offset, kind, values in ((0, "invoiced", invoiced), (24, "received", received)))
    labels = "".join(f'<text x="{63 + index * 60}" y="198">{month:%b}</text>' for index, month in enumerate(months))
    accounts = ""
    for customer in customers:
        lines = "".join(
            f"<tr><td>{day:%d %b}</td><td>{html.escape(kind)}</td><td class='amount'>{amount:.2f}</td><td>{f'<a href={name}>PDF</a>' if name else ''}</td></tr>" for owner, day, kind, amount, name in rows if owner is customer)
        accounts += f"<section><h3>{html.escape(customer.name)} <small>{customer.usn}, balance {money(customer.balance)}</small></h3><table>{lines}</table></section>"
    told = "".join(f"<li><b>{day:%d %b}</b> {html.escape(text)}</li>" for day, text in story)
    (folder / "index.html").write_text(f"""<!doctype html><meta charset="utf-8"><title>Example Telecom 2026</title>
<style>body{{font:15px/1.45 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#222}}svg text{{font-size:12px;text-anchor:middle}}.invoiced{{fill:#2b6cb0}}.received{{fill:#68a357}}
ul{{list-style:none;padding:0}}b{{display:inline-block;width:4rem}}small{{font-weight:normal;color:#666}}td{{padding:.1rem .8rem .1rem 0}}.amount{{text-align:right;font-variant-numeric:tabular-nums}}section{{display:inline-block;vertical-align:top;margin-right:2rem}}</style>
<h1>Example Telecom, 2026</h1><p>Invoiced <span style="color:#2b6cb0">■</span> {money(sum(invoiced.values()))}, received <span style="color:#68a357">■</span> {money(sum(received.values()))}; {count(len(list(folder.glob('*.pdf'))), 'invoice')}.</p>
<svg viewBox="0 0 780 205" width="100%">{bars}{labels}</svg><h2>What happened</h2><ul>{told}</ul><h2>Accounts</h2>{accounts}
""", encoding="utf-8")


folder.mkdir(parents=True, exist_ok=True)
for old in [*folder.glob("invoice-*.pdf"), *folder.glob("index.html")]:
    old.unlink()
year()
figures = documents()
page(figures)
print(f"\n{count(len(list(folder.glob('*.pdf'))), 'invoice')}, and a page to look at: {folder / 'index.html'}")
