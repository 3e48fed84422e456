using System.Globalization;
using System.Xml.Linq;
using Microsoft.Extensions.DependencyInjection;
using Smile.Billing;
using Smile.Catalogue;
using Smile.Hosting.Billing;
using Smile.Kernel;
using Smile.Receivables;
using Smile.Server.Tests.Fixture;
using Smile.Server.Tests.Ledger;
using static Smile.Server.Tests.Fixture.Orders;
using static Smile.Server.Tests.Fixture.SoapCaller;
using Money = Smile.Server.Tests.Fixture.Money;

namespace Smile.Server.Tests.Billing;

/// <summary>
/// Plays a table of text: a day, at 10 o'clock unless a time is given, what is done then, and what was invoiced by it. Subscriptions are
/// called as the order calls them. What is invoiced reads <c>line 2015-01-14..01-31 18.00, gst 1.80 = 19.80</c>: the visible lines, then
/// rounding and GST, and the total; several invoices are joined by <c>&amp;</c>.
/// </summary>
internal sealed class BillingScenario(BillingServer billing)
{
    private readonly ServerFixture _server = billing.Server;
    private readonly Dictionary<string, string> _subscriptions = [];
    private readonly Dictionary<string, string> _orders = [];
    private readonly Dictionary<string, string> _charges = [];
    private readonly UsageSteps _usage = new(billing.Server);
    private readonly HashSet<string> _seen = [];
    private readonly List<string> _accounts = [];
    private string _account = "";
    private int _package = BillingServer.Invoiced;
    private BillingTimeZone _zone = billing.Server.Stage.Catalogue.Zone("Australia/Sydney");
    private XElement? _offer;
    private bool _isForeseen = true;

    public string Account => _account;

    /// <summary>All that were ordered: subscriptions may have moved.</summary>
    public IReadOnlyList<string> Accounts => _accounts;

    public string Subscription(string name) => _subscriptions[name];

    /// <summary>What the last <c>propose</c> was answered.</summary>
    public XElement? Offer => _offer;

    private SoapCaller Api => _server.Administrator;

    private DateOnly Today => _zone.DateOf(_server.Clock.GetUtcNow());

    /// <summary>Plays all steps.</summary>
    /// <returns>The table as it came out.</returns>
    public async Task<string> PlayAsync(string table)
    {
        var played = new List<string>();
        foreach (var row in table.Split('\n').Where(row => row.Trim().Length > 0))
        {
            var step = row.Split('|')[0].Trim();
            played.Add($"{step} | {await PlayStepAsync(step)}".TrimEnd(' ', '|'));
        }

        try
        {
            await RequireBooksAsync();
        }
        catch (Xunit.Sdk.XunitException broken)
        {
            throw new InvalidOperationException($"{broken.Message}\n{string.Join('\n', played)}", broken);
        }

        return string.Join('\n', played);
    }

    /// <summary>The books of all accounts of the scenario balance, and no day is charged twice.</summary>
    public async Task RequireBooksAsync()
    {
        await _usage.RequireBilledAsync(_subscriptions.Values);
        Assert.True(await LedgerInvariants.BrokenAsync(_server, _accounts) is var broken && broken.Length == 0, broken);
    }

    /// <summary>One step.</summary>
    /// <returns>What it brought about.</returns>
    public async Task<string> PlayStepAsync(string step)
    {
        var words = step.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var day = DateOnly.ParseExact(words[0], "yyyy-MM-dd", CultureInfo.InvariantCulture);
        var hasTime = words[1].Contains(':', StringComparison.Ordinal);
        _server.Clock.MoveTo(At(day, hasTime ? TimeOnly.Parse(words[1], CultureInfo.InvariantCulture) : new TimeOnly(10, 0)));
        await _server.CarryOutDueWorkAsync();
        return await DoAsync([.. words.Skip(hasTime ? 2 : 1)]) ?? await NewsAsync();
    }

    /// <summary>Usage of the subscription <c>a</c>, without moving the clock: <c>call 90 2015-01-10</c>.</summary>
    public Task UseAsync(string usage, string name = "a") =>
        _usage.UseAsync(_subscriptions[name], usage.Split(' '), _server.Clock.GetUtcNow(), At);

    public Task RateAsync() => _usage.RateAsync();

    /// <summary>The provider's answer that a subscription waits for.</summary>
    public async Task ProvisionAsync(string usn)
    {
        var request = await Api.CallAsync("provisioning", "getIncompleteProvisionRequests", P("usn", usn));
        await Api.CallAsync(
            "provisioning",
            "provisioningUpdate",
            P("provisionRequestId", request.At("ProvisionRequest/provisionRequestId")!),
            Document("<ProvisionRequestStatus>Provisioned</ProvisionRequestStatus>")
        );
    }

