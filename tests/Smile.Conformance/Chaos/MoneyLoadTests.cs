using System.Diagnostics;
using System.Globalization;
using Smile.Conformance.Running;
using Smile.Testing;
using Xunit.Abstractions;

namespace Smile.Conformance.Chaos;

/// <summary>
/// Many clients move money on one account and on others while the server is killed: nothing is lost, nothing is doubled, the books balance.
/// </summary>
public sealed class MoneyLoadTests(ITestOutputHelper output)
{
    private const int Clients = 32;

    /// <summary>So many of them work on one and the same account.</summary>
    private const int OnOneAccount = 20;
    private const int Accounts = 5;

    private static readonly int Kills = Verification.IsFull ? 3 : 1;
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(Verification.IsFull ? 60 : 8);

    private readonly MoneyBooks _books = new();

    private static int Seed { get; } =
        int.TryParse(Environment.GetEnvironmentVariable("SMILE_SEED"), CultureInfo.InvariantCulture, out var seed)
            ? seed
            : Random.Shared.Next();

    [ClientFact(ForeignClient.Jms)]
    public async Task Money_is_neither_lost_nor_made_by_concurrency_and_crashes()
    {
        await using var system = await SmileSystem.StartAsync();
        await using var listener = await JmsListener.StartAsync(
            system.Broker,
            "money",
            ("SmileOrder", JmsListener.Everything),
            ("SmileSubscription", JmsListener.Everything),
            ("SmileTransaction", JmsListener.Everything)
        );
        var accounts = await OrderAccountsAsync(system);
        var workers = Enumerable.Range(0, Clients).Select(client => Worker(system, client, accounts)).ToList();
        try
        {
            await LoadAsync(system, workers);
        }
        finally
        {
            workers.ForEach(worker => worker.Dispose());
        }

        await SettleAsync(system);
        Assert.Equal("", await system.QueryAsync<string>(LedgerSql.Broken, (object)accounts.ToArray()));
        await AssertCallsAsync(system);
        await AssertMessagesAsync(system, listener);
    }

    private static async Task<IReadOnlyList<string>> OrderAccountsAsync(SmileSystem system)
    {
        using var orders = new OrderingClient(system.Server);
        var usns = new List<string>();
        for (var account = 0; account < Accounts; account++)
        {
            usns.Add((await orders.OrderPortalCustomerAsync($"money{account}")).AccountUsn);
        }

        return usns;
    }

    private MoneyWorker Worker(SmileSystem system, int client, IReadOnlyList<string> accounts)
    {
        var index = client < OnOneAccount ? 0 : 1 + (client % (Accounts - 1));
        return new MoneyWorker(system.Server, _books, accounts[index], accounts[(index + 1) % Accounts], Seed + client);
    }

    /// <summary>The time that the server is away does not count.</summary>
    private async Task LoadAsync(SmileSystem system, List<MoneyWorker> workers)
    {
        using var enough = new CancellationTokenSource();
        var random = new Random(Seed);
        var running = workers.Select(worker => Task.Run(() => worker.RunAsync(enough.Token))).ToList();
        var up = Stopwatch.StartNew();
        for (var kill = 1; kill <= Kills; kill++)
        {
            await UntilUpForAsync(up, Duration * kill / (Kills + 1), running);
            await Task.Delay(TimeSpan.FromMilliseconds(random.Next(0, 100)));
            up.Stop();
            await _books.OutageAsync(async () =>
            {
                await system.Server.KillAsync();
                await system.Server.StartAsync();
            });
            up.Start();
        }

        await UntilUpForAsync(up, Duration, running);
        await enough.CancelAsync();
        await Task.WhenAll(running);
        Report(up.Elapsed);
    }

