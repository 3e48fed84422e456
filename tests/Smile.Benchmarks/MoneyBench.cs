using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Npgsql;
using Smile.Testing;

namespace Smile.Benchmarks;

/// <summary>What moving and reading money costs: of the server and of its database, for a call.</summary>
internal sealed partial class MoneyBench : IDisposable
{
    private const int Clients = 8;
    private const int Few = 10;
    private const int Many = 1_000;
    private const int Multitude = 20_000;

    /// <summary>Calls that change money are spread over so many accounts.</summary>
    private const int BusyAccounts = 8;

    /// <summary>What fills five pages.</summary>
    private const int ChargesOfDocument = 140;
    private const int Documents = 20;
    private const int Readers = 4;
    private const double Megabyte = 1024 * 1024;

    private const string Automatic =
        "<d:AllocationRequests xmlns:d='http://xml.inomial.com/smile/2.xsd'><d:AllocationRequest><d:AutoAllocate>true</d:AutoAllocate>"
        + "</d:AllocationRequest></d:AllocationRequests>";

    private const string Payment =
        "<d:PaymentRequest xmlns:d='http://xml.inomial.com/smile/2.xsd'><d:PaymentDetails><d:PaymentType>amex</d:PaymentType>"
        + "<d:AccountName>Joe</d:AccountName><d:AccountNumber>378282246310005</d:AccountNumber>"
        + "<d:ExpiryDate>2099-12</d:ExpiryDate><d:PaymentAmount>1.00</d:PaymentAmount></d:PaymentDetails></d:PaymentRequest>";

    /// <summary>Cash that goes to the oldest debit.</summary>
    private const string Cash =
        "<d:PaymentRequest xmlns:d='http://xml.inomial.com/smile/2.xsd'><d:PaymentDetails><d:PaymentType>cash</d:PaymentType>"
        + "<d:PaymentAmount>0.01</d:PaymentAmount></d:PaymentDetails></d:PaymentRequest>"
        + "<d:AllocationRequest xmlns:d='http://xml.inomial.com/smile/2.xsd'><d:AutoAllocate>true</d:AutoAllocate></d:AllocationRequest>";

    private readonly MeasuredProcess _smile;
    private readonly NpgsqlDataSource _source;
    private readonly DatabaseProcesses _database;
    private readonly string _authorization;
    private readonly HttpClient _http;
    private readonly Dictionary<int, string> _readAccounts = [];
    private readonly List<BusyAccount> _busyAccounts = [];
    private Uri? _document;

    private MoneyBench(MeasuredProcess smile, NpgsqlDataSource source, DatabaseProcesses database, string authorization)
    {
        _smile = smile;
        _source = source;
        _database = database;
        _authorization = authorization;
        _http = new HttpClient { BaseAddress = smile.Address };
        _http.DefaultRequestHeaders.TryAddWithoutValidation("Authorization", authorization);
    }

    /// <summary>Makes accounts with short and long histories, accounts to work on, and a long invoice.</summary>
    public static async Task<MoneyBench> PrepareAsync(MeasuredProcess smile, NpgsqlDataSource source, string authorization)
    {
        var bench = new MoneyBench(smile, source, await DatabaseProcesses.FindAsync(source), authorization);
        foreach (var count in new[] { Few, Many, Multitude })
        {
            var usn = await bench.OrderAsync($"history{count}");
            await bench.InvoiceAsync(usn, 10m);
            await LedgerSql.RepeatAsync(source, usn, count - 1, "A transaction of a long history");
            bench._readAccounts[count] = usn;
        }

        for (var account = 0; account < BusyAccounts; account++)
        {
            var usn = await bench.OrderAsync($"busy{account}");
            bench._busyAccounts.Add(new BusyAccount(usn, await bench.InvoiceAsync(usn, 50_000m), await bench.CreditAsync(usn)));
        }

        var invoice = await bench.InvoiceAsync(bench._busyAccounts[0].Usn, [.. Enumerable.Repeat(1m, ChargesOfDocument)]);
        bench._document = new Uri(
            await bench.CallAsync("getTransactionDocument", $"<transactionNumber>{invoice}</transactionNumber>", "DocumentURL")
        );
        await bench.ExecuteAsync("VACUUM ANALYZE");
        return bench;
    }