    /// <summary>The invoices that were made since the last look.</summary>
    public async Task<string> NewsAsync()
    {
        if (_account.Length == 0)
        {
            return "";
        }

        var rows = await _server.QueryAsync<string[]>(
            """
            SELECT coalesce(array_agg(concat_ws('|', number, type, state, amount)
            ORDER BY length(number), number), ARRAY[]::text[]) FROM financial_transaction WHERE account_usn = $1
            """,
            _account
        );
        var news = new List<string>();
        foreach (var row in rows.Select(row => row.Split('|')).Where(row => _seen.Add(row[0])))
        {
            var amount = decimal.Parse(row[3], CultureInfo.InvariantCulture);
            var lines = await LinesAsync("transaction_number = $1", row[0]);
            news.Add(
                $"{(row[1] == "Invoice" ? "" : row[1] + (row[2] == "Closed" || row[1] == "Quote" ? " " : " " + row[2] + " "))}{lines}"
                    + $"{(lines.Length == 0 ? "" : " = ")}{Text(amount)}"
            );
        }

        return string.Join(" & ", news);
    }

    /// <summary>A time by the clock on the wall, on whatever offset it then is.</summary>
    private DateTimeOffset At(DateOnly day, TimeOnly time)
    {
        var local = day.ToDateTime(time, DateTimeKind.Unspecified);
        return new DateTimeOffset(local, TimeZoneInfo.FindSystemTimeZoneById(_zone.Name).GetUtcOffset(local));
    }

