using System.Globalization;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Smile.Conformance.Running;
using Smile.Testing;

namespace Smile.Conformance.Chaos;

/// <summary>
/// One client that moves money on an account, one call after the other, in random order. A call that loses its connection is not repeated,
/// but for an invoice: its chargeId makes that safe.
/// </summary>
internal sealed partial class MoneyWorker(SmileProcess server, MoneyBooks books, string usn, string otherUsn, int seed) : IDisposable
{
    private static readonly XNamespace Data = RawSoap.Data;

    private readonly RawSoap _soap = new(server);
    private readonly Random _random = new(seed);

    /// <summary>What this client made and was told of.</summary>
    private readonly List<MoneyCall> _debits = [];
    private readonly List<MoneyCall> _credits = [];
    private readonly List<MoneyCall> _bonds = [];

    public async Task RunAsync(CancellationToken enough)
    {
        while (!enough.IsCancellationRequested)
        {
            await (
                _random.Next(100) switch
                {
                    < 20 => InvoiceAsync(),
                    < 35 => AdjustAsync(),
                    < 48 => PayAsync(),
                    < 60 => AllocateAsync(),
                    < 68 => AllocateAutomaticallyAsync(),
                    < 78 => ReverseAsync(),
                    < 86 => CreateBondAsync(),
                    < 93 => ReleaseBondAsync(),
                    _ => RaceAsync(),
                }
            );
        }
    }

    public void Dispose() => _soap.Dispose();

    [GeneratedRegex(@"[0-9]+(\.[0-9]+)?|\[[^\]]*\]")]
    private static partial Regex Particulars();

    /// <summary>Repeated with the same chargeId until there is an answer: raised now, or told that it had been.</summary>
    private async Task InvoiceAsync()
    {
        var chargeId = Guid.NewGuid();
        var amount = FiveCents();
        for (var isRepeated = false; ; isRepeated = true)
        {
            var call = await InvoiceAsync(usn, chargeId, amount, isRepeated);
            if (call.Answered is { Length: > 0 })
            {
                _debits.Add(call);
            }

            if (call.Answered is not null)
            {
                return;
            }
        }
    }

    /// <summary>Two accounts use one chargeId at the same moment: one may.</summary>
    private async Task RaceAsync()
    {
        var chargeId = Guid.NewGuid();
        var amount = FiveCents();
        await Task.WhenAll(
            InvoiceAsync(usn, chargeId, amount, mayBeRefused: true),
            InvoiceAsync(otherUsn, chargeId, amount, mayBeRefused: true)
        );
    }

    private Task<MoneyCall> InvoiceAsync(string account, Guid chargeId, decimal amount, bool mayBeRefused) =>
        CallAsync(
            new MoneyCall("raiseInvoice", account, chargeId.ToString(), amount),
            $"<usn>{account}</usn><NewInvoiceRequest xmlns=\"{Data}\"><ChargeRequest><USN>{account}</USN><itemCode>cst</itemCode>"
                + $"<startDate>2015-01-01T00:00:00+11:00</startDate>"
                + $"<endDate>2015-01-01T00:00:00+11:00</endDate><amount>{MoneyCall.Text(amount)}</amount><chargeGst>false</chargeGst>"
                + $"<chargeId>{chargeId}</chargeId></ChargeRequest></NewInvoiceRequest>",
            mayBeRefused ? "InvalidRequestException" : null
        );

    private async Task AdjustAsync()
    {
        var amount = _random.Next(3) == 0 ? Cents(5000) : -Cents(5000);
        var allocation =
            _random.Next(4) == 0 ? $"<AllocationRequest xmlns=\"{Data}\"><AutoAllocate>true</AutoAllocate></AllocationRequest>" : "";
        var key = $"adjustment {books.Next()}";
        var call = await CallAsync(
            new MoneyCall("raiseAdjustment", usn, key, amount),
            $"<usn>{usn}</usn><adjustmentType>1</adjustmentType><effective>{DateTimeOffset.UtcNow:yyyy-MM-ddTHH:mm:ssZ}</effective>"
                + $"<amount>{MoneyCall.Text(amount)}</amount><gst>0</gst><comment>{key}</comment>{allocation}"
        );
        if (call.Answered is not null)
        {
            (amount > 0m ? _debits : _credits).Add(call);
        }
    }

    /// <summary>
    /// A cent, so that there is mostly enough left; what others allocated, deallocated and reversed in between may refuse it.
    /// </summary>
    private async Task AllocateAsync()
    {
        if (_debits.Count == 0 || _credits.Count == 0)
        {
            return;
        }

        var (debit, credit) = (Pick(_debits).Answered!, Pick(_credits).Answered!);
        var amount = 0.01m;
        await CallAsync(
            new MoneyCall("allocate", usn, $"{debit} {credit}", amount),
            $"<usn>{usn}</usn><AllocationRequests xmlns=\"{Data}\"><AllocationRequest><TransactionNumber>{credit}</TransactionNumber>"
                + $"<AllocateTo><TransactionNumber>{debit}</TransactionNumber>"
                + $"<AllocateAmount>{MoneyCall.Text(amount)}</AllocateAmount></AllocateTo></AllocationRequest></AllocationRequests>",
            "InvalidRequestException"
        );
    }

