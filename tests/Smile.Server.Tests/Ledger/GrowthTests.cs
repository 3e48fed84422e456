using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Smile.Catalogue;
using Smile.Hosting.Background;
using Smile.Kernel;
using Smile.Server.Tests.Fixture;
using Smile.Session;
using Smile.Testing;
using static Smile.Server.Tests.Fixture.Orders;
using static Smile.Server.Tests.Fixture.PaymentHelp;
using static Smile.Server.Tests.Fixture.SoapCaller;

namespace Smile.Server.Tests.Ledger;

/// <summary>
/// G1 to G4: how many rows a call reads, however much there is. Counted by the database, with indexes wherever there is one that answers:
/// small tables are read whole otherwise, and tell nothing of large ones. It has a database of its own, in which nothing else reads.
/// </summary>
public sealed class GrowthTests(ServerFixture server) : IClassFixture<ServerFixture>, IAsyncLifetime
{
    private const int Few = 10;
    private const int Many = 250;

    /// <summary>But for the one that listens to what other servers announce, and reads no rows.</summary>
    private const string OtherSessions = """
        SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
            AND backend_type = 'client backend' AND query NOT LIKE 'LISTEN%'
        """;

    private SoapCaller Api => server.Administrator;

    public async Task InitializeAsync()
    {
        await server.ExecuteAsync("ALTER DATABASE live SET enable_seqscan = off");
        server.Stage.Store.Source.Clear();
    }

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task G1_a_payment_reads_what_it_is_allocated_to_and_not_all_that_is_open()
    {
        var (few, many) = (await OwingAsync(Few), await OwingAsync(Many));
        var (ofFew, ofMany) = (await RowsAsync(() => PayAsync(few)), await RowsAsync(() => PayAsync(many)));
        Assert.True(ofMany <= 2 * ofFew, $"{ofFew} rows with {Few} open invoices, {ofMany} with {Many}");
    }

    [Fact]
    public async Task G2_the_summary_of_an_account_adds_up_days_and_not_transactions()
    {
        var (few, many) = (await OwingAsync(Few), await OwingAsync(Many));
        var (ofFew, ofMany) = (await RowsAsync(() => SummaryAsync(few)), await RowsAsync(() => SummaryAsync(many)));
        Assert.True(ofMany <= 2 * ofFew, $"{ofFew} rows with {Few} open invoices, {ofMany} with {Many}");
    }

    [Fact]
    public async Task G3_the_last_page_costs_what_the_second_one_does()
    {
        const int page = 10;
        var client = server.Unique("grown");
        for (var count = 0; count < Many; count++)
        {
            await Api.CallAsync(
                "order",
                "orderAccount",
                Order(AccountOnly, null, Text("username", server.Unique("grown")) + Text("client_id", client))
            );
        }

        var rows = new List<long>();
        for (var offset = 0; offset < Many; offset += page)
        {
            rows.Add(
                await RowsAsync(() =>
                    Api.CallAsync(
                        "account",
                        "findAccounts",
                        Document(
                            $"<SearchCondition><Equals><Attribute>client_id</Attribute><Value>{client}</Value></Equals></SearchCondition>"
                        ),
                        P("limit", page),
                        P("offset", offset)
                    )
                )
            );
        }

        Assert.True(rows[^2] <= rows[1] + page, string.Join(' ', rows));
    }

    [Fact]
    public async Task G4_a_credit_control_run_does_not_look_at_who_is_not_late()
    {
        await OwingAsync(1);
        var before = await RowsAsync(ControlCreditAsync);
        for (var count = 0; count < Many; count++)
        {
            await OwingAsync(1);
        }

        var after = await RowsAsync(ControlCreditAsync);
        Assert.True(after <= before + Few, $"{before} rows, and {after} with {Many} more accounts that are not late");
    }

    private Task PayAsync(string usn) => Api.CallAsync("payment", "processPayment", P("usn", usn), Request("cash", "2.00", null));

    private Task SummaryAsync(string usn) => Api.CallAsync("account", "getAccountSummary", P("usn", usn));

    private async Task ControlCreditAsync()
    {
        var catalogue = server.Stage.Catalogue;
        var today = catalogue.Zone("Australia/Sydney").DateOf(server.Clock.GetUtcNow());
        await server
            .Services.GetRequiredService<CreditControlRunner>()
            .RunAsync(server.Stage, catalogue.Company(1), today, Caller.Server(new Usn("tests")), _ => { }, CancellationToken.None);
    }

    /// <summary>
    /// An account with so many invoices of 50.00, which are due in a fortnight. Credit control adds up what is smaller one by one.
    /// </summary>
    private async Task<string> OwingAsync(int invoices)
    {
        var usn = Read(
            await Api.CallAsync("order", "orderAccount", Order(AccountOnly, null, Text("username", server.Unique("owing")))),
            ""
        ).Usn;
        var money = new Fixture.Money(server, usn);
        for (var count = 0; count < invoices; count++)
        {
            await money.InvoiceAsync(50m);
        }

        return usn;
    }

    /// <summary>The rows of tables and indexes that the database has read for a call.</summary>
    private async Task<long> RowsAsync(Func<Task> call)
    {
        // As autovacuum does sooner or later. What is asked for the first time is kept: logins, the catalogue.
        await server.ExecuteAsync("ANALYZE");
        await call();
        var before = await ReadAsync();
        await call();
        return await ReadAsync() - before;
    }

    private async Task<long> ReadAsync()
    {
        // A session says what it has read when it ends.
        server.Stage.Store.Source.Clear();
        await using var connection = new NpgsqlConnection(server.Settings.Stages["live"].Database + ";Pooling=false");
        await connection.OpenAsync();
        await Until.TrueAsync("the sessions ended", async () => await ScalarAsync(OtherSessions) == 0);
        return await ScalarAsync(
            """
            SELECT ((SELECT coalesce(sum(seq_tup_read), 0) FROM pg_stat_user_tables) + (SELECT coalesce(sum(idx_tup_read), 0)
            FROM pg_stat_user_indexes))::bigint
            """
        );

        async Task<long> ScalarAsync(string sql)
        {
            await using var command = new NpgsqlCommand(sql, connection);
            return Convert.ToInt64(await command.ExecuteScalarAsync(), CultureInfo.InvariantCulture);
        }
    }
}