    private async Task<string?> DoAsync(string[] words)
    {
        switch (words[0])
        {
            case "try":
                return await TryAsync(words[1..]);
            case "account":
                await OrderAccountAsync(words);
                return "";
            case "recycle":
                await Api.CallAsync(
                    "account",
                    "changeBillingCycle",
                    P("usn", _account),
                    Document($"<NewBillingCycle><InvoicingCycle>{Cycle(words)}</InvoicingCycle></NewBillingCycle>")
                );
                return "";
            case "order":
                await OrderAsync(words);
                return null;
            case "approve" when words.Length > 1:
                await Api.CallAsync("order", "approveOrder", P("orderNumber", _orders[words[1]]));
                return null;
            case "provisioned":
                await ProvisionAsync(_subscriptions[words[1]]);
                return null;
            case "change":
                await Api.CallAsync(
                    "subscription",
                    "changePlan",
                    P("usn", _subscriptions[words[1]]),
                    Document(PlanItem("PlanScheduleItem", words))
                );
                return null;
            case "propose":
                _offer = await Api.CallAsync(
                    "subscription/planchange",
                    "proposePlanChange",
                    P("usn", _subscriptions[words[1]]),
                    Document($"<PlanChangeProposal>{PlanItem("PlanScheduleItem", words)}</PlanChangeProposal>")
                );
                return string.Join(
                    ", ",
                    _offer
                        .AllAt("NewInvoiceRequest/ChargeRequest")
                        .Select(charge =>
                            $"{charge.At("itemCode")} {charge.At("startDate")![..10]}..{charge.At("endDate")![..10]} {charge.At("amount")}"
                        )
                );
            case "commit":
                await CommitAsync(words);
                return null;
            case "suspend" or "resume" or "cancel":
                await Api.CallAsync(
                    "subscription",
                    words[0],
                    P("usn", _subscriptions[words[1]]),
                    P("fromTimestamp", Instant(words.Length > 2 ? Day(words[2]) : null, words.Length > 3 ? words[3] : null))
                );
                return null;
            case "contract":
                var contract = await Api.CallAsync(
                    "contract",
                    "addSubscriptionContract",
                    P("usn", _subscriptions[words[1]]),
                    P("contractId", words[2]),
                    P("startDate", Instant(Day(words[3]), "00:00"))
                );
                _charges["contract " + words[1]] = contract.At("SubscriptionContractId")!;
                return null;
            case "terminate":
                var offer = await Api.CallAsync(
                    "contract",
                    "proposeContractTermination",
                    P("usn", _subscriptions[words[1]]),
                    P("subscriptionContractId", _charges["contract " + words[1]]),
                    P("terminationDate", Instant(Day(words[2]), "12:00"))
                );
                await Api.CallAsync("contract", "commitContractTermination", P("usn", _subscriptions[words[1]]), offer!);
                return null;
            case "charge":
                await AddChargeAsync(words);
                return null;
            case "end":
                await Api.CallAsync(
                    "recurringcharge",
                    "updateSimpleRecurringCharges",
                    P("usn", Owner(words[1])),
                    Charge($"<RecurringCharge id='{_charges[words[1]]}'><ValidTo>{words[2]}</ValidTo></RecurringCharge>")
                );
                return null;
            case "defer":
                await Api.CallAsync(
                    "account",
                    "addDeferredCharge",
                    P("usn", _account),
                    Document($"<ChargeRequest>{Deferred(words)}</ChargeRequest>")
                );
                return null;
            case "reverse":
                await ReverseAsync(words.Length > 1 ? Day(words[1]) : Today);
                return null;
            case "retract":
                await RetractAsync(words);
                return null;
            case "delete" or "reopen" or "close":
                var number = await LastAsync(
                    words[0] == "close" ? "state = 'Open'" : "type IN ('Invoice', 'Quote') AND state <> 'Deleted'"
                );
                await UseAsync<TransactionLifecycle>(lifecycle =>
                    words[0] switch
                    {
                        "delete" => lifecycle.DeleteAsync(number, default),
                        "reopen" => lifecycle.ReopenAsync(number, default),
                        _ => lifecycle.CloseAsync(number, default),
                    }
                );
                return null;
            case "migrate":
                var source = _account;
                await OrderAccountAsync(words[1..]);
                await Api.CallAsync("subscription", "migrateSubscription", P("usn", _subscriptions[words[1]]), P("toAccountUsn", _account));
                return source == _account ? throw new InvalidOperationException("The account is the same.") : "";
            case "credit":
                await new Money(_server, _account).AdjustAsync(-decimal.Parse(words[1], CultureInfo.InvariantCulture));
                return null;
            case "discount":
                await UseAsync<DiscountAssignments>(credit =>
                    credit.AssignDiscountAsync(
                        Owner(words[2]),
                        int.Parse(words[1], CultureInfo.InvariantCulture),
                        words.Length > 3 ? Day(words[3]) : null,
                        words.Length > 4 ? Day(words[4]) : null,
                        default
                    )
                );
                return null;
            case "group":
                await Api.CallAsync(
                    "account/invoicegrouping",
                    "createInvoiceGrouping",
                    Document(
                        $"<NewInvoiceGrouping><Account>{_account}</Account><InvoiceGroupingConfiguration "
                            + $"key='58ac9ef6-bad2-4584-b5c2-3eb2639cd5ed'>All charges</InvoiceGroupingConfiguration>"
                            + $"<Subscriptions>{string.Concat(words.Skip(1).Select(Member))}"
                            + "</Subscriptions></NewInvoiceGrouping>"
                    )
                );
                return null;
            case "purchase":
                await Api.CallAsync(
                    "account",
                    "createPurchaseOrder",
                    Document(
                        $"<NewPurchaseOrderRequest><AccountUSN>{_account}</AccountUSN><Number>{words[1]}</Number><Subscriptions>"
                            + $"<SubscriptionUSN>{_subscriptions[words[2]]}</SubscriptionUSN>"
                            + $"</Subscriptions>{(words.Contains("exclusive") ? "<ExclusiveInvoice>true</ExclusiveInvoice>" : "")}"
                            + "</NewPurchaseOrderRequest>"
                    )
                );
                return null;
            case "use":
                await _usage.UseAsync(_subscriptions[words[1]], words[2..], _server.Clock.GetUtcNow(), At);
                return "";
            case "replace":
                return await _usage.ReplaceAsync(_subscriptions[words[1]], words[2..]);
            case "rate":
                await _usage.RateAsync(_subscriptions.Values);
                return "";
            case "breakoff":
                await _usage.BreakOffAsync(_subscriptions[words[1]]);
                return "";
            case "writeoff":
                return await _usage.WriteOffAsync(_subscriptions[words[1]]);
            case "price":
                await billing.PriceAsync(words[1], decimal.Parse(words[2], CultureInfo.InvariantCulture));
                return null;
            case "prepay":
                await PrepayAsync(words);
                return "";
            case "resize":
                await ResizeAsync(words);
                return "";
            case "vary":
                await VaryAsync(words);
                return null;
            case "extend":
                var last = Array.IndexOf(words, "to");
                await billing.ExtendAsync(
                    string.Join(' ', words[1..last].Where(word => !char.IsAsciiDigit(word[0]))),
                    words[1..last].Where(word => char.IsAsciiDigit(word[0])).Select(Day),
                    Day(words[last + 1])
                );
                return null;
            case "card":
                await Api.CallAsync(
                    "payment",
                    "addStoredPaymentDetails",
                    P("usn", _account),
                    PaymentHelp.Details("visa", PaymentHelp.GoodCard)
                );
                return null;
            case "break":
                await _server.ExecuteAsync("UPDATE account SET account_terms_id = 99999 WHERE usn = $1", _account);
                return null;
            case "mend":
                await _server.ExecuteAsync("UPDATE account SET account_terms_id = 1 WHERE usn = $1", _account);
                return null;
            case "hold" or "release":
                await UseAsync<BillingRuns>(runs => runs.HoldAsync(_account, words[0] == "hold", default));
                return null;
            case "approve" or "reject":
                return await DecideAsync(words[0] == "approve");
            case "tryreject":
                await RejectAllAsync();
                return "";
            case "bill":
                return await BillAsync(words);
            case "show":
                return await ShowAsync(words[1]);
            default:
                throw new ArgumentException(string.Join(' ', words));
        }
    }

