using System.Globalization;
using System.Xml.Linq;
using static Smile.Server.Tests.Fixture.SoapCaller;

namespace Smile.Server.Tests.Fixture;

/// <summary>Calls that move money, in the words of a scenario.</summary>
internal sealed class Money(ServerFixture server, string usn)
{
    public string Usn => usn;

    public static async Task<Money> NewAccountAsync(ServerFixture server) => new(server, (await Orders.PortalCustomerAsync(server)).Usn);

    public static string Charge(
        string usn,
        string itemCode,
        string? amount = null,
        string more = "",
        bool? chargeGst = true,
        string from = "2015-01-01T00:00:00+11:00",
        string? to = null
    ) =>
        $"<USN>{usn}</USN><itemCode>{itemCode}</itemCode>{Before(more, "description", "quantity", "count")}<startDate>"
        + $"{from}</startDate><endDate>{to ?? from}</endDate>"
        + (amount is null ? "" : $"<amount>{amount}</amount>")
        + (chargeGst is { } taxed ? $"<chargeGst>{(taxed ? "true" : "false")}</chargeGst>" : "")
        + After(more, "description", "quantity", "count");

    public static XElement Invoice(IEnumerable<string> charges, string before = "", string after = "") =>
        Document(
            $"<NewInvoiceRequest>{before}{string.Concat(charges.Select(charge => $"<ChargeRequest>{charge}</ChargeRequest>"))}"
                + $"{after}</NewInvoiceRequest>"
        );

    public Task<XElement?> InvoiceAsync(params string[] charges) =>
        server.Administrator.CallAsync("account", "raiseInvoice", P("usn", usn), Invoice(charges));

    /// <summary>An invoice of one consultation, without GST.</summary>
    /// <returns>Its number.</returns>
    public async Task<string> InvoiceAsync(decimal amount) =>
        (await InvoiceAsync(Charge(usn, "cst", amount.ToString(CultureInfo.InvariantCulture), chargeGst: false))).At("transactionNumber")!;

    public async Task<string> AdjustAsync(decimal amount, decimal gst = 0m, XElement? allocation = null) =>
        (
            await server.Administrator.CallAsync(
                "account",
                "raiseAdjustment",
                Adjustment(usn, 1, amount, gst, allocation, server.Clock.GetUtcNow())
            )
        ).At("transactionNumber")!;

    public static XElement[] Adjustment(
        string usn,
        int type,
        decimal? amount,
        decimal? gst,
        XElement? allocation,
        DateTimeOffset effective,
        string? comment = null
    )
    {
        XNamespace xsi = "http://www.w3.org/2001/XMLSchema-instance";
        var parameters = new List<XElement>
        {
            P("usn", usn),
            P("adjustmentType", type),
            P("effective", effective.ToString("yyyy-MM-ddTHH:mm:sszzz", CultureInfo.InvariantCulture)),
        };
        parameters.Add(amount is { } value ? P("amount", value) : new XElement("amount", new XAttribute(xsi + "nil", true)));
        parameters.Add(gst is { } tax ? P("gst", tax) : new XElement("gst", new XAttribute(xsi + "nil", true)));
        if (comment is not null)
        {
            parameters.Add(P("comment", comment));
        }

        if (allocation is not null)
        {
            parameters.Add(allocation);
        }

        return [.. parameters];
    }

    public static XElement Allocation(params (string Number, string Amount)[] targets) =>
        Document($"<AllocationRequest>{string.Concat(targets.Select(Target))}</AllocationRequest>");

    public static string Target((string Number, string Amount) to) =>
        $"<AllocateTo><TransactionNumber>{to.Number}</TransactionNumber><AllocateAmount>{to.Amount}</AllocateAmount></AllocateTo>";

    public static XElement Allocations(string? from, params (string Number, string Amount)[] targets) =>
        Document(
            $"<AllocationRequests><AllocationRequest>{(from is null ? "" : $"<TransactionNumber>{from}</TransactionNumber>")}"
                + (targets.Length == 0 ? "<AutoAllocate>true</AutoAllocate>" : string.Concat(targets.Select(Target)))
                + "</AllocationRequest></AllocationRequests>"
        );

    public Task AllocateAsync(string? from, params (string Number, string Amount)[] targets) =>
        server.Administrator.CallAsync("account", "allocate", P("usn", usn), Allocations(from, targets));