    private Task AllocateAutomaticallyAsync() =>
        CallAsync(
            new MoneyCall("allocate", usn, "", 0m),
            $"<usn>{usn}</usn><AllocationRequests xmlns=\"{Data}\"><AllocationRequest><AutoAllocate>true</AutoAllocate>"
                + $"</AllocationRequest></AllocationRequests>"
        );

    private async Task ReverseAsync()
    {
        if (_debits.FirstOrDefault(debit => debit.Operation == "raiseInvoice") is not { } invoice)
        {
            return;
        }

        _debits.Remove(invoice);
        var key = $"reversal {books.Next()}";
        await CallAsync(
            new MoneyCall("reverseTransaction", usn, key, -invoice.Amount),
            $"<usn>{usn}</usn><ReverseTransactionRequest xmlns=\"{Data}\"><Number>{invoice.Answered}</Number>"
                + $"<SalesReportCategory>rinvoice</SalesReportCategory><ReversalDate>{Today()}</ReversalDate><Comment>{key}</Comment>"
                + $"</ReverseTransactionRequest>"
        );
    }

    /// <summary>A bond has no comment: its amount is its own.</summary>
    private async Task CreateBondAsync()
    {
        var amount = books.Next() * 0.01m;
        var call = await CallAsync(
            new MoneyCall("createBond", usn, MoneyCall.Text(amount), amount),
            $"<BondRequest xmlns=\"{Data}\"><USN>{usn}</USN><BondType>6aecbd7b-cfe4-4b79-9af4-92f5e70564d9</BondType>"
                + $"<EffectiveDate>{Today()}</EffectiveDate><Amount>{MoneyCall.Text(amount)}</Amount></BondRequest>"
        );
        if (call.Answered is not null)
        {
            _bonds.Add(call);
        }
    }

    private async Task ReleaseBondAsync()
    {
        if (_bonds.Count == 0)
        {
            return;
        }

        var bond = Pick(_bonds);
        _bonds.Remove(bond);
        await CallAsync(
            new MoneyCall("releaseBond", usn, bond.Answered!, -bond.Amount),
            $"<usn>{usn}</usn><bondNumber>{bond.Answered}</bondNumber>"
        );
    }

    /// <summary>
    /// A card whose type takes no surcharge, with an amount of its own. What the bank took of a payment without an answer is asked for
    /// later.
    /// </summary>
    private async Task PayAsync()
    {
        var amount = books.Next() * 0.01m;
        await CallAsync(
            new MoneyCall("processPayment", usn, MoneyCall.Text(amount), -amount),
            $"<usn>{usn}</usn><PaymentRequest xmlns=\"{Data}\"><PaymentDetails><PaymentType>amex</PaymentType>"
                + $"<AccountName>Joe</AccountName><AccountNumber>378282246310005</AccountNumber>"
                + $"<ExpiryDate>2099-12</ExpiryDate><PaymentAmount>{MoneyCall.Text(amount)}</PaymentAmount></PaymentDetails>"
                + $"</PaymentRequest>"
        );
    }

    /// <param name="refusal">The fault that the guide gives for what other clients may have done meanwhile; null where nothing can refuse
    /// the call.</param>
    /// <returns>The call with its answer; without one where the connection was lost, empty where it was refused.</returns>
    private async Task<MoneyCall> CallAsync(MoneyCall call, string parameters, string? refusal = null)
    {
        var outages = books.Outages();
        try
        {
            var answer = await _soap.CallAsync(call.Operation == "processPayment" ? "payment" : "account", call.Operation, parameters);
            if (answer.Fault is { } fault)
            {
                Assert.True(fault == refusal, $"{call} was answered {fault}: {answer.Message}");
                books.Refusals.AddOrUpdate((call.Operation, fault, Particulars().Replace(answer.Message, "#")), 1, (_, count) => count + 1);
                if (call.Operation == "raiseInvoice")
                {
                    books.Used.Add(call.Key);
                }

                return call with
                {
                    Answered = "",
                };
            }

            call = call with { Answered = answer.Envelope.Descendants(Data + "transactionNumber").FirstOrDefault()?.Value ?? "" };
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            Assert.True(books.MayLose(outages), $"{call} lost its connection though the server was up: {exception}");
            await Until.TrueAsync("the server is back", async () => await server.HealthAsync() is not null);
        }

        books.Calls.Add(call);
        return call;
    }

    private MoneyCall Pick(List<MoneyCall> calls) => calls[_random.Next(calls.Count)];

    private decimal Cents(int most) => _random.Next(1, most) * 0.01m;

    /// <summary>What an invoice in Australian dollars is not rounded from.</summary>
    private decimal FiveCents() => _random.Next(1, 1000) * 0.05m;

    /// <summary>The account's day.</summary>
    private static string Today() =>
        TimeZoneInfo
            .ConvertTime(DateTimeOffset.UtcNow, TimeZoneInfo.FindSystemTimeZoneById("Australia/Sydney"))
            .ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
