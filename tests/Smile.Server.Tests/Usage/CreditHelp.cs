using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Smile.Billing;
using Smile.Hosting.Billing;
using Smile.Kernel;
using Smile.Rating.Credit;
using Smile.Server.Tests.Fixture;
using static Smile.Server.Tests.Fixture.SoapCaller;
using Money = Smile.Server.Tests.Fixture.Money;

namespace Smile.Server.Tests.Usage;

/// <summary>Debts, usage and what is told of credit limits, in few words.</summary>
internal sealed class CreditHelp(ServerFixture server)
{
    private readonly Dictionary<string, int> _seen = [];
    private int _files;

    public UsageHelp Usage { get; } = new(server);

    /// <summary>Orders a subscription of Mobile Control, which has a limit of 20.00 and nothing included.</summary>
    public async Task<(string Usn, string Account)> OrderAsync(string number, string? account = null, int plan = UsageHelp.MobileControl)
    {
        var usn = await Usage.OrderAsync(number, account: account, since: server.Clock.GetUtcNow().AddDays(-2), plan: plan);
        var own = account ?? await AccountAsync(usn);
        await Usage.RateAsync();
        await NewsAsync(own);
        return (usn, own);
    }

    public Task<string> AccountAsync(string usn) => server.QueryAsync<string>("SELECT account_usn FROM subscription WHERE usn = $1", usn);

    /// <summary>Events of 0.55 each, with tax, that were used half an hour ago, rated and looked at.</summary>
    public async Task UseAsync(string number, int count)
    {
        await ImportAsync(number, count);
        await Usage.RateAsync();
    }

    public async Task ImportAsync(string number, int count)
    {
        var id = $"{number}-{Interlocked.Increment(ref _files)}";
        var start = server.Clock.GetUtcNow().AddMinutes(-30).ToString("yyyy-MM-dd'T'HH:mm:ss'+00:00'");
        await Usage.ImportAsync("smile", id, $"E,{id},137,{number},Username,{start},Event count,,,,,,,,,{count}\n");
    }

    public async Task<string> InvoiceAsync(string account, decimal amount)
    {
        var number = await new Money(server, account).InvoiceAsync(amount);
        await Usage.RateAsync();
        return number;
    }

    public async Task CreditAsync(string account, decimal amount)
    {
        await new Money(server, account).AdjustAsync(-amount);
        await Usage.RateAsync();
    }

    /// <summary>To the cent, as invoices are not.</summary>
    public Task DebitAsync(string account, decimal amount) => CreditAsync(account, -amount);

    /// <summary>A limit of the account's own; null for any amount.</summary>
    public async Task LimitAsync(string account, decimal? amount)
    {
        await Usage.OnScopeAsync(async scope =>
        {
            await scope.Use<ChooseCreditLimit>().SetAsync(account, amount, default);
            return true;
        });
        await Usage.RateAsync();
    }

    public async Task ResetAsync(string account)
    {
        await Usage.OnScopeAsync(async scope =>
        {
            await scope.Use<ChooseCreditLimit>().ResetAsync(account, default);
            return true;
        });
        await Usage.RateAsync();
    }

    /// <summary>What was told since the last look: <c>Exceeded 20.00 at 5.00</c>, with the subscription where there are several.</summary>
    public async Task<string> NewsAsync(string account)
    {
        var messages = await server.MessagesAsync(account);
        var news = messages.Skip(_seen.GetValueOrDefault(account)).Where(message => message.Type.StartsWith("CreditLimit", Ordinal));
        _seen[account] = messages.Count;
        return string.Join(", ", news.Select(Text));
    }

    /// <summary>Everything that was told of a subscription's limits, on whatever account: <c>Exceeded, Okay</c>.</summary>
    public async Task<string> ToldAsync(string account, string usn) =>
        string.Join(
            ", ",
            (await server.MessagesAsync(account))
                .Where(message => message.Type.StartsWith("CreditLimit", Ordinal) && message.Headers["usn"].Equals(usn))
                .Select(message => message.Type["CreditLimit".Length..])
        );

    public async Task<string> FeaturesAsync(string usn) =>
        string.Join(
            ",",
            await server.QueryAsync<string[]>(
                """
                SELECT coalesce(array_agg(feature_id::text ORDER BY feature_id), ARRAY[]::text[]) FROM subscription_feature
                WHERE subscription_usn = $1 AND "end" IS NULL
                """,
                usn
            )
        );

    public Task<long> CountAsync(string table) => server.QueryAsync<long>($"SELECT count(*) FROM {table}");

    public Task BillAsync(string account) =>
        server
            .Services.GetRequiredService<BillingRunner>()
            .RunAsync(
                server.Stage,
                new BillingRequest(null, BillApproval.Automatic, new Usn(account)),
                new Usn("tests"),
                null,
                CancellationToken.None
            );

    public Task MigrateAsync(string usn, string account) =>
        server.Administrator.CallAsync("subscription", "migrateSubscription", P("usn", usn), P("toAccountUsn", account));

    public Task<decimal> BalanceAsync(string account) => PaymentHelp.BalanceAsync(server, account);

    /// <summary>Looks once at what is to be looked at, as one of several servers.</summary>
    public Task<bool> LookAsync() => Usage.OnScopeAsync(scope => scope.Use<CheckCreditLimits>().ExecuteAsync(default));

    public Task<NpgsqlConnection> ConnectAsync() => server.Stage.Store.Source.OpenConnectionAsync().AsTask();

    private const StringComparison Ordinal = StringComparison.Ordinal;

    private static string Text(AnnouncedMessage message)
    {
        Assert.Equal(("AUD", 137), (message.Headers["currency"], message.Headers["sid"]));
        return $"{message.Type["CreditLimit".Length..]} {message.Headers["creditLimit"]} at {message.Headers["balance"]}";
    }
}
