using System.Globalization;
using System.Xml.Linq;
using System.Xml.Schema;
using Smile.Server.Tests.Fixture;
using static Smile.Server.Tests.Fixture.Orders;
using static Smile.Server.Tests.Fixture.SoapCaller;

namespace Smile.Server.Tests.Endpoints;

/// <summary>K1, M17, O21: whatever offset a caller's times have, and wherever the account is, the server means the right instant.</summary>
[Collection(ServerTests.Name)]
public sealed class TimestampTests(ServerFixture server)
{
    private const int Kathmandu = 34;

    /// <summary>Optional in the contract, and refused without.</summary>
    private static readonly HashSet<string> Needed = ["Package", "PlanCode", "amount", "PaymentAmount", "Charge", "Start"];

    /// <summary>
    /// Operations that need the id of something that this test does not make, and refuse before they look at times; they share the code of
    /// those that are taken.
    /// </summary>
    private static readonly string[] NotTaken =
    [
        "account/getFutureBilling",
        "account/invoicegrouping/createInvoiceGrouping",
        "account/invoicegrouping/updateInvoiceGrouping",
        "account/raiseAdjustment",
        "account/reverseTransaction",
        "account/updatePurchaseOrder",
        "authentication/authenticate",
        "config/customfields/addCollectionEntry",
        "config/customfields/updateCollectionEntry",
        "contract/addSubscriptionContract",
        "contract/commitContractTermination",
        "contract/proposeContractTermination",
        "contract/updateSubscriptionContract",
        "crm/getAppointmentAvailabilities",
        "crm/raiseTicket",
        "crm/updateTicket",
        "order/addOrderToGroup",
        "order/orderSubscription",
        "order/placeOrderGroup",
        "order/updateOrder",
        "payment/addStoredPaymentDetails",
        "payment/reschedulePaymentWithNewDetails",
        "payment/updateStoredPaymentDetails",
        "payment/validatePayment",
        "prepaid/addPrepaid",
        "prepaid/addSelfServePrepaid",
        "prepaid/updatePrepaid",
        "recurringcharge/updateSimpleRecurringCharges",
        "service/qualifyService",
        "subscription/changePlan",
        "subscription/plan/changeManagedPlanGroup",
        "subscription/plan/changePlan",
        "subscription/planchange/commitPlanChange",
        "subscription/planchange/proposePlanChange",
        "subscription/resume",
        "subscription/setClearPassword",
        "subscription/stopApplyingFeature",
        "subservice/addSubservice",
        "subservice/addSubservices",
        "subservice/updateSubservice",
    ];

    /// <summary>All but the fields of an Object, which are read in one place.</summary>
    private static readonly string[] Known =
    [
        "account/addDeferredCharge ChargeRequest/endDate",
        "account/addDeferredCharge ChargeRequest/startDate",
        "account/compileChargeList ChargeListCompilationRequest/ChargeList/Charge/ChargeEnd",
        "account/compileChargeList ChargeListCompilationRequest/ChargeList/Charge/ChargeStart",
        "account/getTransactionList endTimestamp",
        "account/getTransactionList startTimestamp",
        "account/raiseAdjustment effective",
        "account/raiseInvoice NewInvoiceRequest/ChargeRequest/endDate",
        "account/raiseInvoice NewInvoiceRequest/ChargeRequest/startDate",
        "account/raiseInvoice NewInvoiceRequest/dueDate",
        "account/raiseInvoice NewInvoiceRequest/effectiveDate",
        "contract/addSubscriptionContract endDate",
        "contract/addSubscriptionContract startDate",
        "contract/commitContractTermination SubscriptionContractTerminationOffer/NewInvoiceRequest/ChargeRequest/endDate",
        "contract/commitContractTermination SubscriptionContractTerminationOffer/NewInvoiceRequest/ChargeRequest/startDate",
        "contract/commitContractTermination SubscriptionContractTerminationOffer/NewInvoiceRequest/dueDate",
        "contract/commitContractTermination SubscriptionContractTerminationOffer/NewInvoiceRequest/effectiveDate",
        "contract/getActiveSubscriptionContract when",
        "contract/getAvailableContractsForPlan when",
        "contract/proposeContractTermination terminationDate",
        "crm/getAppointmentAvailabilities AppointmentAvailabilitiesRequest/End",
        "crm/getAppointmentAvailabilities AppointmentAvailabilitiesRequest/Start",
        "crm/raiseTicket NewTicketRequest/AppointmentRequest/Start",
        "prepaid/addPrepaid AddPrepaidRequestOverride/ExpiryDate",
        "prepaid/updatePrepaid PrepaidUpdate/EndDate",
        "prepaid/updatePrepaid PrepaidUpdate/StartDate",
        "subscription/cancel fromTimestamp",
        "subscription/changePlan PlanScheduleItem/Start",
        "subscription/getActivityStatementRange endTimestamp",
        "subscription/getActivityStatementRange startTimestamp",
        "subscription/getPlanScheduleItemsAt timestamp",
        "subscription/planchange/commitPlanChange PlanChangeOffer/NewInvoiceRequest/ChargeRequest/endDate",
        "subscription/planchange/commitPlanChange PlanChangeOffer/NewInvoiceRequest/ChargeRequest/startDate",
        "subscription/planchange/commitPlanChange PlanChangeOffer/NewInvoiceRequest/dueDate",
        "subscription/planchange/commitPlanChange PlanChangeOffer/NewInvoiceRequest/effectiveDate",
        "subscription/planchange/commitPlanChange PlanChangeOffer/PlanChangeProposal/PlanScheduleItem/Start",
        "subscription/planchange/getServicePlans timestamp",
        "subscription/planchange/getSubscriptionPlans timestamp",
        "subscription/planchange/proposePlanChange PlanChangeProposal/PlanScheduleItem/Start",
        "subscription/resume fromTimestamp",
        "subscription/suspend fromTimestamp",
    ];

