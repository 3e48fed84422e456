using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Text;
using Npgsql;
using Smile.Testing;

namespace Smile.Benchmarks;

/// <summary>
/// Measures the running server, as ratios to a raw constant answer in the same run and as processor time a call: the machine may be shared,
/// and absolute rates lie. Medians of five rounds.
/// </summary>
internal static class Bench
{
    private const string Password = "bench-password";
    private const int Clients = 16;

    /// <summary>Of each load: five rounds of all of them are to take less than five minutes.</summary>
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(1);

    /// <summary>Code is compiled anew, and better, until it has run for thousands of calls: a payment then costs a third.</summary>
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(6);

    private static string EchoBody => Quote(Envelope("echo", "<value>Hello</value>"));

    /// <param name="isShort">One round, to see that it works.</param>
    /// <param name="moneyOnly">Only what moving and reading money costs.</param>
    public static async Task<int> RunAsync(bool isShort, bool moneyOnly)
    {
        var rounds = isShort ? 1 : 5;
        await using var database = await PrivateDatabase.StartNewAsync();
        await using var broker = await PrivateBroker.StartNewAsync();
        var environment = new Dictionary<string, string>
        {
            ["Smile__Stages__live__Database"] = database.ConnectionString("bench"),
            ["Smile__Stages__live__AllowSandbox"] = "true",

            // Mail is sent behind the calls, and would be counted among them.
            ["Smile__Stages__live__Dispatch"] = "false",
            ["Smile__PasswordKeys__1"] = Convert.ToBase64String(new byte[32]),
        };
        var folder = Path.GetDirectoryName(Assembly.GetExecutingAssembly().Location)!;
        var server = Path.Combine(folder, "smile-server.dll");
        await MeasuredProcess.RunAsync(["dotnet", server, "migrate"], environment);
        await MeasuredProcess.RunAsync(
            ["dotnet", server, "catalogue", "apply", Path.Combine(Repository.Folder(), "catalogue")],
            environment
        );
        await MeasuredProcess.RunAsync(
            ["dotnet", server, "user", "add", "bench", "--password", Password, "--all-accounts", "--all-packages"],
            environment
        );

        var figures = new Figures();
        var rawAddress = Address();
        using (
            var raw = await MeasuredProcess.StartAsync(
                ["dotnet", Assembly.GetExecutingAssembly().Location, "raw", rawAddress.ToString()],
                rawAddress,
                "/",
                environment
            )
        )
        {
            var address = Address();
            using var smile = await MeasuredProcess.StartAsync(
                ["dotnet", server, "serve", "--urls", address.ToString()],
                address,
                "/health/live",
                environment
            );
            figures.Add("start to first answer (s)", smile.StartTime.TotalSeconds, Goal.AtMost(4.2));
            var subscription = await OrderOneAsync(address, database.ConnectionString("bench"));
            await using var source = NpgsqlDataSource.Create(database.ConnectionString("bench"));
            var postgres = await DatabaseProcesses.FindAsync(source);
            using var money = await MoneyBench.PrepareAsync(smile, source, Authorization());
            using var other = await OtherServer.StartAsync(environment);
            for (var round = 0; round < rounds + 1; round++)
            {
                var warmUp = round == 0;
                var duration = warmUp && !isShort ? WarmUp : Duration;
                var constant = await Load.RunAsync(raw, "/", EchoBody, null, Clients, duration);
                await money.RunAsync(warmUp ? null : figures, duration, constant);
                if (moneyOnly)
                {
                    continue;
                }

                var echo = await Load.RunAsync(smile, "/smile/ws/v2/order", EchoBody, Authorization(), Clients, duration);
                var soapCore = other is null ? null : await Load.RunAsync(other, OtherServer.Path, EchoBody, null, Clients, duration);
                var get = await Load.RunAsync(
                    smile,
                    "/smile/ws/v2/subscription",
                    Quote(Envelope("get", $"<usn>{subscription}</usn>")),
                    Authorization(),
                    Clients,
                    duration,
                    postgres
                );
                var order = await Load.RunAsync(smile, "/smile/ws/v2/order", OrderBody(), Authorization(), Clients, duration, postgres);
                if (warmUp)
                {
                    continue;
                }

                figures.Add("raw answer: calls a second", constant.RequestsPerSecond);
                figures.Add("raw answer: CPU microseconds a call", constant.CpuMicroseconds);
                figures.Add("echo: rate to raw", echo.RequestsPerSecond / constant.RequestsPerSecond, Goal.AtLeast(0.65));
                figures.Add("echo: CPU microseconds a call", echo.CpuMicroseconds);
                if (soapCore is not null)
                {
                    figures.Add("echo of SoapCore, no login: rate to raw", soapCore.RequestsPerSecond / constant.RequestsPerSecond);
                    figures.Add("echo of SoapCore, no login: CPU microseconds a call", soapCore.CpuMicroseconds);
                }

                figures.Add("subscription.get: rate to raw", get.RequestsPerSecond / constant.RequestsPerSecond, Goal.AtLeast(0.2));
                figures.Add("subscription.get: CPU microseconds a call", get.CpuMicroseconds);
                figures.Add("subscription.get: of the database", get.DatabaseMicroseconds);
                figures.Add("orderAccount: calls a second", order.RequestsPerSecond);
                figures.Add("orderAccount: CPU microseconds a call", order.CpuMicroseconds, Goal.AtMost(1000));
                figures.Add("orderAccount: CPU of so many raw answers", order.CpuMicroseconds / constant.CpuMicroseconds);
                figures.Add("orderAccount: of the database", order.DatabaseMicroseconds, Goal.AtMost(1400));
                figures.Add("errors", echo.Errors + get.Errors + order.Errors, Goal.AtMost(0));
            }

            figures.Add("peak memory (MB)", smile.PeakMemory / 1024.0 / 1024.0, Goal.AtMost(300));
        }

        if (!moneyOnly)
        {
            await RelayAsync(server, environment, broker, database.ConnectionString("bench"), isShort ? 5_000 : 10_000, rounds, figures);
        }

        figures.Print();
        return 0;
    }