    /// <param name="figures">Null to warm up.</param>
    /// <param name="duration">Of each load.</param>
    /// <param name="raw">The yardstick of the same round: what the machine is worth just now.</param>
    public async Task RunAsync(Figures? figures, TimeSpan duration, LoadResult raw)
    {
        var few = await LoadAsync(duration, "getAccountSummary", $"<usn>{_readAccounts[Few]}</usn>");
        var many = await LoadAsync(duration, "getAccountSummary", $"<usn>{_readAccounts[Many]}</usn>");
        var multitude = await LoadAsync(duration, "getAccountSummary", $"<usn>{_readAccounts[Multitude]}</usn>");
        var cashOfFew = await LoadAsync(duration, "processPayment", $"<usn>{_busyAccounts[0].Usn}</usn>" + Cash, "payment");
        var cashOfMultitude = await LoadAsync(duration, "processPayment", $"<usn>{_readAccounts[Multitude]}</usn>" + Cash, "payment");
        var list = await LoadAsync(duration, "getTransactionList", History(Many));
        var peak = _smile.PeakMemory;
        var longList = await ReadListsAsync();
        var growth = _smile.PeakMemory - peak;
        var invoice = await LoadAsync(duration, "raiseInvoice", "@usn@" + InvoiceDocument("@bare@", [1m]));
        var oneAccount = await LoadAsync(
            duration,
            "raiseInvoice",
            $"<usn>{_busyAccounts[0].Usn}</usn>" + InvoiceDocument(_busyAccounts[0].Usn, [1m])
        );
        var allocate = await LoadAsync(duration, "allocate", "@usn@" + "@allocation@");
        var automatic = await LoadAsync(duration, "allocate", $"<usn>{_readAccounts[Many]}</usn>" + Automatic);
        var payment = await LoadAsync(duration, "processPayment", "@usn@" + Payment, "payment");
        var (document, pages) = await DocumentAsync();
        if (figures is null)
        {
            return;
        }

        figures.Add(
            "summary: CPU of 1,000 to 10 transactions",
            (many.CpuMicroseconds + many.DatabaseMicroseconds) / (few.CpuMicroseconds + few.DatabaseMicroseconds),
            Goal.AtMost(2)
        );
        figures.Add("summary: CPU of 20,000 to 10 transactions", multitude.TotalMicroseconds / few.TotalMicroseconds, Goal.AtMost(2));
        figures.Add(
            "payment that allocates itself: CPU with 20,000 open to few",
            cashOfMultitude.TotalMicroseconds / cashOfFew.TotalMicroseconds,
            Goal.AtMost(2)
        );
        Add(figures, "summary of 1,000", many);
        Add(figures, "list of 1,000", list);
        figures.Add("list of 1,000: MB a second", list.BytesPerSecond / Megabyte);
        figures.Add(
            "list of 20,000: CPU a row to 1,000",
            longList.TotalMicroseconds / Multitude / (list.CpuMicroseconds / Many),
            Goal.AtMost(1.5)
        );
        figures.Add("list of 20,000: growth of peak memory (MB)", growth / Megabyte, Goal.AtMost(20));
        Add(figures, "raiseInvoice", invoice, Goal.AtMost(3000));
        figures.Add("raiseInvoice: CPU of so many raw answers", invoice.CpuMicroseconds / raw.CpuMicroseconds);
        figures.Add("raiseInvoice on one account: calls a second", oneAccount.RequestsPerSecond);
        figures.Add("raiseInvoice on one account: rate to eight", oneAccount.RequestsPerSecond / invoice.RequestsPerSecond);
        Add(figures, "allocate", allocate, Goal.AtMost(3000));
        Add(figures, "allocate of 1,000 debits", automatic);
        Add(figures, "processPayment", payment, Goal.AtMost(2000), Goal.AtMost(1900));
        figures.Add("processPayment: CPU of so many raw answers", payment.CpuMicroseconds / raw.CpuMicroseconds);
        figures.Add("invoice PDF: pages", pages, Goal.AtMost(5));
        figures.Add("invoice PDF: CPU milliseconds", document.TotalMilliseconds, Goal.AtMost(100));
        foreach (
            var (name, load) in new[]
            {
                ("summary", few),
                ("summary", many),
                ("summary", multitude),
                ("payment that allocates itself", cashOfFew),
                ("payment that allocates itself", cashOfMultitude),
                ("list", list),
                ("raiseInvoice", invoice),
                ("raiseInvoice on one account", oneAccount),
                ("allocate", allocate),
                ("allocate of 1,000 debits", automatic),
                ("processPayment", payment),
            }.Where(each => each.Item2.Errors > 0)
        )
        {
            figures.Add($"errors of {name}", load.Errors, Goal.AtMost(0));
        }

        figures.Add(
            "errors with money",
            few.Errors
                + many.Errors
                + multitude.Errors
                + cashOfFew.Errors
                + cashOfMultitude.Errors
                + list.Errors
                + invoice.Errors
                + oneAccount.Errors
                + allocate.Errors
                + automatic.Errors
                + payment.Errors,
            Goal.AtMost(0)
        );
    }