    /// <summary>Nobody waits here for the dates at which the gateway is asked what became of payments that a kill interrupted.</summary>
    private async Task SettleAsync(SmileSystem system)
    {
        const string charged =
            "FROM sandbox.charge JOIN payment_attempt USING (reference) JOIN payment ON payment.number = payment_attempt.payment_number";
        var interrupted = await system.QueryAsync<long>($"SELECT count(*) {charged} WHERE status = 'Waiting'");
        await system.QueryAsync<long>(
            """
            WITH asked AS (UPDATE due_work SET due = now() WHERE kind = 'InquirePayment' AND done IS NULL RETURNING 1)
            SELECT count(*) FROM asked
            """
        );
        await Until.TrueAsync(
            "what the bank took is on the ledger",
            async () => await system.QueryAsync<long>($"SELECT count(*) {charged} WHERE status = 'Waiting'") == 0
        );
        Assert.Equal(
            0,
            await system.QueryAsync<long>(
                $"""
                SELECT count(*) {charged} LEFT JOIN financial_transaction receipt ON receipt.number = payment.number
                    AND receipt.type = 'Receipt' AND receipt.amount = -charge.amount WHERE receipt.number IS NULL
                """
            )
        );
        Assert.Equal(
            await system.QueryAsync<long>("SELECT count(*) FROM sandbox.charge"),
            await system.QueryAsync<long>("SELECT count(*) FROM financial_transaction WHERE type = 'Receipt'")
        );
        output.WriteLine($"{interrupted} payments were taken by the bank and not yet on the ledger when the load ended");
    }

    private static Task UntilUpForAsync(Stopwatch up, TimeSpan time, List<Task> running) =>
        Until.TrueAsync("clients work", () => up.Elapsed >= time || running.Exists(task => task.IsFaulted));

