using System.Globalization;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Smile.Hosting.Stages;
using Smile.Kernel;
using Smile.Rating.Bills;
using Smile.Rating.Credit;
using Smile.Rating.Notices;
using Smile.Rating.Runs;
using Smile.Server.Tests.Fixture;
using Smile.Session;
using Smile.Usage;
using Smile.Usage.Errors;
using Smile.Usage.Import;
using static Smile.Server.Tests.Fixture.Orders;

namespace Smile.Server.Tests.Usage;

/// <summary>Subscriptions of Mobile Plus and files of usage, in few words.</summary>
internal sealed class UsageHelp(ServerFixture server)
{
    /// <summary>Of the package's plans, the one with a credit limit.</summary>
    public const int MobileControl = 821;

    private const int MobilePlus = 320;

    /// <summary>Orders a subscription with a number, which is active at once.</summary>
    /// <param name="account">The account that it is on; null for one of its own.</param>
    /// <param name="since">Since when it is to have been so; null for now.</param>
    /// <param name="plan">The package's plan.</param>
    public async Task<string> OrderAsync(
        string number,
        string? imsi = null,
        string? account = null,
        DateTimeOffset? since = null,
        int plan = 820
    )
    {
        var form =
            Text("username", number)
            + Text("contactGiven", "Joe")
            + Text("contactFamily", "Smith")
            + Text("emailAddress", "joe@example.com")
            + (imsi is null ? "" : Text("imsi", imsi));
        var details = await server.Administrator.CallAsync("order", "orderAccount", Order(MobilePlus, plan, form));
        var usn = Read(details, number).Subscriptions.Single();
        if (account is not null)
        {
            await MoveAsync(usn, account);
        }

        if (since is { } began)
        {
            await server.ExecuteAsync("UPDATE subscription SET created = $1, activated = $1 WHERE usn = $2", began.ToUniversalTime(), usn);
            await server.ExecuteAsync(
                "UPDATE subscription_identifier SET start = $1 WHERE subscription_usn = $2",
                began.ToUniversalTime(),
                usn
            );
            await server.ExecuteAsync("UPDATE plan_schedule_item SET start = $1 WHERE subscription_usn = $2", began.ToUniversalTime(), usn);
        }

        return usn;
    }

    /// <summary>Puts a subscription on another account, without anything else of a migration.</summary>
    public Task MoveAsync(string usn, string account) =>
        server.ExecuteAsync("UPDATE subscription SET account_usn = $1, changed_by = 'tests' WHERE usn = $2", account, usn);

    public Task<UsageFile> ImportAsync(
        string source,
        string name,
        string text,
        Action<UsageProgress>? progress = null,
        CancellationToken cancellation = default
    ) =>
        OnScopeAsync(async scope =>
        {
            using var content = new MemoryStream(Encoding.UTF8.GetBytes(text));
            return (await scope.Use<ImportUsage>().ExecuteAsync(source, name, content, progress, cancellation)).File;
        });

    /// <summary>What became of the lines of a file, such as <c>5 lines: 3 bound, 1 suspended, 1 header</c>.</summary>
    public static string Counts(UsageFile file)
    {
        var counts = file.Counts;
        var parts = new[]
        {
            (counts.Bound, "bound"),
            (counts.Suspended, "suspended"),
            (counts.Duplicates, "duplicate"),
            (counts.Conflicts, "conflict"),
            (counts.Ignored, "ignored"),
            (counts.Headers, "header"),
            (counts.Trailers, "trailer"),
        };
        Assert.Equal(counts.Read, parts.Sum(part => part.Item1));
        var present = parts.Where(part => part.Item1 > 0).Select(part => $"{part.Item1} {part.Item2}");
        return $"{counts.Read} lines: {string.Join(", ", present)}";
    }

    public Task<IReadOnlyList<SuspendedUsage>> SuspendedAsync(SuspenseFilter filter) =>
        OnScopeAsync(scope => scope.Use<UsageErrors>().ListAsync(filter, 1_000, default));

    /// <summary>What the server does by itself every few seconds.</summary>
    public async Task RateAsync()
    {
        await OnScopeAsync(scope => scope.Use<UsageCharges>().SettleInterruptedAsync(TimeSpan.Zero, default));
        while (await OnScopeAsync(scope => scope.Use<TakeRatingChanges>().ExecuteAsync(default))) { }
        while (await OnScopeAsync(scope => scope.Use<EndAlerts>().ExecuteAsync(default))) { }
        while (await OnScopeAsync(scope => scope.Use<RateUsage>().RunOnceAsync(default)) is { } count)
        {
            Assert.True(count.Failure is null, $"{count.Failure}");
        }

        while (await OnScopeAsync(scope => scope.Use<TellUsageNotices>().ExecuteAsync(default))) { }
        while (await OnScopeAsync(scope => scope.Use<CheckCreditLimits>().ExecuteAsync(default))) { }
    }

    /// <summary>
    /// What the records of a subscription are charged, in the order of their starts: rule, units, price, and what is left to pay.
    /// </summary>
    public Task<IReadOnlyList<string>> RatingsAsync(string usn) =>
        RowsAsync(
            """
            SELECT to_char(start AT TIME ZONE 'Australia/Sydney', 'DD HH24:MI:SS') || ' ' || rule || ': ' || trim_scale(sum(units)) || ' = '
                || trim_scale(sum(price)) || CASE WHEN sum(price) = sum(amount) THEN '' ELSE ' pays ' || trim_scale(sum(amount)) END
            FROM usage_rating WHERE subscription_usn = $1 GROUP BY start, record_id, rule, value_pool
            HAVING sum(units) <> 0 OR sum(price) <> 0
            ORDER BY start, rule, value_pool
            """,
            usn
        );

    public Task<IReadOnlyList<string>> ProblemsAsync(string usn) =>
        RowsAsync(
            "SELECT to_char(start AT TIME ZONE 'Australia/Sydney', 'DD HH24:MI:SS') || ' ' || problem "
                + "FROM usage_problem WHERE subscription_usn = $1 ORDER BY start",
            usn
        );

    /// <summary>Rows of one text.</summary>
    public async Task<IReadOnlyList<string>> RowsAsync(string sql, params object[] parameters)
    {
        await using var command = server.Stage.Usage.Connections.CreateCommand(sql);
        foreach (var parameter in parameters)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = parameter });
        }

        var rows = new List<string>();
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            rows.Add(Convert.ToString(reader.GetValue(0), CultureInfo.InvariantCulture)!);
        }

        return rows;
    }

    public async Task<T> OnScopeAsync<T>(Func<UseCaseScope, Task<T>> act)
    {
        await using var scope = UseCaseScope.Begin(
            server.Services.GetRequiredService<IServiceScopeFactory>(),
            server.Stage,
            Caller.Server(new Usn("tests"))
        );
        return await act(scope);
    }
}