    /// <summary>Lets the relay publish backlogs of messages of real orders, and measures each from the first to the last.</summary>
    private static async Task RelayAsync(
        string server,
        Dictionary<string, string> environment,
        PrivateBroker broker,
        string connectionString,
        int count,
        int rounds,
        Figures figures
    )
    {
        await using var source = NpgsqlDataSource.Create(connectionString);
        await using (var prepare = source.CreateCommand("UPDATE outbox_message SET published = now() WHERE published IS NULL"))
        {
            await prepare.ExecuteNonQueryAsync();
        }

        var address = Address();
        var withBroker = new Dictionary<string, string>(environment)
        {
            ["Smile__Stages__live__Broker"] = broker.Address.ToString(),
            ["Smile__Stages__live__BrokerUser"] = PrivateBroker.UserName,
            ["Smile__Stages__live__BrokerPassword"] = PrivateBroker.Password,
        };
        using var smile = await MeasuredProcess.StartAsync(
            ["dotnet", server, "serve", "--urls", address.ToString()],
            address,
            "/health/live",
            withBroker
        );
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));

        // The first backlog warms the relay up.
        for (var round = 0; round < rounds + 1; round++)
        {
            await using var backlog = source.CreateCommand(
                """
                UPDATE outbox_message SET published = NULL
                WHERE (id, created) IN (SELECT id, created FROM outbox_message ORDER BY id LIMIT $1)
                """
            );
            backlog.Parameters.Add(new NpgsqlParameter { Value = count });
            var waiting = await backlog.ExecuteNonQueryAsync(patience.Token);
            await WaitAsync(source, left => left < waiting, patience.Token);
            var watch = Stopwatch.StartNew();
            var begun = await WaitingAsync(source, patience.Token);
            await WaitAsync(source, left => left == 0, patience.Token);
            if (round > 0)
            {
                figures.Add("relay: messages a second", begun / watch.Elapsed.TotalSeconds, Goal.AtLeast(2000));
            }
        }
    }

    private static async Task WaitAsync(NpgsqlDataSource source, Func<long, bool> condition, CancellationToken cancellation)
    {
        while (!condition(await WaitingAsync(source, cancellation)))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), cancellation);
        }
    }

    private static async Task<long> WaitingAsync(NpgsqlDataSource source, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand("SELECT count(*) FROM outbox_message WHERE published IS NULL");
        return (long)(await command.ExecuteScalarAsync(cancellation))!;
    }

    private static async Task<string> OrderOneAsync(Uri address, string connectionString)
    {
        using var http = new HttpClient { BaseAddress = address };
        http.DefaultRequestHeaders.TryAddWithoutValidation("Authorization", Authorization());
        var body = OrderEnvelope("bench-one");
        using var answer = await http.PostAsync("/smile/ws/v2/order", new StringContent(body, Encoding.UTF8, "text/xml"));
        answer.EnsureSuccessStatusCode();
        await using var source = NpgsqlDataSource.Create(connectionString);
        await using var command = source.CreateCommand("SELECT usn FROM subscription WHERE username = 'bench-one'");
        return (string)(await command.ExecuteScalarAsync())!;
    }

    private static string OrderBody() => Quote(OrderEnvelope("@@")).Replace("@@", "\" .. id .. n .. \"", StringComparison.Ordinal);

    /// <summary>A customer with a portal login and a VOIP subscription.</summary>
    internal static string OrderEnvelope(string username) =>
        Envelope(
            "orderAccount",
            "<d:Order xmlns:d='http://xml.inomial.com/smile/2.xsd'><d:Package>300</d:Package><d:PackagePlan>1</d:PackagePlan>"
                + "<d:OrderForm><d:Object>"
                + $"<d:String name='username'>{username}</d:String><d:String name='contactGiven'>Joe</d:String><d:String "
                + $"name='contactFamily'>Smith</d:String><d:String name='emailAddress'>joe@example.com</d:String>"
                + $"<d:String name='catUsername'>{username}</d:String><d:String name='catPassword'>pa55word</d:String></d:Object>"
                + $"</d:OrderForm></d:Order>"
        );

    internal static string Envelope(string operation, string parameters) =>
        $"<S:Envelope xmlns:S='http://schemas.xmlsoap.org/soap/envelope/'><S:Body><w:{operation} "
        + $"xmlns:w='http://ws.inomial.com/smile.2'>{parameters}</w:{operation}></S:Body></S:Envelope>";

    internal static string Quote(string text) => "\"" + text.Replace("\"", "\\\"", StringComparison.Ordinal) + "\"";

    private static string Authorization() => "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes("bench:" + Password));

    internal static Uri Address() => new(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{LoopbackPort.Free()}/"));
}