    /// <summary><c>prepay NAME hour|any [UNITS] [from DAY] [to DAY]</c>: a block, to the end of the day.</summary>
    private Task PrepayAsync(string[] words)
    {
        var (from, to) = (Array.IndexOf(words, "from"), Array.IndexOf(words, "to"));
        return _usage.PrepayAsync(
            _subscriptions[words[1]],
            words[2],
            words[2] == "any" ? null : decimal.Parse(words[3], CultureInfo.InvariantCulture),
            from < 0 ? _server.Clock.GetUtcNow() : _zone.StartOf(Day(words[from + 1])),
            to < 0 ? null : _zone.StartOf(Day(words[to + 1]).AddDays(1))
        );
    }

    /// <summary><c>resize NAME left|purchased UNITS</c>: sets what is left, or was purchased, of the latest block.</summary>
    private async Task ResizeAsync(string[] words)
    {
        var usn = _subscriptions[words[1]];
        var blocks = (await Api.CallAsync("prepaid", "getPrepaidState", P("usn", usn))).AllAt("PrepaidStateElements/PrepaidStateElement");
        var element = words[2] == "left" ? "RemainingQuantity" : "PurchasedQuantity";
        var id = blocks
            .Select(block => block.At("PrepaidId")!)
            .OrderBy(text => int.Parse(text, CultureInfo.InvariantCulture))
            .LastOrDefault("0");
        await Api.CallAsync(
            "prepaid",
            "updatePrepaid",
            P("usn", usn),
            Document($"<PrepaidUpdate><PrepaidId>{id}</PrepaidId><{element}>{words[3]}</{element}></PrepaidUpdate>")
        );
    }

    /// <summary>
    /// <c>vary PLAN alone|NAME RATE [later]</c>: the catalogue changes. What was used is rated again, as an operator can do; <c>later</c>
    /// it is taken up by the next usage, or by a bill that nobody foresees.
    /// </summary>
    private async Task VaryAsync(string[] words)
    {
        await billing.VaryAsync(words[1], words[2] == "alone" ? null : words[2], decimal.Parse(words[3], CultureInfo.InvariantCulture));
        if (words.Contains("later"))
        {
            _isForeseen = false;
        }
        else
        {
            await _usage.AgainAsync(_subscriptions.Values);
        }
    }

    /// <summary>
    /// <c>defer account cst 10 from 2015-01-31 tax 1.23</c>: the tax that the caller states; the server's where there is none.
    /// </summary>
    private static string Tax(string[] words) => words.Length > 7 ? $"<gst><amount>{words[7]}</amount></gst>" : "";

    private string Deferred(string[] words) =>
        Money.Charge(
            Owner(words[1]),
            words[2],
            words[3],
            from: Instant(words.Length > 5 ? Day(words[5]) : Today, "00:00"),
            more: Tax(words)
        );

    private string Member(string name) => $"<Subscription>{_subscriptions[name]}</Subscription>";

    private string Retraction(string id) =>
        Money.Charge(_account, "hfp", "1.00", from: Instant(Today, "00:00"), more: $"<retractChargeId>{id}</retractChargeId>");

    private static string PlanOverrides(string charges) =>
        $"<PlanScheduleItemOverrides><RecurringCharges>{charges}</RecurringCharges></PlanScheduleItemOverrides>";

    private async Task OrderAccountAsync(string[] words)
    {
        var package = words.ElementAtOrDefault(1) switch
        {
            "cycle" => BillingServer.AccountOn(int.Parse(words[2], CultureInfo.InvariantCulture)),
            "yen" => 650,
            "automatic" => 651,
            "perth" => 658,
            "rising" => 659,
            "monthly" => BillingServer.Monthly,
            "by" => billing.AccountBy(string.Join(' ', words.Skip(2))),
            _ => 600,
        };
        if (package == 650)
        {
            _package = BillingServer.InYen;
            _zone = _server.Stage.Catalogue.Zone("Asia/Tokyo");
        }

        _zone = package == 658 ? _server.Stage.Catalogue.Zone("Australia/Perth") : _zone;
        _accounts.Add(
            _account = Read(
                await Api.CallAsync("order", "orderAccount", Order(package, null, Orders.Text("username", _server.Unique("billed")))),
                ""
            ).Usn
        );
    }

    /// <summary><c>cycle 15</c> or <c>by Uneven</c>, behind the first word.</summary>
    private static string Cycle(string[] words) =>
        words[1] == "by"
            ? $"<CycleType>Custom</CycleType><CycleName>{string.Join(' ', words.Skip(2))}</CycleName>"
            : $"<CycleType>Monthly</CycleType><CycleDay>{words[2]}</CycleDay>";

    /// <summary>
    /// <c>try STEP</c>: a step that may be refused by a rule, and then changes nothing; random lives do not know what they meet.
    /// </summary>
    private async Task<string?> TryAsync(string[] words)
    {
        try
        {
            return await DoAsync(words);
        }
        catch (SmileException)
        {
            return "";
        }
        catch (Xunit.Sdk.TrueException refused) when (refused.Message.Contains("Exception [", StringComparison.Ordinal))
        {
            return "";
        }
    }

