using Microsoft.Extensions.DependencyInjection;
using Smile.Customers.DueWork;
using Smile.Hosting.Background;
using Smile.Kernel;
using Smile.Server.Tests.Fixture;
using Smile.Server.Tests.Pools;
using Smile.Storage;
using static Smile.Server.Tests.Fixture.Orders;
using static Smile.Server.Tests.Fixture.PaymentHelp;
using static Smile.Server.Tests.Fixture.SoapCaller;

namespace Smile.Server.Tests.Background;

/// <summary>What is deleted when it is old enough, what an operator is told, and work that failed too often.</summary>
[Collection(CreditControlServerTests.Name)]
public sealed class HousekeepingTests(ServerFixture server) : IAsyncLifetime
{
    private readonly CreditControlHelp _help = new(server);

    public Task InitializeAsync() => _help.InitializeAsync();

    public Task DisposeAsync() => _help.DisposeAsync();

    /// <summary>L9. Each kind has a row that is just too old and one that is not yet.</summary>
    [Fact]
    public async Task Rows_go_when_they_are_older_than_they_are_kept()
    {
        var customer = await PortalCustomerAsync(server);
        var waiting = await PortalCustomerAsync(server);
        var settings = new RetentionSettings
        {
            ExpiredDownloadsDays = 7,
            ExpiredPasswordLinksDays = 5,
            DoneWorkDays = 90,
            FailedLoginsDays = 30,
            ProvisionLogDays = 20,
            AuditDays = null,
            PaymentSecretAccessDays = 400,
            ExpiredPaymentDetailsDays = 90,
            EndedReservationsDays = 60,
            ExpiredActivityDays = 3,
            ActivityBatchesDays = 700,
            UsageNoticesDays = 10,
            ToldUsageNoticesDays = 300,
            VoucherGuessesDays = 7,
        };
        var now = server.Clock.GetUtcNow();
        var real = DateTimeOffset.UtcNow;
        await Retention.DeleteAsync(
            server.Stage.Store.Source,
            server.Stage.Usage,
            settings,
            new RetentionTimes(now, real),
            "tests",
            CancellationToken.None
        );
        await new PoolHelp(server).ImportAsync(PoolHelp.Networks, "2001:db8:7::", "2001:db8:7::f");
        var held = await new PoolHelp(server).ReserveAsync(PoolHelp.Networks, "2001:db8:7::", "2001:db8:7::", "Allocation");
        foreach (var (days, name) in new[] { (1, "old"), (-1, "young") })
        {
            await server.ExecuteAsync(
                "INSERT INTO due_work (due, kind, account_usn, subject, requested_by, done) VALUES ($1, 'BeginPlan', $2, $3, 'tests', $1)",
                now.AddDays(-90 - days),
                customer.Usn,
                name
            );
            await server.ExecuteAsync(
                "INSERT INTO failed_login (at, username, address) VALUES ($1, $2, '::1')",
                real.AddDays(-30 - days),
                name
            );
            await server.ExecuteAsync(
                """
                INSERT INTO payment_secret_access (at, accessed_by, account_usn, payment_details_id, secret_kind, purpose)
                VALUES ($1, 'tests', $2, gen_random_uuid(), 'Number', $3)
                """,
                real.AddDays(-400 - days),
                customer.Usn,
                name
            );
            await server.ExecuteAsync(
                """
                INSERT INTO document_download (id, caller_usn, statement_usn, statement_from, statement_to, created, expires,
                    changed_by) VALUES (gen_random_uuid(), $1, $2, $3, $3, $4, $5, 'tests')
                """,
                customer.Subscriptions[0],
                customer.Usn,
                new DateOnly(2015, 1, 1),
                now.AddDays(-20),
                now.AddDays(-7 - days)
            );
            await server.ExecuteAsync(
                """
                INSERT INTO password_link (token_hash, subscription_usn, password_version, address, created, expires, changed_by)
                VALUES (sha256($1::bytea), $2, 0, 'joe@example.com', $3, $4, 'tests')
                """,
                System.Text.Encoding.UTF8.GetBytes(name),
                customer.Subscriptions[0],
                now.AddDays(-20),
                now.AddDays(-5 - days)
            );
            await server.ExecuteAsync(
                """
                INSERT INTO pool_reservation (id, pool, first, last, created, ended, changed_by)
                VALUES (gen_random_uuid(), (SELECT min(number) FROM number_pool), 1, 1, $1, $2, $3)
                """,
                now.AddDays(-100),
                now.AddDays(-60 - days),
                name
            );
            foreach (var (kind, kept) in new[] { ("Range", 3), ("Batch", 700) })
            {
                await server.ExecuteAsync(
                    """
                    INSERT INTO usage_activity_batch (id, kind, usn, caller_usn, made, expires, token_hash, spans)
                    VALUES (nextval('usage_number'), $1, $2, 'tests', $3, $3, sha256($4::bytea), '[]')
                    """,
                    kind,
                    customer.Usn,
                    now.AddDays(-kept - days),
                    System.Text.Encoding.UTF8.GetBytes(kind + name)
                );
            }

            await server.ExecuteAsync(
                "INSERT INTO usage_notice (subscription_usn, period_start, version, kind, body, told) "
                    + "VALUES ($1, '2015-01-01', $2, 'State', '{}', $3)",
                customer.Usn,
                days,
                now.AddDays(-10 - days)
            );
            await server.ExecuteAsync(
                "INSERT INTO told_usage_notice (subscription_usn, period_from, version, told) VALUES ($1, '2015-01-01', $2, $3)",
                customer.Usn,
                days,
                now.AddDays(-300 - days)
            );
            await server.ExecuteAsync(
                "INSERT INTO voucher_guess (subject, failures, until, last) VALUES ($1, 1, $2, $2)",
                $"caller {name}",
                now.AddDays(-7 - days)
            );
            await server.ExecuteAsync(
                "INSERT INTO audit_change (at, changed_by, table_name, key, action) VALUES ($1, 'tests', 'account', $2, 'UPDATE')",
                real.AddDays(-5_000),
                name
            );
        }

        var counts = await Retention.CountAsync(
            server.Stage.Store.Source,
            server.Stage.Usage,
            settings,
            new RetentionTimes(now, real),
            CancellationToken.None
        );
        Assert.Equal(
            "ExpiredDownloadsDays 1, ExpiredPasswordLinksDays 1, DoneWorkDays 1, FailedLoginsDays 1, ProvisionLogDays 0, AuditDays 0, "
                + "PaymentSecretAccessDays 1, ExpiredPaymentDetailsDays 0, EndedReservationsDays 1, ExpiredActivityDays 1, "
                + "ActivityBatchesDays 1, UsageNoticesDays 1, ToldUsageNoticesDays 1, VoucherGuessesDays 1",
            string.Join(", ", counts.Select(count => $"{count.Kind} {count.Rows}"))
        );
        var deleted = await Retention.DeleteAsync(
            server.Stage.Store.Source,
            server.Stage.Usage,
            settings,
            new RetentionTimes(now, real),
            "tests",
            CancellationToken.None
        );
        Assert.Equal(counts, deleted);
        Assert.Equal(
            "young",
            await server.QueryAsync<string>(
                "SELECT string_agg(subject, ',') FROM due_work WHERE account_usn = $1 AND kind = 'BeginPlan' AND done IS NOT NULL",
                customer.Usn
            )
        );
        Assert.Equal(
            "young",
            await server.QueryAsync<string>(
                "SELECT string_agg(purpose, ',') FROM payment_secret_access WHERE account_usn = $1",
                customer.Usn
            )
        );
        Assert.Equal(
            "young",
            await server.QueryAsync<string>(
                "SELECT string_agg(changed_by, ',') FROM pool_reservation WHERE first = 1 AND ended IS NOT NULL"
            )
        );
        Assert.Equal("Allocation", (await new PoolHelp(server).GetAsync(held.At("LinkId"))).At("LinkType"));
        Assert.Equal(2L, await server.QueryAsync<long>("SELECT count(*) FROM audit_change WHERE key IN ('old', 'young')"));
        Assert.Equal(
            0L,
            (
                await Retention.DeleteAsync(
                    server.Stage.Store.Source,
                    server.Stage.Usage,
                    settings,
                    new RetentionTimes(now, real),
                    "tests",
                    CancellationToken.None
                )
            ).Sum(count => count.Rows)
        );

        // S13. Details of cards that expired go, but not under a payment that waits for them.
        foreach (var usn in new[] { customer.Usn, waiting.Usn })
        {
            await server.Administrator.CallAsync("payment", "addStoredPaymentDetails", P("usn", usn), Details("visa", GoodCard));
            await server.ExecuteAsync(
                "UPDATE stored_payment_details SET expiry = $2 WHERE account_usn = $1",
                usn,
                DateOnly.FromDateTime(now.AddDays(-92).UtcDateTime)
            );
        }

        await WaitingPaymentAsync(server, waiting.Usn, 10m);
        Assert.Equal(
            1L,
            (
                await Retention.DeleteAsync(
                    server.Stage.Store.Source,
                    server.Stage.Usage,
                    settings,
                    new RetentionTimes(now, real),
                    "retention",
                    CancellationToken.None
                )
            ).Sum(count => count.Rows)
        );
        Assert.Equal(
            waiting.Usn,
            await server.QueryAsync<string>(
                "SELECT string_agg(account_usn, ',') FROM stored_payment_details WHERE account_usn IN ($1, $2)",
                customer.Usn,
                waiting.Usn
            )
        );
        Assert.Equal(
            "retention",
            await server.QueryAsync<string>(
                """
                SELECT changed_by FROM audit_change WHERE table_name = 'stored_payment_details' AND action = 'DELETE'
                ORDER BY id DESC LIMIT 1
                """
            )
        );
        await CancelWaitingAsync(server, waiting.Usn);
    }

