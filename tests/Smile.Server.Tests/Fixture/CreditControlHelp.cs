using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Smile.Correspondence.Dispatch;
using Smile.CreditControl;
using Smile.Hosting.Background;
using Smile.Kernel;
using Smile.Receivables;
using Smile.Session;
using static Smile.Server.Tests.Fixture.PaymentHelp;
using static Smile.Server.Tests.Fixture.SoapCaller;

namespace Smile.Server.Tests.Fixture;

/// <summary>Tests of credit control and dispatch move the clock by months: they have a server of their own.</summary>
[CollectionDefinition(Name)]
public sealed class CreditControlServerTests : ICollectionFixture<ServerFixture>
{
    public const string Name = "credit control";
}

/// <summary>Days, payments and runs, in the words of a scenario.</summary>
internal sealed class CreditControlHelp(ServerFixture server) : IAsyncLifetime
{
    /// <summary>What counts as something done to the customer.</summary>
    private static readonly string[] Told = ["SubscriptionSuspended", "SubscriptionResumed", "CorrespondenceSent"];

    private readonly Dictionary<string, int> _seen = [];
    private DateTimeOffset _start = server.Clock.GetUtcNow();

    public DateOnly Today => server.Stage.Catalogue.Zone("Australia/Sydney").DateOf(server.Clock.GetUtcNow());

    /// <summary>Takes the server's mail, while a test runs.</summary>
    public MailServer Mail { get; private set; } = null!;

    /// <summary>Takes the stage's files, while a test runs.</summary>
    public DirectoryInfo Folder { get; } = Directory.CreateTempSubdirectory("dispatch-");

    private CreditControlRunner Runner => server.Services.GetRequiredService<CreditControlRunner>();

    public async Task InitializeAsync()
    {
        Assert.True(MailServer.IsInstalled, "python3-aiosmtpd is not installed: apt-get install python3-aiosmtpd");
        Mail = await MailServer.StartAsync();
        server.Settings.Smtp.Port = Mail.Port;
        server.Settings.Stages["live"].DispatchFolder = Folder.FullName;

        // What other tests have left is not this one's.
        await DispatchAsync();
    }

    public async Task DisposeAsync()
    {
        Folder.Delete(recursive: true);
        await Mail.DisposeAsync();
    }

    /// <summary>Moves to a day of the scenario; its first is day 0.</summary>
    public void GoTo(int day) => server.Clock.MoveTo(_start.AddDays(day));

    /// <summary>The run of the clock's day, for all accounts of the company.</summary>
    public async Task<(int Treated, int Failed, IReadOnlyList<string> Reports)> RunAsync()
    {
        var reports = new List<string>();
        var run = await Runner.RunAsync(
            server.Stage,
            server.Stage.Catalogue.Company(1),
            Today,
            Caller.Server(new Usn("tests")),
            reports.Add,
            CancellationToken.None
        );
        return (run.Treated, run.Failed, reports);
    }

    public async Task<IReadOnlyList<string>> PreviewAsync(int daysAhead)
    {
        var reports = new List<string>();
        await Runner.PreviewAsync(
            server.Stage,
            server.Stage.Catalogue.Company(1),
            Today.AddDays(daysAhead),
            Caller.Server(new Usn("tests")),
            reports.Add,
            CancellationToken.None
        );
        return reports;
    }

    public Task<int> DispatchAsync() =>
        server.Services.GetRequiredService<DispatchProcessor>().RunOnceAsync(server.Stage, CancellationToken.None);

    /// <summary>The level whose actions were carried out last.</summary>
    public Task<string> LevelAsync(string usn) =>
        server.QueryAsync<string>("SELECT coalesce((SELECT level_name FROM credit_control_state WHERE account_usn = $1), 'Settled')", usn);

    /// <summary>What the customer was told since the last look: suspensions, resumptions and mails by their templates, in order.</summary>
    public async Task<string> NewsAsync(string usn)
    {
        var messages = await server.MessagesAsync(usn);
        var news = messages
            .Skip(_seen.GetValueOrDefault(usn))
            .Where(message => Told.Contains(message.Type))
            .Select(message =>
                message.Type switch
                {
                    "CorrespondenceSent" => System.Xml.Linq.XElement.Parse(message.Body).At("notificationType/name"),
                    var type => type["Subscription".Length..].ToLowerInvariant(),
                }
            )
            .ToList();
        _seen[usn] = messages.Count;
        return string.Join(", ", news);
    }

