using System.Collections.Concurrent;
using System.Globalization;
using Smile.Conformance.Running;
using Smile.Testing;
using Xunit.Abstractions;

namespace Smile.Conformance.Chaos;

/// <summary>
/// Servers and brokers crash at random moments while customers order: nothing is lost, nothing is doubled, nothing is half done.
/// </summary>
public sealed class ChaosTests(ITestOutputHelper output)
{
    private const int Customers = 8;
    private const int MessagesOfAnOrder = 9;

    private static readonly int ServerKills = Verification.IsFull ? 10 : 2;
    private static readonly int BrokerKills = Verification.IsFull ? 5 : 1;

    private readonly ConcurrentBag<PlacedOrder> _answered = [];
    private readonly ConcurrentBag<string> _unanswered = [];

    /// <summary>SMILE_SEED in the environment repeats a run's kills, as far as time can be repeated.</summary>
    private static int Seed { get; } =
        int.TryParse(Environment.GetEnvironmentVariable("SMILE_SEED"), CultureInfo.InvariantCulture, out var seed)
            ? seed
            : Random.Shared.Next();

    [ClientFact(ForeignClient.Jms)]
    public async Task Crashes_lose_nothing_double_nothing_and_leave_nothing_half_done()
    {
        output.WriteLine($"SMILE_SEED={Seed}, {ServerKills} kills of the server, {BrokerKills} of the broker");
        await using var system = await SmileSystem.StartAsync();
        await using var listener = await JmsListener.StartAsync(system.Broker, "chaos");
        using var enough = new CancellationTokenSource();
        var customers = Enumerable
            .Range(0, Customers)
            .Select(customer => Task.Run(() => OrderAsync(system, customer, enough.Token)))
            .ToList();
        await KillAsync(system, customers);
        await enough.CancelAsync();
        await Task.WhenAll(customers);

        var announced = await system.AnnouncedAsync();
        await listener.UntilHeardAsync(announced);
        var heard = listener.Heard;
        output.WriteLine(
            $"{_answered.Count} orders answered, {_unanswered.Count} not; {announced.Count} messages announced, {heard.Count} heard"
        );
        Assert.NotEmpty(_unanswered);
        Delivery.AssertComplete(announced, heard);
        await AssertOrdersAsync(system, announced);
    }

    /// <summary>Crashes in random order, each at a random moment of a random number of orders after the one before.</summary>
    private async Task KillAsync(SmileSystem system, List<Task> customers)
    {
        var random = new Random(Seed);
        var kills = Enumerable.Repeat(true, ServerKills).Concat(Enumerable.Repeat(false, BrokerKills)).ToArray();
        random.Shuffle(kills);
        foreach (var isServer in kills)
        {
            await MoreOrdersAsync(random.Next(5, 60), customers);
            await Task.Delay(TimeSpan.FromMilliseconds(random.Next(0, 40)));
            if (isServer)
            {
                await system.Server.KillAsync();
                await system.Server.StartAsync();
            }
            else
            {
                await system.Broker.KillAsync();
                await MoreOrdersAsync(random.Next(0, 30), customers);
                await system.Broker.StartAsync();
            }
        }

        await MoreOrdersAsync(20, customers);
    }

    private Task MoreOrdersAsync(int count, List<Task> customers)
    {
        var goal = _answered.Count + count;
        return Until.TrueAsync("orders are answered", () => _answered.Count >= goal || customers.Exists(customer => customer.IsFaulted));
    }

    /// <summary>One customer after another orders an account; who gets no answer does not ask again.</summary>
    private async Task OrderAsync(SmileSystem system, int customer, CancellationToken enough)
    {
        using var orders = new OrderingClient(system.Server);
        for (var number = 0; !enough.IsCancellationRequested; number++)
        {
            var username = $"chaos{customer}-{number}";
            try
            {
                _answered.Add(await orders.OrderPortalCustomerAsync(username));
            }
            catch (Exception exception) when (exception is HttpRequestException or IOException)
            {
                _unanswered.Add(username);
                await Until.TrueAsync("the server is back", async () => await system.Server.HealthAsync() is not null);
            }
        }
    }

    private async Task AssertOrdersAsync(SmileSystem system, IReadOnlyList<AnnouncedMessage> announced)
    {
        // Whole: an order that is there at all is complete, with its account, its two subscriptions and its nine messages.
        var stored = await system.RowsAsync(
            """
            SELECT coalesce((SELECT username FROM subscription WHERE subscription.account_usn = account.usn
                AND service_id = 15), ''), number, account.usn, status,
                (SELECT coalesce(string_agg(component.usn, ' ' ORDER BY position), '')
                 FROM ordered_component AS component JOIN subscription USING (usn)
                 WHERE order_number = number AND subscription.account_usn = account.usn)
            FROM customer_order JOIN account ON account.usn = account_usn
            """
        );
        Assert.All(stored, order => Assert.Equal(("Complete", 2), (order[3], order[4].Split(' ').Length)));
        var messages = announced.CountBy(message => message.AccountUsn).ToDictionary();
        Assert.All(stored, order => Assert.Equal(MessagesOfAnOrder, messages[order[2]]));

        // And nothing without an order: one account and one login are the API user's.
        Assert.Equal(stored.Count, messages.Count);
        Assert.Equal(stored.Count, await system.QueryAsync<long>("SELECT count(*) FROM customer_order"));
        Assert.Equal(stored.Count + 1, await system.QueryAsync<long>("SELECT count(*) FROM account"));
        Assert.Equal((2 * stored.Count) + 1, await system.QueryAsync<long>("SELECT count(*) FROM subscription"));

        // Once: what was answered is there as it was answered; what was not answered is there at most once.
        var byUsername = stored.ToDictionary(order => order[0]);
        using var orders = new OrderingClient(system.Server);
        foreach (var order in _answered)
        {
            Assert.Equal(
                [order.Username, order.Number, order.AccountUsn, "Complete", string.Join(' ', order.Subscriptions)],
                byUsername[order.Username]
            );
            Assert.Equivalent(order, await orders.FindOrderAsync(order), strict: true);
        }

        Assert.Subset(_answered.Select(order => order.Username).Concat(_unanswered).ToHashSet(), byUsername.Keys.ToHashSet());
        output.WriteLine($"{stored.Count - _answered.Count} of the orders without an answer were committed");
    }
}