    /// <summary>Number of the latest transaction of the kind; one that nobody has where there is none.</summary>
    private async Task<string> LastAsync(string condition) =>
        await _server.QueryAsync<string>(
            $"""
            SELECT coalesce((SELECT number FROM financial_transaction WHERE account_usn = $1 AND {condition}
            ORDER BY length(number) DESC, number DESC LIMIT 1), '999')
            """,
            _account
        );

    private async Task ReverseAsync(DateOnly day) =>
        await Api.CallAsync(
            "account",
            "reverseTransaction",
            P("usn", _account),
            Document(
                $"<ReverseTransactionRequest><Number>"
                    + $"{await LastAsync("type = 'Invoice' AND state = 'Closed' AND reversed_by IS NULL")}</Number>"
                    + $"<SalesReportCategory>rinvoice</SalesReportCategory><ReversalDate>{day:yyyy-MM-dd}</ReversalDate>"
                    + $"</ReverseTransactionRequest>"
            )
        );

    /// <summary>
    /// <c>retract ITEM [open|later]</c>: an invoice, a quote, or a deferred charge of 1.00 that takes back the last invoice's charges of an
    /// item, or the deferred ones.
    /// </summary>
    private async Task RetractAsync(string[] words)
    {
        var charges = await _server.QueryAsync<string[]>(
            """
            SELECT coalesce(array_agg(charge_id::text ORDER BY id), ARRAY[]::text[]) FROM transaction_item WHERE account_usn = $1
                AND item_code = $2 AND charge_id IS NOT NULL AND withdrawn IS NULL AND takes_back IS NULL
            """
                + " AND transaction_number IS NOT DISTINCT FROM (SELECT max(transaction_number) FROM transaction_item WHERE "
                + "account_usn = $1 AND item_code = $2 AND charge_id IS NOT NULL)",
            _account,
            words[1]
        );
        var requests = charges.Select(id => $"<ChargeRequest>{Retraction(id)}</ChargeRequest>");
        if (words.Contains("later"))
        {
            foreach (var request in requests)
            {
                await Api.CallAsync("account", "addDeferredCharge", P("usn", _account), Document(request));
            }

            return;
        }

        await Api.CallAsync(
            "account",
            "raiseInvoice",
            P("usn", _account),
            Document(
                $"<NewInvoiceRequest>{string.Concat(requests)}"
                    + $"{(words.Contains("open") ? "<InvoiceOperation>LeaveOpen</InvoiceOperation>" : "")}</NewInvoiceRequest>"
            )
        );
    }

    private async Task OrderAsync(string[] words)
    {
        var plan = _server.Stage.Catalogue.Plan(words[2])!;
        var package = words.ElementAtOrDefault(3) switch
        {
            "uninvoiced" => BillingServer.Uninvoiced,
            "approved" => BillingServer.Approved,
            _ => BillingServer.PackageOf(plan) ?? _package,
        };
        var username = _server.Unique("line");
        var ordered = Read(
            await Api.CallAsync(
                "order",
                "orderSubscription",
                P("usn", _account),
                Order(package, plan.Id, Orders.Text("username", username), _account)
            ),
            username
        );
        _subscriptions[words[1]] = ordered.Subscriptions[0];
        _orders[words[1]] = ordered.OrderNumber;
    }

    /// <summary><c>NAME PLAN [OPTION=VALUE…] [from DAY [TIME]]</c>, after the action's name.</summary>
    private string PlanItem(string element, string[] words)
    {
        var from = Array.IndexOf(words, "from");
        var start = from < 0 ? Instant(Today, "00:00") : Instant(Day(words[from + 1]), words.ElementAtOrDefault(from + 2) ?? "00:00");
        var pairs = words
            .Where(word => word.Contains('=', StringComparison.Ordinal))
            .Select(word => word.Split('='))
            .ToLookup(pair => pair[0] == "override", pair => pair);
        var options = string.Concat(
            pairs[false]
                .Select(option =>
                    bool.TryParse(option[1], out _)
                        ? $"<Boolean name='{option[0]}'>{option[1]}</Boolean>"
                        : $"<Integer name='{option[0]}'>{option[1]}</Integer>"
                )
        );
        var overrides = string.Concat(pairs[true].Select(pair => pair[1].Split(':')).Select(Override));
        return $"<{element}><PlanCode>{words[2]}</PlanCode>"
            + $"<Start>{start}</Start>{(options.Length == 0 ? "" : $"<Options><Object>{options}</Object></Options>")}"
            + $"{(overrides.Length == 0 ? "" : PlanOverrides(overrides))}</{element}>";
    }