    /// <summary>G5. It is out of the way of what is due, listed, tried again or ended; the rest stays.</summary>
    [Fact]
    public async Task Work_that_failed_too_often_waits_for_an_operator()
    {
        var customer = await PortalCustomerAsync(server);
        var now = server.Clock.GetUtcNow();
        var ids = new List<long>();
        foreach (var failures in new[] { 10, 10, 9 })
        {
            ids.Add(
                await server.QueryAsync<long>(
                    """
                    INSERT INTO due_work (due, kind, account_usn, subject, requested_by, failures, last_error)
                    VALUES ($1, 'BeginPlan', $2, $3, 'tests', $4, 'broken') RETURNING id
                    """,
                    now.AddDays(-1),
                    customer.Usn,
                    customer.Subscriptions[1],
                    failures
                )
            );
        }

        var due = await DueWorkQueue.FindDueAsync(server.Stage.Store.Source, now, 100, CancellationToken.None);
        Assert.Equal([ids[2]], due.Select(work => work.Id).Intersect(ids));
        var failed = await _help.RunOnAsync<DueWorkAdministration, IReadOnlyList<DueWorkItem>>(work =>
            work.FailedAsync(100, CancellationToken.None)
        );
        Assert.Equal(ids[..2], failed.Select(work => work.Id).Intersect(ids));

        // One that has not failed, or is not there, is refused, and nothing is changed for the others.
        await Assert.ThrowsAsync<SmileException>(() =>
            _help.RunOnAsync<DueWorkAdministration, int>(work => work.EndAsync([ids[0], ids[2]], CancellationToken.None))
        );
        Assert.Equal(1, await _help.RunOnAsync<DueWorkAdministration, int>(work => work.EndAsync([ids[0]], CancellationToken.None)));
        Assert.Equal(1, await _help.RunOnAsync<DueWorkAdministration, int>(work => work.RetryAsync([ids[1]], CancellationToken.None)));
        await server.CarryOutDueWorkAsync();
        Assert.Equal(
            "true,true,true",
            await server.QueryAsync<string>(
                "SELECT string_agg((done IS NOT NULL)::text, ',') FROM due_work WHERE id = ANY ($1)",
                ids.ToArray()
            )
        );
    }