    private static readonly string[] Offsets = ["Z", "+11:00", "-11:00", ""];

    private SoapCaller Api => server.Administrator;

    /// <summary>
    /// Every time and day that the contract has in a request, in every operation that is built: taken or refused by a fault that says why,
    /// whatever its offset and however far away it is.
    /// </summary>
    [Fact]
    public async Task No_time_of_a_caller_makes_the_server_fail()
    {
        var failures = new List<string>();
        var tried = 0;
        var taken = new HashSet<string>();
        var refused = new HashSet<string>();
        foreach (var operation in SampleRequests.Operations().Where(operation => SampleRequests.TimePaths(operation).Count > 0))
        {
            // What one call does must not keep the next from being carried out.
            var (account, subscriptions) = await CustomerAsync(Kathmandu);
            foreach (var subject in new[] { account, subscriptions[1] })
            {
                foreach (var time in Times())
                {
                    foreach (var optional in new[] { false, true })
                    {
                        tried++;
                        var request = SampleRequests.Make(
                            operation,
                            (path, type) => Value(path, type, account, subject, time),
                            path => optional || Needed.Contains(path.Split('/')[^1]) || Holds(operation, path)
                        );
                        var fault = await Api.TryAsync(operation.Endpoint, request);
                        if (fault is null)
                        {
                            taken.Add(operation.ToString());
                        }
                        else if (fault.Element is null)
                        {
                            failures.Add($"{operation} {time}: {fault.Message}\n{request}");
                        }
                        else
                        {
                            refused.Add(operation.ToString());
                        }
                    }
                }
            }
        }

        Assert.True(
            failures.Count == 0,
            $"{failures.Count} of {tried}:\n{string.Join("\n\n", failures.DistinctBy(failure => failure.Split(' ')[0]).Take(20))}"
        );
        refused.ExceptWith(taken);
        Assert.True(refused.SetEquals(NotTaken), string.Join("\n", refused.Order(StringComparer.Ordinal)));
        Assert.True(tried > 1000, $"Only {tried} requests were made.");
    }