    public void Dispose() => _http.Dispose();

    private static void Add(Figures figures, string name, LoadResult result, Goal? goal = null, Goal? ofDatabase = null)
    {
        figures.Add($"{name}: CPU microseconds a call", result.CpuMicroseconds, goal);
        figures.Add($"{name}: of the database", result.DatabaseMicroseconds, ofDatabase);
    }

    private string History(int count) =>
        $"<usn>{_readAccounts[count]}</usn><startTimestamp>2000-01-01T00:00:00Z</startTimestamp>"
        + $"<endTimestamp>2100-01-01T00:00:00Z</endTimestamp>";

    /// <param name="parameters">Marks such as <c>@usn@</c> stand for an account, another one in each call.</param>
    private Task<LoadResult> LoadAsync(TimeSpan duration, string operation, string parameters, string endpoint = "account")
    {
        var body = Bench.Quote(Bench.Envelope(operation, parameters));
        body = Replace(body, "@usn@", account => $"<usn>{account.Usn}</usn>");
        body = Replace(body, "@bare@", account => account.Usn);
        body = Replace(
            body,
            "@allocation@",
            account =>
                $"<d:AllocationRequests xmlns:d='http://xml.inomial.com/smile/2.xsd'><d:AllocationRequest>"
                + $"<d:TransactionNumber>{account.Credit}</d:TransactionNumber><d:AllocateTo>"
                + $"<d:TransactionNumber>{account.Debit}</d:TransactionNumber><d:AllocateAmount>0.01</d:AllocateAmount></d:AllocateTo>"
                + $"</d:AllocationRequest></d:AllocationRequests>"
        );
        return Load.RunAsync(_smile, "/smile/ws/v2/" + endpoint, body, _authorization, Clients, duration, _database);
    }

    private string Replace(string body, string mark, Func<BusyAccount, string> text) =>
        body.Replace(
            mark,
            "\" .. ({"
                + string.Join(", ", _busyAccounts.Select(account => Bench.Quote(text(account))))
                + "})[n % "
                + BusyAccounts.ToString(CultureInfo.InvariantCulture)
                + " + 1] .. \"",
            StringComparison.Ordinal
        );