    /// <summary>
    /// <c>override=CHARGE[:rate:15.5][:comment:Words][:quantity:2][:description:Words][:months:3][:when:In_Arrears][:ahead:2]</c>, in this
    /// order.
    /// </summary>
    private static string Override(string[] words) =>
        $"<RecurringCharge id='{words[0]}'>"
        + string.Concat(
            words
                .Skip(1)
                .Chunk(2)
                .Select(pair =>
                    pair[0] switch
                    {
                        "rate" => $"<Rate currency='AUD'>{pair[1]}</Rate>",
                        "comment" => $"<Comment>{pair[1].Replace('_', ' ')}</Comment>",
                        "quantity" => $"<ChargeQuantity>{pair[1]}</ChargeQuantity>",
                        "description" => $"<Description>{pair[1].Replace('_', ' ')}</Description>",
                        "months" => $"<Frequency type='Calendar Months'>{pair[1]}</Frequency>",
                        "when" => $"<WhenToCharge>{pair[1].Replace('_', ' ')}</WhenToCharge>",
                        "ahead" => $"<AdvancePeriods>{pair[1]}</AdvancePeriods>",
                        _ => throw new ArgumentException(pair[0]),
                    }
                )
        )
        + "</RecurringCharge>";

    /// <summary><c>commit NAME [without ITEM] [item=AMOUNT…]</c>.</summary>
    private async Task CommitAsync(string[] words)
    {
        var offer = new XElement(_offer!);
        var without = Array.IndexOf(words, "without");
        if (without > 0)
        {
            offer
                .AllAt("NewInvoiceRequest/ChargeRequest")
                .Where(charge => charge.At("itemCode") == words[without + 1])
                .ToList()
                .ForEach(charge => charge.Remove());
            if (!offer.AllAt("NewInvoiceRequest/ChargeRequest").Any())
            {
                offer.AllAt("NewInvoiceRequest").Single().Remove();
            }
        }

        await Api.CallAsync("subscription/planchange", "commitPlanChange", P("usn", _subscriptions[words[1]]), offer);
    }

    /// <summary>
    /// <c>charge NAME ITEM RATE [every 3 FixedMonths] [InArrears] [FullCharge] [from DAY] [to DAY]</c>; the name <c>account</c> puts it on
    /// the account.
    /// </summary>
    private async Task AddChargeAsync(string[] words)
    {
        var every = Array.IndexOf(words, "every");
        var frequency =
            every < 0
                ? "<Frequency type='Invoicing Periods'>1</Frequency>"
                : $"<Frequency type='{words[every + 2]}'>{words[every + 1]}</Frequency>";
        var timing = words.FirstOrDefault(word => word is "InArrears" or "PartiallyInArrears") ?? "InAdvance";
        var proRata = words.FirstOrDefault(word => word is "FullCharge" or "NoCharge") ?? "Pro-Rata";
        var (from, to) = (Array.IndexOf(words, "from"), Array.IndexOf(words, "to"));
        var added = await Api.CallAsync(
            "recurringcharge",
            "addSimpleRecurringCharges",
            P("usn", Owner(words[1])),
            Charge(
                $"<RecurringCharge>{frequency}<WhenToCharge>{timing}</WhenToCharge><ProRataAction>{proRata}</ProRataAction>"
                    + $"<LineItemDescription><ItemCode>{words[2]}</ItemCode></LineItemDescription>"
                    + $"{(from < 0 ? "" : $"<ValidFrom>{words[from + 1]}</ValidFrom>")}"
                    + $"{(to < 0 ? "" : $"<ValidTo>{words[to + 1]}</ValidTo>")}</RecurringCharge><Rate>{words[3]}</Rate>"
            )
        );
        _charges[words[1]] = added.AllAt("SimpleRecurringCharge/RecurringCharge").Last().Attribute("id")!.Value;
    }

    private static XElement Charge(string content) =>
        Document($"<NewSimpleRecurringCharges><SimpleRecurringCharge>{content}</SimpleRecurringCharge></NewSimpleRecurringCharges>");

    /// <summary><c>bill [manual] [through DAY]</c>. What is foreseen for the next period must be what its bill has.</summary>
    private async Task<string> BillAsync(string[] words)
    {
        var through = Array.IndexOf(words, "through");
        var request = new BillingRequest(
            through < 0 ? null : Day(words[through + 1]),
            words.Contains("manual") ? BillApproval.Manual : BillApproval.Automatic,
            new Usn(_account)
        );
        await _usage.RateAsync(_subscriptions.Values);
        var foreseen = !_isForeseen || words.Contains("unforeseen") ? null : await ForeseenAsync();
        const string ids = "SELECT coalesce(array_agg(id), ARRAY[]::bigint[]) FROM bill WHERE account_usn = $1";
        var before = await _server.QueryAsync<long[]>(ids, _account);
        var progress = await _server
            .Services.GetRequiredService<BillingRunner>()
            .RunAsync(_server.Stage, request, new Usn("tests"), null, CancellationToken.None);
        var made = (await _server.QueryAsync<long[]>(ids, _account)).Except(before).ToArray();
        if (foreseen is not null && made.Length == 1 && progress.Errors == 0)
        {
            // The bill that was made need not be the latest one: an empty one behind it stands when that of before is rejected.
            var billed = await LinesAsync(
                "transaction_number = ANY (SELECT unnest(transaction_numbers) FROM bill WHERE account_usn = $1 "
                    + $"AND id = {made[0].ToString(CultureInfo.InvariantCulture)})",
                _account,
                together: true
            );

            // What is foreseen has the lines of each subscription together (guide, line 6285).
            Assert.Equal(billed, foreseen);
        }

        var news = await NewsAsync();
        return progress.Errors > 0 ? $"{progress.Errors} error"
            : news.Length > 0 ? news
            : progress.Billed > 0 ? "nothing"
            : "not billed";
    }