    /// <summary>What is kept of a time is the instant that was meant, in each of the operations that keep one.</summary>
    [Theory]
    [InlineData(18, "Australia/Perth")]
    [InlineData(34, "Asia/Kathmandu")]
    [InlineData(35, "America/Sao_Paulo")]
    public async Task A_time_that_is_kept_is_the_instant_that_was_meant(int zoneId, string name)
    {
        var zone = TimeZoneInfo.FindSystemTimeZoneById(name);
        foreach (var form in new[] { "Z", "+11:00", "" })
        {
            var (account, subscriptions) = await CustomerAsync(zoneId);
            var voice = subscriptions[1];

            // raiseAdjustment(): the entry timestamp (G4694).
            var past = server.Clock.GetUtcNow().AddHours(-30);
            var note = await Api.CallAsync(
                "account",
                "raiseAdjustment",
                P("usn", account),
                P("adjustmentType", 1),
                P("effective", Text(past, form, zone)),
                P("amount", -5),
                P("gst", 0)
            );
            AssertInstant(past, note.At("entryTimestamp"), zone);

            // The list's bounds are inclusive moments: a second later or earlier it is not in it.
            foreach (var (from, to, count) in new[] { (0, 1, 1), (-1, 0, 1), (1, 2, 0), (-2, -1, 0) })
            {
                var list = await Api.CallAsync(
                    "account",
                    "getTransactionList",
                    P("usn", account),
                    P("startTimestamp", Text(past.AddSeconds(from), form, zone)),
                    P("endTimestamp", Text(past.AddSeconds(to), form, zone))
                );
                Assert.Equal(count, list.AllAt("transaction").Count());
            }

            // changePlan(): the day and time from which the plan is used (line 8780).
            var ahead = server.Clock.GetUtcNow().AddDays(3);
            await Api.CallAsync(
                "subscription",
                "changePlan",
                P("usn", voice),
                Document($"<PlanScheduleItem><PlanCode>voip-business</PlanCode><Start>{Text(ahead, form, zone)}</Start></PlanScheduleItem>")
            );
            var planned = (await Api.CallAsync("subscription", "getPlanSchedules", P("usn", voice)))
                .AllAt("PlanSchedule/PlanScheduleItem")
                .Single(item => item.At("PlanCode") == "voip-business");
            AssertInstant(ahead, planned.At("Start"), zone);
            foreach (var (at, code) in new[] { (-1, "voip-standard"), (0, "voip-business") })
            {
                var used = await Api.CallAsync(
                    "subscription",
                    "getPlanScheduleItemsAt",
                    P("usn", voice),
                    P("timestamp", Text(ahead.AddSeconds(at), form, zone))
                );
                Assert.Contains(code, used.AllAt("PlanScheduleItem/PlanCode").Select(element => element.Value));
            }

            // suspend(), resume() and cancel() at a time.
            await Api.CallAsync("subscription", "suspend", P("usn", voice), P("fromTimestamp", Text(ahead, form, zone)));
            await Api.CallAsync("subscription", "resume", P("usn", voice), P("fromTimestamp", Text(ahead.AddHours(1), form, zone)));
            await Api.CallAsync("subscription", "cancel", P("usn", voice), P("fromTimestamp", Text(ahead.AddHours(2), form, zone)));
            foreach (var (kind, hours) in new[] { ("SuspendSubscription", 0), ("ResumeSubscription", 1), ("CancelSubscription", 2) })
            {
                Assert.Equal(
                    ahead.AddHours(hours).UtcDateTime,
                    await server.QueryAsync<DateTime>(
                        "SELECT due FROM due_work WHERE subject = $1 AND kind = $2 AND done IS NULL",
                        voice,
                        kind
                    )
                );
            }

            // Fields of accounts and subscriptions: answered in the account's zone, one form for one instant.
            foreach (var (endpoint, document, usn) in new[] { ("account", "Account", account), ("subscription", "Subscription", voice) })
            {
                await Api.CallAsync(
                    endpoint,
                    "update",
                    P("usn", usn),
                    Document(
                        $"<{document}><Properties><Object><Timestamp name='dob'>{Text(past, form, zone)}</Timestamp></Object>"
                            + $"</Properties></{document}>"
                    )
                );
                AssertInstant(past, (await Api.CallAsync(endpoint, "get", P("usn", usn))).Field("dob"), zone);
            }

            // Days of charges: the day of the instant in the account's zone.
            var compiled = await Api.CallAsync(
                "account",
                "compileChargeList",
                P("usn", account),
                Document(
                    $"<ChargeListCompilationRequest><ChargeList><Charge><ItemDescriptionID>cst</ItemDescriptionID>"
                        + $"<ChargeStart>{Text(past, form, zone)}</ChargeStart><Charge>1</Charge></Charge></ChargeList>"
                        + $"</ChargeListCompilationRequest>"
                )
            );
            Assert.Equal(Day(past, zone), compiled.At("ChargeRequest/startDate")?[..10] ?? compiled?.ToString());
            var invoice = await Api.CallAsync(
                "account",
                "raiseInvoice",
                P("usn", account),
                Money.Invoice(
                    [Money.Charge(account, "cst", "7", from: Text(past, form, zone))],
                    before: $"<effectiveDate>{Text(past, form, zone)}</effectiveDate>"
                )
            );
            Assert.Equal(
                (Day(past, zone), Day(past, zone)),
                (invoice.At("transactionDate")?[..10] ?? invoice?.ToString(), invoice.At("transactionItem/chargeFrom")?[..10])
            );
        }
    }