    /// <summary>L8. Once a day while there is something, whichever server looks.</summary>
    [Fact]
    public async Task The_operator_is_told_once_a_day_of_what_failed()
    {
        var customer = await PortalCustomerAsync(server);
        await server.ExecuteAsync(
            """
            INSERT INTO due_work (due, kind, account_usn, subject, requested_by, failures, last_error)
            VALUES ($1, 'BeginPlan', $2, 'x', 'tests', 10, 'broken')
            """,
            server.Clock.GetUtcNow(),
            customer.Usn
        );
        var service = server.Services.GetRequiredService<HousekeepingService>();
        server.Settings.OperatorAddress = "operator@example.com";
        try
        {
            await service.RunOnceAsync(server.Stage, CancellationToken.None);
            await service.RunOnceAsync(server.Stage, CancellationToken.None);
            var mail = Assert.Single(await _help.Mail.ReceiveMailsAsync(1, "operator@example.com"));
            Assert.Contains("Subject: Smile stage live: something waits for you", mail, StringComparison.Ordinal);
            Assert.True(System.Text.RegularExpressions.Regex.IsMatch(mail, @"[1-9]\d* pieces of work failed too often"), mail);
            server.Clock.MoveTo(server.Clock.GetUtcNow().AddDays(1));
            await service.RunOnceAsync(server.Stage, CancellationToken.None);
            Assert.Equal(2, (await _help.Mail.ReceiveMailsAsync(2, "operator@example.com")).Count);
        }
        finally
        {
            server.Settings.OperatorAddress = null;
            await server.ExecuteAsync("UPDATE due_work SET done = due WHERE failures >= 10 AND done IS NULL");
        }
    }

    /// <summary>L8. The mail server answers nobody before four are there at once.</summary>
    [Fact]
    public async Task Several_mails_are_sent_at_a_time()
    {
        await using var gathering = await MailServer.StartGatheringAsync();
        for (var customer = 0; customer < 4; customer++)
        {
            var usn = (await PortalCustomerAsync(server)).Usn;
            await _help.QueueInvoiceAsync(usn, await _help.InvoicedAsync(usn, 5m));
        }

        var before = server.Settings.Smtp.Port;
        server.Settings.Smtp.Port = gathering.Port;
        try
        {
            Assert.Equal(4, await _help.DispatchAsync());
        }
        finally
        {
            server.Settings.Smtp.Port = before;
        }

        Assert.Equal(
            0L,
            await server.QueryAsync<long>(
                "SELECT count(*) FROM dispatch_item WHERE status <> 'Sent' AND queued >= $1",
                server.Clock.GetUtcNow()
            )
        );
    }
}