    /// <summary>What getFutureBilling() says of the next bill, where it is not due for longer than a day and not grouped.</summary>
    private async Task<string?> ForeseenAsync()
    {
        var next = await _server.QueryAsync<string>("SELECT coalesce(next_bill::text, '') FROM account WHERE usn = $1", _account);
        if (next.Length == 0)
        {
            return null;
        }

        var future = await Api.CallAsync(
            "account",
            "getFutureBilling",
            P("usn", _account),
            Document($"<FutureInvoiceRequest><InvoicingEnd>{next}</InvoicingEnd></FutureInvoiceRequest>")
        );
        var items = future
            .AllAt("FutureInvoice/Invoice/transactionItem")
            .Select(item => new ShownLine(
                item.At("usn")!,
                item.At("itemCode")!,
                Day(item.At("chargeFrom")![..10]),
                Day(item.At("chargeTo")![..10]),
                decimal.Parse(item.At("amount")!, CultureInfo.InvariantCulture),
                decimal.Parse(item.At("quantity")!, CultureInfo.InvariantCulture)
            ));
        return Text([.. items]);
    }

    /// <summary>Rejects the bills that wait for approval, the latest first, and lets the account be billed again.</summary>
    private async Task RejectAllAsync()
    {
        var bills = await _server.QueryAsync<long[]>(
            """
            SELECT coalesce(array_agg(id ORDER BY period_end DESC), ARRAY[]::bigint[]) FROM bill
            WHERE account_usn = $1 AND status = 'Approving'
            """,
            _account
        );
        foreach (var bill in bills)
        {
            await PaymentHelp.RunAsync<BillingRuns, bool>(_server, runs => runs.RejectAsync(bill, default));
        }

        // All that are held now: HoldAsync() puts the next one back alone.
        await _server.ExecuteAsync("DELETE FROM bill WHERE account_usn = $1 AND status = 'Holding'", _account);
    }

    private async Task<string> DecideAsync(bool approve)
    {
        var bill = await _server.QueryAsync<long>(
            "SELECT id FROM bill WHERE account_usn = $1 AND status = 'Approving' ORDER BY period_end LIMIT 1",
            _account
        );
        Assert.True(
            await PaymentHelp.RunAsync<BillingRuns, bool>(
                _server,
                runs => approve ? runs.ApproveAsync(bill, default) : runs.RejectAsync(bill, default)
            )
        );
        return await ShowAsync("balance");
    }

    /// <summary>The value pools of the subscriptions, as they are asked for.</summary>
    private async Task<string> ShowPoolsAsync()
    {
        var shown = new List<string>();
        foreach (var (name, usn) in _subscriptions)
        {
            var pools = await Api.CallAsync("spendmanagement", "getSubscriptionValuePoolStates", P("usn", usn));
            shown.AddRange(
                pools.AllAt("SubscriptionValuePool").Select(pool => $"{name}'s {pool.At("currentSpend")} of {pool.At("limit")}")
            );
        }

        return string.Join(", ", shown);
    }

    private async Task<string> ShowAsync(string what) =>
        what switch
        {
            "prepaid" => await _usage.ShowPrepaidAsync(_subscriptions),
            "balance" => "balance " + Text(await _server.QueryAsync<decimal>("SELECT balance FROM account WHERE usn = $1", _account)),
            "unallocated" => await _server.QueryAsync<string>(
                """
                SELECT coalesce(string_agg(type || ' ' || round(unallocated_amount, 2), ', '
                ORDER BY length(number), number), '') FROM financial_transaction WHERE account_usn = $1 AND state = 'Closed'
                """,
                _account
            ),
            "payments" => await _server.QueryAsync<string>(
                """
                SELECT coalesce(string_agg(status || ' ' || round(amount,
                    2) || ' on ' || (next_transfer AT TIME ZONE 'Australia/Sydney')::date, ', ' ORDER BY number), '')
                FROM payment WHERE account_usn = $1
                """,
                _account
            ),
            "bills" => await _server.QueryAsync<string>(
                """
                SELECT coalesce(string_agg(period_end || ' ' || status || ' ' || round(amount, 2), ', ' ORDER BY period_end), '')
                FROM bill WHERE account_usn = $1
                """,
                _account
            ),
            "error" => await _server.QueryAsync<string>(
                """
                SELECT coalesce(string_agg(error, '; ' ORDER BY period_end), 'none') FROM bill WHERE account_usn = $1
                    AND status = 'Error'
                """,
                _account
            ),
            "deferred" => await LinesAsync("account_usn = $1 AND transaction_number IS NULL AND withdrawn IS NULL", _account),
            "usage" => await _usage.ShowAsync(_subscriptions),
            "thresholds" => await _usage.ShowThresholdsAsync(_subscriptions),
            "pools" => await ShowPoolsAsync(),
            "sums" => await SumsAsync(),
            _ => throw new ArgumentException(what),
        };