    private void Report(TimeSpan up)
    {
        var busy = _books.Calls.GroupBy(call => call.Usn).Max(account => account.Count(call => call.Answered is not null));
        output.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"SMILE_SEED={Seed}, {Kills} kills: {_books.Answers} calls answered, {_books.Calls.Count - _books.Answers} not, "
                    + $"{_books.Refusals.Values.Sum()} refused in {up.TotalSeconds:0.0} s of uptime; {busy / up.TotalSeconds:0} calls a "
                    + $"second on one account"
            )
        );
        foreach (var operation in _books.Calls.GroupBy(call => call.Operation).OrderBy(group => group.Key, StringComparer.Ordinal))
        {
            output.WriteLine(
                $"  {operation.Key}: {operation.Count(call => call.Answered is not null)} answered, "
                    + $"{operation.Count(call => call.Answered is null)} not"
            );
        }

        foreach (var (refusal, count) in _books.Refusals.OrderByDescending(pair => pair.Value))
        {
            output.WriteLine($"  {count} × {refusal}");
        }
    }

    /// <summary>
    /// What was answered is there, once, as it was answered; what was not answered is there once or not at all; there is nothing else.
    /// </summary>
    private async Task AssertCallsAsync(SmileSystem system)
    {
        var rows = await system.RowsAsync(
            """
            SELECT account_usn, type, number, amount::text, coalesce(description, ''), coalesce(referenced_number, ''),
                coalesce((SELECT string_agg(charge_id::text, ' ') FROM transaction_item WHERE transaction_number = number), '')
            FROM financial_transaction
            """
        );
        var stored = rows.Select(row => new StoredTransaction(
                row[0],
                row[1],
                row[2],
                decimal.Parse(row[3], CultureInfo.InvariantCulture),
                row[4],
                row[5],
                row[6]
            ))
            .ToLookup(Trace);
        var allocations = (await system.RowsAsync("SELECT debit_number || ' ' || credit_number FROM allocation WHERE amount = 0.01"))
            .CountBy(row => row[0])
            .ToDictionary();
        var traces = _books
            .Calls.Where(call => call.Operation != "allocate")
            .GroupBy(call => (call.Operation, call.Key))
            .ToDictionary(group => group.Key);
        foreach (var (trace, calls) in traces)
        {
            var found = stored[trace].ToList();
            Assert.True(found.Count <= 1, $"{trace} is there {found.Count} times.");
            foreach (var answered in calls.Where(call => call.Answered is { Length: > 0 }))
            {
                Assert.Equal(
                    (answered.Usn, answered.Answered, answered.Amount),
                    found.Select(transaction => (transaction.Usn, (string?)transaction.Number, transaction.Amount)).SingleOrDefault()
                );
            }
        }

        Assert.All(_books.Used, chargeId => Assert.Single(stored[("raiseInvoice", chargeId)]));
        Assert.Subset(traces.Keys.ToHashSet(), stored.Select(group => group.Key).ToHashSet());
        foreach (var pair in _books.Calls.Where(call => call is { Operation: "allocate", Key.Length: > 0 }).GroupBy(call => call.Key))
        {
            // Automatic allocations of one cent between the same two may come on top.
            Assert.True(
                allocations.GetValueOrDefault(pair.Key) >= pair.Count(call => call.Answered is not null),
                $"An allocation of {pair.Key} is lost."
            );
        }

        var unanswered = traces.Where(pair => pair.Value.All(call => call.Answered is null)).ToList();
        output.WriteLine(
            $"{stored.Count} transactions; {unanswered.Count(pair => stored[pair.Key].Any())} of {unanswered.Count} calls that were "
                + $"never answered were committed"
        );
    }

    /// <summary>How a stored transaction tells which call it is of.</summary>
    private static (string Operation, string Key) Trace(StoredTransaction transaction) =>
        transaction switch
        {
            { Type: "Invoice" } => ("raiseInvoice", transaction.ChargeId),
            { Type: "InvoiceReversal" } => ("reverseTransaction", transaction.Description),
            { Type: "Bond" } => ("createBond", MoneyCall.Text(transaction.Amount)),
            { Type: "Receipt" } => ("processPayment", MoneyCall.Text(-transaction.Amount)),
            { Type: "BondRelease" } => ("releaseBond", transaction.Referenced),
            _ => ("raiseAdjustment", transaction.Description),
        };

    /// <summary>Every transaction and allocation was announced, once, in order.</summary>
    private async Task AssertMessagesAsync(SmileSystem system, JmsListener listener)
    {
        var announced = await system.AnnouncedAsync();
        await listener.UntilHeardAsync(announced);
        Delivery.AssertComplete(announced, listener.Heard);
        Assert.Equal(
            await system.QueryAsync<long>("SELECT count(*) FROM financial_transaction"),
            announced.Count(message => message.Type == "TransactionClosed")
        );
        Assert.Equal(
            await system.QueryAsync<long>("SELECT count(*) + count(deallocated) FROM allocation"),
            announced.Count(message => message.Type == "TransactionAllocated")
        );

        // A ledger that listens has the server's balances and open items. What a server had sent and not marked when it was killed comes
        // again with its id, by which a listener knows it.
        var books = new BooksOfMessages();
        foreach (
            var message in listener
                .Heard.DistinctBy(message => message.Id)
                .Where(message => message.Topic == "SmileTransaction")
                .OrderBy(message => message.Group, StringComparer.Ordinal)
                .ThenBy(message => message.Sequence)
        )
        {
            books.Hear(message.Type, message.Properties.GetValueOrDefault("allocationType")?.Split(' ', 2)[1] ?? "", message.Text);
        }

        var accounts = await system.QueryAsync<string[]>("SELECT array_agg(usn || ' ' || balance) FROM account");
        Assert.All(
            accounts.Select(account => account.Split(' ')),
            account => Assert.Equal(decimal.Parse(account[1], CultureInfo.InvariantCulture), books.Balance(account[0]))
        );
        output.WriteLine($"{announced.Count} messages announced, {listener.Heard.Count} heard");
    }

    private sealed record StoredTransaction(
        string Usn,
        string Type,
        string Number,
        decimal Amount,
        string Description,
        string Referenced,
        string ChargeId
    );
}