    /// <summary>
    /// Every dateTime of the contract is made an instant of in a place that the tests here go through; a new one must be added to them.
    /// </summary>
    [Fact]
    public void Every_time_of_the_contract_that_a_request_can_have_is_accounted_for()
    {
        var found =
            from operation in SampleRequests.Operations()
            from path in SampleRequests.DateTimePaths(operation)
            where !path.EndsWith("/Timestamp", StringComparison.Ordinal)
            select $"{operation} {path}";
        Assert.Equal(Known.Order(StringComparer.Ordinal), found.Order(StringComparer.Ordinal));
    }

    /// <summary>O21: the ends of time mean that there is no bound, and midnight at the end of a day is the next day's beginning.</summary>
    [Fact]
    public async Task The_ends_of_time_are_open_and_24_00_is_the_next_days_midnight()
    {
        var (account, subscriptions) = await CustomerAsync(Kathmandu);
        await new Money(server, account).AdjustAsync(-5m);
        foreach (
            var (from, to) in new[]
            {
                ("0001-01-01T00:00:00", "9999-12-31T23:59:59.9999999"),
                ("0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"),
                ("0001-01-01T00:00:00+11:00", "9999-12-31T23:59:59.9999999-11:00"),
            }
        )
        {
            Assert.Single(
                (
                    await Api.CallAsync(
                        "account",
                        "getTransactionList",
                        P("usn", account),
                        P("startTimestamp", from),
                        P("endTimestamp", to)
                    )
                ).AllAt("transaction")
            );
        }

        var day = server.Stage.Catalogue.Zone(34).DateOf(server.Clock.GetUtcNow()).AddDays(5);
        var change = Document(
            $"<PlanScheduleItem><PlanCode>voip-business</PlanCode><Start>{day:yyyy-MM-dd}T24:00:00</Start></PlanScheduleItem>"
        );
        Assert.Null(
            await Api.TryAsync("subscription", new XElement(ContractSchemas.Endpoint + "changePlan", P("usn", subscriptions[1]), change))
        );
        var planned = (await Api.CallAsync("subscription", "getPlanSchedules", P("usn", subscriptions[1])))
            .AllAt("PlanSchedule/PlanScheduleItem")
            .Single(item => item.At("PlanCode") == "voip-business");
        Assert.Equal($"{day.AddDays(1):yyyy-MM-dd}T00:00:00.000+05:45", planned.At("Start"));

        // Without end, and from the beginning.
        var order = await Api.CallAsync(
            "account",
            "createPurchaseOrder",
            Document(
                $"<NewPurchaseOrderRequest><AccountUSN>{account}</AccountUSN><Number>{server.Unique("PO")}</Number>"
                    + $"<ExpiryDate>9999-12-31</ExpiryDate></NewPurchaseOrderRequest>"
            )
        );
        Assert.Null(order.At("ExpiryDate"));
        Assert.Equal(
            "CancelException",
            (
                await Api.RefusedAsync("subscription", "cancel", P("usn", subscriptions[1]), P("fromTimestamp", "9999-12-31T23:59:59"))
            ).Element
        );
        await Api.CallAsync("subscription", "cancel", P("usn", subscriptions[1]), P("fromTimestamp", "0001-01-01T00:00:00"));
        Assert.True(await server.QueryAsync<bool>("SELECT closed IS NOT NULL FROM subscription WHERE usn = $1", subscriptions[1]));
    }

    private async Task<(string Account, IReadOnlyList<string> Subscriptions)> CustomerAsync(int zone)
    {
        var customer = await PortalCustomerAsync(server);
        await server.ExecuteAsync("UPDATE account SET time_zone_id = $1 WHERE usn = $2", zone, customer.Usn);
        return (customer.Usn, customer.Subscriptions);
    }