    /// <summary>What all invoices together charge for each item, without GST and rounding.</summary>
    private async Task<string> SumsAsync() =>
        await _server.QueryAsync<string>(
            """
            SELECT coalesce(string_agg(item_code || ' ' || round(total, 2), ', ' ORDER BY item_code), '') FROM (
                SELECT item_code, sum(item.amount) AS total FROM transaction_item item
                JOIN financial_transaction ON number = transaction_number AND state = 'Closed'
                WHERE item.account_usn = $1 AND item_code NOT IN ('gst', 'round') AND charge_source IS NOT NULL GROUP BY 1) AS sums
            """,
            _account
        );

    /// <param name="together">Whether an invoice's lines of one account or subscription stand together, where the first of them
    /// does.</param>
    private async Task<string> LinesAsync(string condition, string parameter, bool together = false)
    {
        var rows = (
            await _server.QueryAsync<string[]>(
                $"""
                SELECT coalesce(array_agg(concat_ws('|', usn, item_code, charge_from, charge_to, amount, quantity,
                    transaction_number) ORDER BY transaction_number, line_number, id), ARRAY[]::text[]) FROM transaction_item
                WHERE rolled_up_into IS NULL AND {condition}
                """,
                parameter
            )
        ).Select(row => row.Split('|'));
        return Text([
            .. (
                together
                    ? rows.GroupBy(row => (row[0], row[6]))
                        .OrderBy(lines => lines.Key.Item2, StringComparer.Ordinal)
                        .SelectMany(lines => lines)
                    : rows
            ).Select(row => new ShownLine(
                row[0],
                row[1],
                Day(row[2]),
                Day(row[3]),
                decimal.Parse(row[4], CultureInfo.InvariantCulture),
                decimal.Parse(row[5], CultureInfo.InvariantCulture)
            )),
        ]);
    }

    private string Text(IReadOnlyList<ShownLine> lines)
    {
        var names = _subscriptions.ToDictionary(pair => pair.Value, pair => pair.Key);
        var charges = lines
            .Where(line => line.Item is not ("gst" or "round"))
            .Select(line =>
                $"{(_subscriptions.Count > 1 && names.TryGetValue(line.Usn, out var name) ? name + "'s " : "")}"
                + $"{(line.Quantity == 1m ? "" : line.Quantity.ToString("0.###", CultureInfo.InvariantCulture) + " ")}{line.Item} "
                + $"{Text(line.From, line.To)} {Text(line.Amount)}"
            );
        var rest = lines
            .Where(line => line.Item is "gst" or "round")
            .GroupBy(line => line.Item)
            .OrderByDescending(group => group.Key)
            .Select(group => $"{group.Key} {Text(group.Sum(line => line.Amount))}");
        return string.Join(", ", charges.Concat(rest));
    }

    private static string Text(DateOnly from, DateOnly to) =>
        from == to
            ? from.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)
            : from.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)
                + ".."
                + to.ToString(from.Year == to.Year ? "MM-dd" : "yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static string Text(decimal amount) => amount.ToString("0.00##", CultureInfo.InvariantCulture);

    private string Owner(string name) => name == "account" ? _account : _subscriptions[name];

    private string Instant(DateOnly? day, string? time = null)
    {
        var instant = day is { } given
            ? At(given, TimeOnly.Parse(time ?? "10:00", CultureInfo.InvariantCulture))
            : _zone.At(_server.Clock.GetUtcNow());
        return instant.ToString("yyyy-MM-ddTHH:mm:sszzz", CultureInfo.InvariantCulture);
    }

    private Task UseAsync<TUseCase>(Func<TUseCase, Task> work)
        where TUseCase : class =>
        PaymentHelp.RunAsync<TUseCase, bool>(
            _server,
            async useCase =>
            {
                await work(useCase);
                return true;
            }
        );

    private static DateOnly Day(string text) => DateOnly.ParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture);

    private sealed record ShownLine(string Usn, string Item, DateOnly From, DateOnly To, decimal Amount, decimal Quantity);
}