    /// <summary>Several clients at once read the longest list, which is too long for many calls.</summary>
    /// <returns>Processor time of the server, a call.</returns>
    private async Task<TimeSpan> ReadListsAsync()
    {
        var before = _smile.Cpu;
        await Task.WhenAll(
            Enumerable
                .Range(0, Readers)
                .Select(async _ =>
                {
                    using var content = new StringContent(
                        Bench.Envelope("getTransactionList", History(Multitude)),
                        Encoding.UTF8,
                        "text/xml"
                    );
                    using var request = new HttpRequestMessage(HttpMethod.Post, "/smile/ws/v2/account") { Content = content };
                    using var answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
                    await answer.EnsureSuccessStatusCode().Content.CopyToAsync(Stream.Null);
                })
        );
        return (_smile.Cpu - before) / Readers;
    }

    private async Task<(TimeSpan Cpu, int Pages)> DocumentAsync()
    {
        var before = _smile.Cpu;
        byte[] pdf = [];
        for (var index = 0; index < Documents; index++)
        {
            pdf = await _http.GetByteArrayAsync(_document);
        }

        return ((_smile.Cpu - before) / Documents, Pages().Count(Encoding.Latin1.GetString(pdf)));
    }

    private async Task<string> OrderAsync(string username)
    {
        await CallAsync("order", Bench.OrderEnvelope(username));
        await using var command = _source.CreateCommand("SELECT account_usn FROM subscription WHERE username = $1");
        command.Parameters.Add(new NpgsqlParameter { Value = username });
        return (string)(await command.ExecuteScalarAsync())!;
    }

    private Task<string> InvoiceAsync(string usn, params decimal[] amounts) =>
        CallAsync("raiseInvoice", $"<usn>{usn}</usn>" + InvoiceDocument(usn, amounts), "transactionNumber");

    private static string InvoiceDocument(string usn, IEnumerable<decimal> amounts) =>
        "<d:NewInvoiceRequest xmlns:d='http://xml.inomial.com/smile/2.xsd'>"
        + string.Concat(
            amounts.Select(amount =>
                $"<d:ChargeRequest><d:USN>{usn}</d:USN><d:itemCode>cst</d:itemCode>"
                + $"<d:startDate>2015-01-01T00:00:00+11:00</d:startDate><d:endDate>2015-01-01T00:00:00+11:00</d:endDate>"
                + $"<d:amount>{amount.ToString(CultureInfo.InvariantCulture)}</d:amount><d:chargeGst>true</d:chargeGst></d:ChargeRequest>"
            )
        )
        + "</d:NewInvoiceRequest>";

    /// <summary>As many notes as it takes: the catalogue bounds one.</summary>
    private Task<string> CreditAsync(string usn) =>
        CallAsync(
            "raiseAdjustment",
            $"<usn>{usn}</usn><adjustmentType>1</adjustmentType><effective>{DateTimeOffset.UtcNow:yyyy-MM-ddTHH:mm:ssZ}</effective>"
                + $"<amount>-1000</amount><gst>0</gst>",
            "transactionNumber"
        );

    /// <returns>The text of an element of the answer.</returns>
    private async Task<string> CallAsync(string operation, string parameters, string element) =>
        (await CallAsync("account", Bench.Envelope(operation, parameters)))
            .Descendants()
            .First(each => each.Name.LocalName == element)
            .Value;

    private async Task<XElement> CallAsync(string endpoint, string envelope)
    {
        using var content = new StringContent(envelope, Encoding.UTF8, "text/xml");
        using var answer = await _http.PostAsync("/smile/ws/v2/" + endpoint, content);
        var text = await answer.Content.ReadAsStringAsync();
        return answer.IsSuccessStatusCode ? XElement.Parse(text) : throw new InvalidOperationException(text);
    }

    private async Task ExecuteAsync(string sql, params object[] parameters)
    {
        await using var command = _source.CreateCommand(sql);
        foreach (var parameter in parameters)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = parameter });
        }

        await command.ExecuteNonQueryAsync();
    }

    [GeneratedRegex(@"/Type\s*/Page\b")]
    private static partial Regex Pages();

    /// <summary>An account that calls change, with a large debit and credit to allocate from.</summary>
    private sealed record BusyAccount(string Usn, string Debit, string Credit);
}