    public static XElement Reversal(
        string number,
        string category = "rinvoice",
        string date = "2015-01-14+11:00",
        string? comment = null
    ) =>
        Document(
            $"<ReverseTransactionRequest><Number>{number}</Number><SalesReportCategory>{category}</SalesReportCategory>"
                + $"<ReversalDate>{date}</ReversalDate>"
                + $"{(comment is null ? "" : $"<Comment>{comment}</Comment>")}</ReverseTransactionRequest>"
        );

    public Task<XElement?> ReverseAsync(string number, string category = "rinvoice", string? date = null) =>
        server.Administrator.CallAsync("account", "reverseTransaction", P("usn", usn), Reversal(number, category, date ?? TodayText()));

    public static XElement Reimbursement(string amount, string date, string? comment = "Return of bond") =>
        Document(
            $"<ReimbursementRequest><Amount>{amount}</Amount>{(comment is null ? "" : $"<Comment>{comment}</Comment>")}<EffectiveDate>"
                + $"{date}</EffectiveDate></ReimbursementRequest>"
        );

    public static XElement Bond(
        string usn,
        string? amount = "50.00",
        string date = "2015-01-12+10:00",
        string type = "6aecbd7b-cfe4-4b79-9af4-92f5e70564d9"
    ) =>
        Document(
            $"<BondRequest><USN>{usn}</USN><BondType>{type}</BondType>"
                + $"<EffectiveDate>{date}</EffectiveDate>{(amount is null ? "" : $"<Amount>{amount}</Amount>")}</BondRequest>"
        );

    public Task<XElement?> TransactionAsync(string number) =>
        server.Administrator.CallAsync("account", "getTransaction", P("transactionNumber", number));

    public async Task<string> UnallocatedAsync(string number) => (await TransactionAsync(number)).At("unallocatedAmount")!;

    public Task<XElement?> SummaryAsync() => server.Administrator.CallAsync("account", "getAccountSummary", P("usn", usn));

    public async Task<string> BalanceAsync() => (await SummaryAsync()).At("AccountBalance")!;

    /// <summary>Everything about the account's money that a refused call must leave alone.</summary>
    public async Task<string> StateAsync() =>
        (
            await server.QueryAsync<string>(
                """
                SELECT (SELECT balance::text FROM account WHERE usn = $1)
                    || coalesce((SELECT string_agg(number || state || amount || unallocated_amount || account_usn, ',' ORDER BY number)
                        FROM financial_transaction WHERE account_usn = $1), '')
                    || (SELECT count(*) FROM transaction_item WHERE account_usn = $1) || '/' || (SELECT count(*) FROM transaction_item
                        WHERE account_usn = $1 AND withdrawn IS NOT NULL)
                    || '/' || (SELECT count(*) FROM allocation WHERE account_usn = $1) || '/' || (SELECT count(*) FROM ledger_entry
                        WHERE account_usn = $1)
                    || '/' || (SELECT count(*) FROM outbox_message WHERE aggregate = $1)
                """,
                usn
            )
        )!;

    /// <summary>
    /// Debits less credits of everything that the account posted to the general ledger, account by account of the chart, without those at
    /// zero.
    /// </summary>
    public async Task<string> LedgerAsync() =>
        await server.QueryAsync<string>(
            """
            SELECT coalesce(string_agg(ledger_account || ' ' || round(total, 2), ', ' ORDER BY ledger_account), '')
            FROM (SELECT ledger_account, sum(amount) AS total FROM ledger_entry WHERE account_usn = $1 GROUP BY 1
            HAVING sum(amount) <> 0) AS posted
            """,
            usn
        ) ?? "";

    /// <summary>The same of some accounts of the chart.</summary>
    public async Task<string> LedgerAsync(params string[] ledgerAccounts) =>
        string.Join(", ", (await LedgerAsync()).Split(", ").Where(posted => ledgerAccounts.Contains(posted.Split(' ')[0])));

    private string TodayText() =>
        TimeZoneInfo
            .ConvertTime(server.Clock.GetUtcNow(), TimeZoneInfo.FindSystemTimeZoneById("Australia/Sydney"))
            .ToString("yyyy-MM-ddzzz", CultureInfo.InvariantCulture);

    private static string Before(string xml, params string[] names) =>
        string.Concat(Parse(xml).Where(element => names.Contains(element.Name.LocalName)));

    private static string After(string xml, params string[] names) =>
        string.Concat(Parse(xml).Where(element => !names.Contains(element.Name.LocalName)));

    private static IEnumerable<XElement> Parse(string xml) => XElement.Parse($"<x>{xml}</x>").Elements();
}