    /// <summary>Whether an optional element is a time or holds one.</summary>
    private static bool Holds(ContractOperation operation, string path) =>
        SampleRequests.TimePaths(operation).Any(time => time == path || time.StartsWith(path + "/", StringComparison.Ordinal));

    /// <summary>Yesterday, tomorrow and the ends of time, with and without an offset.</summary>
    private IEnumerable<string> Times()
    {
        string[] clocks =
        [
            server.Clock.GetUtcNow().AddDays(-1).ToString("yyyy-MM-ddTHH:mm:ss", CultureInfo.InvariantCulture),
            server.Clock.GetUtcNow().AddDays(1).ToString("yyyy-MM-ddT24:00:00", CultureInfo.InvariantCulture),
        ];
        string[] ends = ["0001-01-01T00:00:00", "0002-01-01T00:00:00", "9998-12-31T23:59:59", "9999-12-31T23:59:59.9999999"];
        return (from clock in clocks from offset in Offsets select clock + offset).Concat(
            from end in ends
            from offset in Offsets[2..]
            select end + offset
        );
    }

    private static string? Value(string path, XmlSchemaSimpleType type, string account, string subject, string time)
    {
        if (SampleRequests.IsTime(type))
        {
            var text =
                path.EndsWith("To", StringComparison.Ordinal) || path.Contains("end", StringComparison.OrdinalIgnoreCase)
                    ? Later(time)
                    : time;
            return SampleRequests.TakesDateTime(type) ? text : text[..10] + text[19..].TrimStart('.', '9');
        }

        return path.Split('/')[^1].ToLowerInvariant() switch
        {
            "usn" or "subscriptionusn" or "subscription" => subject,
            "accountusn" or "account" => account,
            "@name" => "dob",
            "itemcode" or "itemdescriptionid" => "cst",
            "plancode" or "plan" => "voip-business",
            "planscheduletype" => "1",
            "contractid" => "464",
            "featureid" => "830",
            "sid" => "15",
            "package" => "258",
            "charge" => "10",
            "retractchargeid" or "chargeid" or "id" or "@id" or "key" => null,
            "currency" or "@currency" => "AUD",
            "paymenttypecode" => "Cash",
            "gst" => "0",
            "bondtype" => "6aecbd7b-cfe4-4b79-9af4-92f5e70564d9",
            "@type" => "Days",
            "whentocharge" => "In Advance",
            "prorataaction" => "Pro-Rata",
            "paymenttype" => "Cash",
            "discount" or "purchaseordernumber" or "costcentreid" or "location" or "discountid" or "gstid" => null,
            "number" => Guid.NewGuid().ToString(),
            _ => SampleRequests.Any(type),
        };
    }

    /// <summary>The same time on the next day; the ends of time have none.</summary>
    private static string Later(string time) =>
        DateOnly.ParseExact(time[..10], "yyyy-MM-dd", CultureInfo.InvariantCulture) is { Year: > 1 and < 9999 } day
            ? day.AddDays(1).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) + time[10..]
            : time;

    /// <summary>
    /// The instant as a caller writes it: in UTC, with an offset that is not the account's, or on the account's clocks without one.
    /// </summary>
    private static string Text(DateTimeOffset instant, string form, TimeZoneInfo zone) =>
        form switch
        {
            "Z" => instant.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss'Z'", CultureInfo.InvariantCulture),
            "" => TimeZoneInfo.ConvertTime(instant, zone).ToString("yyyy-MM-ddTHH:mm:ss", CultureInfo.InvariantCulture),
            _ => instant.ToOffset(TimeSpan.FromHours(11)).ToString("yyyy-MM-ddTHH:mm:sszzz", CultureInfo.InvariantCulture),
        };

    private static string Day(DateTimeOffset instant, TimeZoneInfo zone) =>
        TimeZoneInfo.ConvertTime(instant, zone).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static void AssertInstant(DateTimeOffset expected, string? shown, TimeZoneInfo zone)
    {
        var whole = expected.AddTicks(-(expected.Ticks % TimeSpan.TicksPerSecond));
        Assert.Equal(TimeZoneInfo.ConvertTime(whole, zone).ToString("yyyy-MM-ddTHH:mm:ss.fffzzz", CultureInfo.InvariantCulture), shown);
    }
}