    /// <summary>
    /// A step of a scenario: <c>pay 10</c>, <c>invoice 10</c>, <c>dispute</c>, <c>settle</c>, <c>terms 2</c>, <c>responsive 1</c>,
    /// <c>suspend USN</c>, <c>resume USN</c>, <c>work</c> (what is due is carried out), or nothing.
    /// </summary>
    public async Task DoAsync(string usn, string what)
    {
        var words = what.Split(' ');
        switch (words[0])
        {
            case "":
                break;
            case "invoice":
                await InvoicedAsync(usn, decimal.Parse(words[1], CultureInfo.InvariantCulture));
                break;
            case "pay":
                await server.Administrator.CallAsync(
                    "payment",
                    "processPayment",
                    P("usn", usn),
                    Request("cash", words[1], null),
                    AutoAllocate
                );
                await server.CarryOutDueWorkAsync();
                break;
            case "work":
                await server.CarryOutDueWorkAsync();
                break;
            case "dispute":
                await RunOnAsync<Disputes>(credit => credit.OpenDisputeAsync(usn, "Wrong address", CancellationToken.None));
                break;
            case "settle":
                await RunOnAsync<Disputes>(credit => credit.SettleDisputeAsync(usn, CancellationToken.None));
                break;
            case "terms":
                await server.ExecuteAsync(
                    "UPDATE account SET account_terms_id = $2 WHERE usn = $1",
                    usn,
                    int.Parse(words[1], CultureInfo.InvariantCulture)
                );
                break;
            case "responsive":
                await RunOnAsync<ResponsiveTermsChoice>(credit =>
                    credit.ChooseResponsiveTermsAsync(usn, int.Parse(words[1], CultureInfo.InvariantCulture), CancellationToken.None)
                );
                break;
            case "suspend" or "resume":
                await server.Administrator.CallAsync(
                    "subscription",
                    words[0],
                    P("usn", words[1]),
                    P("fromTimestamp", server.Clock.GetUtcNow().ToString("yyyy-MM-ddTHH:mm:sszzz", CultureInfo.InvariantCulture))
                );
                break;
            default:
                throw new ArgumentException(what);
        }
    }

    /// <summary>
    /// Plays a scenario: on each day something is done, the run goes through, the queue is sent, and the level and the news are looked at.
    /// Days are counted from where the clock stands; every account begins Settled.
    /// </summary>
    public async Task PlayAsync(string usn, params (int Day, string Do, string Level, string News)[] steps)
    {
        _start = server.Clock.GetUtcNow();
        await NewsAsync(usn);
        foreach (var (day, action, level, news) in steps)
        {
            GoTo(day);
            await DoAsync(usn, action);
            await RunAsync();
            await DispatchAsync();
            Assert.Equal($"day {day} {action}: {level} / {news}", $"day {day} {action}: {await LevelAsync(usn)} / {await NewsAsync(usn)}");
        }
    }

    public Task<TResult> RunOnAsync<TUseCase, TResult>(Func<TUseCase, Task<TResult>> work)
        where TUseCase : class => PaymentHelp.RunAsync(server, work);

    public Task RunOnAsync<TUseCase>(Func<TUseCase, Task> work)
        where TUseCase : class =>
        PaymentHelp.RunAsync<TUseCase, bool>(
            server,
            async useCase =>
            {
                await work(useCase);
                return true;
            }
        );

    /// <summary>The dispatch items of an account, oldest first: <c>Notice notice-reminder Sent</c>.</summary>
    public Task<string> ItemsAsync(string usn) =>
        server.QueryAsync<string>(
            """
            SELECT coalesce(string_agg(kind || ' ' || template || ' ' || status, ', ' ORDER BY id), '') FROM dispatch_item
            WHERE account_usn = $1
            """,
            usn
        );

    /// <summary>An invoice that the customer has been sent already: tests are about what comes after.</summary>
    public async Task<string> InvoicedAsync(string usn, decimal amount)
    {
        var number = await new Money(server, usn).InvoiceAsync(amount);
        Assert.Equal(
            1L,
            await server.QueryAsync<long>(
                """
                WITH sent AS (DELETE FROM dispatch_item WHERE transaction_number = $1 AND kind = 'Invoice' RETURNING 1)
                SELECT count(*) FROM sent
                """,
                number
            )
        );
        return number;
    }

    /// <summary>Queues an invoice's document once more.</summary>
    public Task<DispatchItem?> QueueInvoiceAsync(string usn, string number) =>
        OnAccountAsync(
            server,
            usn,
            async (services, account) =>
            {
                var database = services.GetRequiredService<StageSession>().Database;
                var invoice = await database.Transactions.FindAsync(number) ?? throw new InvalidOperationException(number);
                return services.GetRequiredService<DispatchQueue>().Add(account, DispatchKind.Invoice, invoice);
            }
        );
}
