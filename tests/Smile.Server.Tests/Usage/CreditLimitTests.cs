using System.Globalization;
using System.Xml.Linq;
using Npgsql;
using Smile.Catalogue;
using Smile.Receivables;
using Smile.Server.Tests.Fixture;
using static Smile.Server.Tests.Fixture.SoapCaller;

namespace Smile.Server.Tests.Usage;

/// <summary>
/// What is told of credit limits (guide, lines 22263 to 22390), whatever brings it about: once for each crossing. An event costs 0.55.
/// </summary>
public sealed class CreditLimitTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    private readonly CreditHelp _credit = new(server);

    [Fact]
    public async Task Usage_that_comes_to_the_limit_is_told_once_and_applies_features()
    {
        var (usn, account) = await _credit.OrderAsync("0461000001");
        await _credit.UseAsync("0461000001", 36);
        Assert.Equal("", await _credit.NewsAsync(account));
        await _credit.UseAsync("0461000001", 1);
        Assert.Equal("Exceeded 20.00 at 0.00", await _credit.NewsAsync(account));
        Assert.Equal("850", await _credit.FeaturesAsync(usn));
        var messages = await server.MessagesAsync(account);
        var told = messages.Last(message => message.Type == "CreditLimitExceeded");
        Assert.Equal(usn, told.Headers["usn"]);
        Assert.Equal((usn, "137"), (XElement.Parse(told.Body).At("USN"), XElement.Parse(told.Body).At("SID")));
        Assert.Equal(
            ["CreditLimitExceeded", "SubscriptionFeaturesChanged", "RatingConfigurationUpdated"],
            messages.TakeLast(3).Select(message => message.Type)
        );

        // More of it, and all that is rated and looked at again, is nothing new.
        await _credit.UseAsync("0461000001", 10);
        await server.ExecuteAsync("INSERT INTO credit_limit_check (account_usn) VALUES ($1)", account);
        await _credit.Usage.RowsAsync("UPDATE usage_state SET unchecked = true WHERE subscription_usn = $1", usn);
        await _credit.Usage.RateAsync();
        Assert.Equal("", await _credit.NewsAsync(account));
        Assert.Equal(0, await _credit.CountAsync("credit_limit_check"));
        Assert.Empty(await _credit.Usage.RowsAsync("SELECT period_start FROM usage_state WHERE unchecked"));

        // The same usage, rated for less.
        await using (await ChangedCatalogue.ApplyAsync(server, content => WithPlan(content, plan => WithRate(plan, 1224, 0.10m))))
        {
            await server.ExecuteAsync("INSERT INTO rating_change (subscription_usn, since) VALUES ($1, now() - interval '20 years')", usn);
            await _credit.Usage.RateAsync();
            Assert.Equal("Okay 20.00 at 0.00", await _credit.NewsAsync(account));
            Assert.Equal("", await _credit.FeaturesAsync(usn));
        }

        await server.ExecuteAsync("INSERT INTO rating_change (subscription_usn, since) VALUES ($1, now() - interval '20 years')", usn);
        await _credit.Usage.RateAsync();
        Assert.Equal("Exceeded 20.00 at 0.00", await _credit.NewsAsync(account));
        Assert.Equal(
            "usage-credit-exceeded,usage-credit-okay,usage-credit-exceeded",
            await server.QueryAsync<string>(
                "SELECT string_agg(template, ',' ORDER BY id) FROM dispatch_item WHERE account_usn = $1 AND kind = 'UsageNotice'",
                account
            )
        );
        Assert.Equal(
            "Mobile Control: $25.85 of $20.00, 129%, $0.00 left",
            await server.QueryAsync<string>(
                """
                SELECT concat(template_values->>'item', ': ', template_values->>'used', ' of ', template_values->>'limit', ', ',
                    template_values->>'percent', ', ', template_values->>'left', ' left')
                FROM dispatch_item WHERE account_usn = $1 AND kind = 'UsageNotice' ORDER BY id DESC LIMIT 1
                """,
                account
            )
        );
    }

    [Fact]
    public async Task Whatever_moves_the_balance_is_a_reason_to_look_and_exactly_at_the_limit_is_exceeded()
    {
        var (_, account) = await _credit.OrderAsync("0461000011");
        await _credit.UseAsync("0461000011", 20);
        var invoice = await _credit.InvoiceAsync(account, 8.95m);
        await _credit.DebitAsync(account, 0.04m);
        Assert.Equal("", await _credit.NewsAsync(account));
        await _credit.DebitAsync(account, 0.01m);
        Assert.Equal("Exceeded 20.00 at 9.00", await _credit.NewsAsync(account));
        await _credit.CreditAsync(account, 0.01m);
        Assert.Equal("Okay 20.00 at 8.99", await _credit.NewsAsync(account));
        await _credit.InvoiceAsync(account, 5m);
        Assert.Equal("Exceeded 20.00 at 13.99", await _credit.NewsAsync(account));

        // A payment, and that it is taken back.
        await server.Administrator.CallAsync(
            "payment",
            "processPayment",
            P("usn", account),
            PaymentHelp.Request("cash", "10.00", null),
            PaymentHelp.AutoAllocate
        );
        await _credit.Usage.RateAsync();
        Assert.Equal("Okay 20.00 at 3.99", await _credit.NewsAsync(account));
        var receipt = await server.QueryAsync<string>(
            "SELECT number FROM financial_transaction WHERE account_usn = $1 AND type = 'Receipt'",
            account
        );
        await ReverseAsync(account, receipt, "rreceipt");
        Assert.Equal("Exceeded 20.00 at 13.99", await _credit.NewsAsync(account));

        // An invoice that is reversed, reopened, closed again and deleted.
        await ReverseAsync(account, invoice, "rinvoice");
        Assert.Equal("Okay 20.00 at 5.04", await _credit.NewsAsync(account));
        var last = await _credit.InvoiceAsync(account, 4m);
        Assert.Equal("Exceeded 20.00 at 9.04", await _credit.NewsAsync(account));
        foreach (
            var (step, told) in new[]
            {
                ("reopen", "Okay 20.00 at 5.04"),
                ("close", "Exceeded 20.00 at 9.04"),
                ("delete", "Okay 20.00 at 5.04"),
            }
        )
        {
            await _credit.Usage.OnScopeAsync(async scope =>
            {
                var lifecycle = scope.Use<TransactionLifecycle>();
                await (
                    step switch
                    {
                        "reopen" => lifecycle.ReopenAsync(last, default),
                        "close" => lifecycle.CloseAsync(last, default),
                        _ => lifecycle.DeleteAsync(last, default),
                    }
                );
                return true;
            });
            await _credit.Usage.RateAsync();
            Assert.Equal(told, await _credit.NewsAsync(account));
        }
    }

    [Fact]
    public async Task Usage_that_becomes_an_invoice_is_told_of_no_more_and_no_less()
    {
        var (usn, account) = await _credit.OrderAsync("0461000021");
        await _credit.UseAsync("0461000021", 40);
        Assert.Equal("Exceeded 20.00 at 0.00", await _credit.NewsAsync(account));
        server.Clock.Advance(TimeSpan.FromDays(40));
        await _credit.Usage.RateAsync();
        Assert.Equal("", await _credit.NewsAsync(account));

        await _credit.BillAsync(account);
        Assert.Equal(22.00m, await _credit.BalanceAsync(account));
        await _credit.Usage.RateAsync();
        Assert.Equal("", await _credit.NewsAsync(account));

        // A server that has died behind the bill has left the period: it is on the bill all the same, and not counted twice.
        await _credit.LimitAsync(account, 23m);
        await _credit.Usage.RowsAsync("UPDATE usage_state SET status = 'Closing', closing = now() WHERE subscription_usn = $1", usn);
        await server.ExecuteAsync("INSERT INTO credit_limit_check (account_usn) VALUES ($1)", account);
        while (await _credit.LookAsync()) { }
        Assert.Equal("", await _credit.NewsAsync(account));
        Assert.False(await OfAccountAsync(usn));
        await _credit.Usage.RateAsync();

        // The bill's invoice is deleted: the usage is due again. Late usage of the period counts, before and behind its own bill.
        var invoice = await server.QueryAsync<string>("SELECT number FROM financial_transaction WHERE account_usn = $1", account);
        await _credit.Usage.OnScopeAsync(async scope =>
        {
            await scope.Use<TransactionLifecycle>().DeleteAsync(invoice, default);
            return true;
        });
        while (await _credit.LookAsync()) { }
        Assert.Equal("", await _credit.NewsAsync(account));
        Assert.Equal(0m, await _credit.BalanceAsync(account));
        server.Clock.Advance(TimeSpan.FromDays(31));
        await _credit.Usage.RateAsync();
        await _credit.BillAsync(account);
        Assert.Equal(22.00m, await _credit.BalanceAsync(account));
        await LateAsync("0461000021", 2, days: 71);
        Assert.Equal("", await _credit.NewsAsync(account));
        Assert.True(await OfAccountAsync(usn), "23.10 are more than the account may owe");
        await _credit.CreditAsync(account, 3.09m);
        Assert.Equal("", await _credit.NewsAsync(account));
        Assert.False(await OfAccountAsync(usn));
        await _credit.CreditAsync(account, 0.02m);
        Assert.Equal("Okay 20.00 at 18.89", await _credit.NewsAsync(account));
    }

    [Fact]
    public async Task A_bill_that_has_nothing_to_pay_is_a_reason_to_look()
    {
        var (usn, account) = await _credit.OrderAsync("0461000111");
        await _credit.UseAsync("0461000111", 40);
        Assert.Equal("Exceeded 20.00 at 0.00", await _credit.NewsAsync(account));
        await using var _ = await ChangedCatalogue.ApplyAsync(
            server,
            content => content with { Discounts = [.. content.Discounts, new Discount(459, "All", 100m, 0m, [], [], [])] }
        );
        await _credit.Usage.OnScopeAsync(async scope =>
        {
            await scope.Use<DiscountAssignments>().AssignDiscountAsync(usn, 459, null, null, default);
            return true;
        });
        server.Clock.Advance(TimeSpan.FromDays(40));
        await _credit.Usage.RateAsync();
        Assert.Equal("", await _credit.NewsAsync(account));
        await _credit.BillAsync(account);
        await _credit.Usage.RateAsync();
        Assert.Equal("Okay 20.00 at 0.00", await _credit.NewsAsync(account));
    }

    [Fact]
    public async Task Other_subscriptions_count_for_the_account_and_not_for_a_subscription()
    {
        var (one, account) = await _credit.OrderAsync("0461000031");
        var (other, _) = await _credit.OrderAsync("0461000032", account);
        await _credit.UseAsync("0461000031", 30);
        await _credit.UseAsync("0461000032", 30);
        Assert.Equal("", await _credit.NewsAsync(account));

        await _credit.LimitAsync(account, 33.00m);
        Assert.Equal("Exceeded 33.00 at 0.00, Exceeded 33.00 at 0.00", await _credit.NewsAsync(account));
        Assert.Equal(("Exceeded", "Exceeded"), (await _credit.ToldAsync(account, one), await _credit.ToldAsync(account, other)));
        Assert.Equal("", await _credit.FeaturesAsync(one));

        // The plan's limit besides is no second message, but has its features; the account's that is kept again is no Okay.
        await _credit.UseAsync("0461000031", 10);
        Assert.Equal(("", "850"), (await _credit.NewsAsync(account), await _credit.FeaturesAsync(one)));
        await _credit.LimitAsync(account, 33.01m);
        Assert.Equal("", await _credit.NewsAsync(account));
        await _credit.LimitAsync(account, null);
        Assert.Equal("Okay 33.01 at 0.00", await _credit.NewsAsync(account));
        Assert.Equal(("Exceeded", "Exceeded, Okay"), (await _credit.ToldAsync(account, one), await _credit.ToldAsync(account, other)));

        // A subscription that comes to an account whose limit is exceeded is told so, and no other again.
        await _credit.LimitAsync(account, 0m);
        Assert.Equal("Exceeded 0.00 at 0.00", await _credit.NewsAsync(account));
        var usn = await _credit.Usage.OrderAsync("0461000033", plan: UsageHelp.MobileControl);
        await _credit.MigrateAsync(usn, account);
        await _credit.Usage.RateAsync();
        Assert.Equal("Exceeded 0.00 at 0.00", await _credit.NewsAsync(account));
        await _credit.ResetAsync(account);
        Assert.Equal("Okay 0.00 at 0.00, Okay 0.00 at 0.00", await _credit.NewsAsync(account));
        Assert.Equal("Exceeded", await _credit.ToldAsync(account, one));
    }

    [Fact]
    public async Task A_limit_of_nothing_is_exceeded_with_the_first_cent()
    {
        var (_, account) = await _credit.OrderAsync("0461000041");
        await _credit.LimitAsync(account, 0m);
        Assert.Equal("", await _credit.NewsAsync(account));
        await _credit.CreditAsync(account, 1m);
        await _credit.InvoiceAsync(account, 1m);
        Assert.Equal("", await _credit.NewsAsync(account));
        await _credit.DebitAsync(account, 0.01m);
        Assert.Equal("Exceeded 0.00 at 0.01", await _credit.NewsAsync(account));
    }

    [Fact]
    public async Task A_subscription_that_moves_counts_with_the_account_that_it_comes_to()
    {
        var (usn, from) = await _credit.OrderAsync("0461000051");
        var (_, to) = await _credit.OrderAsync("0461000052");
        await _credit.InvoiceAsync(to, 15m);
        await _credit.UseAsync("0461000051", 20);
        Assert.Equal("", await _credit.NewsAsync(from) + await _credit.NewsAsync(to));
        await _credit.MigrateAsync(usn, to);
        await _credit.Usage.RateAsync();
        Assert.Equal(("", "Exceeded 20.00 at 15.00"), (await _credit.NewsAsync(from), await _credit.NewsAsync(to)));
        Assert.Equal("850", await _credit.FeaturesAsync(usn));
        await _credit.MigrateAsync(usn, from);
        await _credit.Usage.RateAsync();
        Assert.Equal(("Okay 20.00 at 0.00", ""), (await _credit.NewsAsync(from), await _credit.NewsAsync(to)));

        // The account that is left has less to owe for the others.
        var (left, _) = await _credit.OrderAsync("0461000053", from);
        await _credit.LimitAsync(from, 10m);
        Assert.Equal("Exceeded 10.00 at 0.00, Exceeded 10.00 at 0.00", await _credit.NewsAsync(from));
        await _credit.MigrateAsync(usn, to);
        await _credit.Usage.RateAsync();
        Assert.Equal("Okay 10.00 at 0.00", await _credit.NewsAsync(from));
        Assert.Equal("Exceeded, Okay", await _credit.ToldAsync(from, left));
        Assert.Equal("", await _credit.NewsAsync(to));
    }

    [Fact]
    public async Task Who_is_closed_is_told_nothing_more_and_what_it_used_counts()
    {
        var (usn, account) = await _credit.OrderAsync("0461000061");
        var (other, _) = await _credit.OrderAsync("0461000062", account);
        await _credit.LimitAsync(account, 22m);
        await _credit.UseAsync("0461000061", 40);
        Assert.Equal("Exceeded 20.00 at 0.00, Exceeded 22.00 at 0.00", await _credit.NewsAsync(account));
        await server.Administrator.CallAsync(
            "subscription",
            "cancel",
            P("usn", usn),
            P("fromTimestamp", server.Clock.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture))
        );
        await _credit.Usage.RateAsync();
        Assert.Equal("", await _credit.NewsAsync(account));
        await _credit.CreditAsync(account, 30m);
        Assert.Equal("Okay 22.00 at -30.00", await _credit.NewsAsync(account));
        Assert.Equal(("Exceeded", "Exceeded, Okay"), (await _credit.ToldAsync(account, usn), await _credit.ToldAsync(account, other)));
        Assert.Equal(
            0,
            await server.QueryAsync<long>("SELECT count(*) FROM credit_limit_state WHERE subscription_usn IN ($1, $2)", usn, other)
        );
    }

    [Fact]
    public async Task Another_plan_counts_from_when_it_begins()
    {
        var (usn, account) = await _credit.OrderAsync("0461000071");
        await _credit.UseAsync("0461000071", 40);
        Assert.Equal("Exceeded 20.00 at 0.00", await _credit.NewsAsync(account));
        await ChangePlanAsync(usn, "mobile-plus", server.Clock.GetUtcNow());
        await _credit.Usage.RateAsync();
        Assert.Equal("Okay 20.00 at 0.00", await _credit.NewsAsync(account));
        Assert.Equal("", await _credit.FeaturesAsync(usn));

        await _credit.InvoiceAsync(account, 50m);
        await ChangePlanAsync(usn, "mobile-control", server.Clock.GetUtcNow().AddDays(5));
        await _credit.Usage.RateAsync();
        Assert.Equal("", await _credit.NewsAsync(account));
        server.Clock.Advance(TimeSpan.FromDays(4));
        await _credit.Usage.RateAsync();
        Assert.Equal("", await _credit.NewsAsync(account));
        server.Clock.Advance(TimeSpan.FromDays(1));
        await _credit.Usage.RateAsync();
        Assert.Equal("Exceeded 20.00 at 50.00", await _credit.NewsAsync(account));
    }

    [Fact]
    public async Task Other_limits_of_the_catalogue_count_for_all_accounts_at_once()
    {
        var (usn, account) = await _credit.OrderAsync("0461000081");
        var (plus, other) = await _credit.OrderAsync("0461000082", plan: 820);
        await _credit.UseAsync("0461000081", 40);
        await _credit.InvoiceAsync(other, 100m);
        Assert.Equal(("Exceeded 20.00 at 0.00", ""), (await _credit.NewsAsync(account), await _credit.NewsAsync(other)));
        var balance = await BalanceTextAsync(other);
        await using (
            await ChangedCatalogue.ApplyAsync(
                server,
                content =>
                    WithPlan(content, plan => plan with { CreditLimit = plan.CreditLimit! with { Amount = 22.01m } }) with
                    {
                        AccountTerms =
                        [
                            .. content.AccountTerms.Select(terms =>
                                terms.Id == 1 ? terms with { CreditLimit = new CreditLimitItem(100m) { Features = [851, 821] } } : terms
                            ),
                        ],
                    }
            )
        )
        {
            await _credit.Usage.RateAsync();
            Assert.Equal("Okay 22.01 at 0.00", await _credit.NewsAsync(account));
            Assert.Equal($"Exceeded 100.00 at {balance}", await _credit.NewsAsync(other));

            // Each service has its own features: 821 is of another.
            Assert.Equal(("", "851"), (await _credit.FeaturesAsync(usn), await _credit.FeaturesAsync(plus)));
            await _credit.LimitAsync(other, 1_000m);
            Assert.Equal($"Okay 1000.00 at {balance}", await _credit.NewsAsync(other));
            Assert.Equal("", await _credit.FeaturesAsync(plus));
            await _credit.LimitAsync(other, 90m);
            Assert.Equal(($"Exceeded 90.00 at {balance}", "851"), (await _credit.NewsAsync(other), await _credit.FeaturesAsync(plus)));
            await _credit.ResetAsync(other);
            Assert.Equal("", await _credit.NewsAsync(other));
        }

        await _credit.Usage.RateAsync();
        Assert.Equal("Exceeded 20.00 at 0.00", await _credit.NewsAsync(account));
        Assert.Equal($"Okay 100.00 at {balance}", await _credit.NewsAsync(other));
        Assert.Equal("", await _credit.FeaturesAsync(plus));
    }

    [Fact]
    public async Task A_stage_without_credit_limits_notes_nothing_and_one_that_gets_them_has_missed_nothing()
    {
        var (_, account) = await _credit.OrderAsync("0461000091");
        await using (await ChangedCatalogue.ApplyAsync(server, content => WithPlan(content, plan => plan with { CreditLimit = null })))
        {
            await _credit.Usage.RateAsync();
            await new Money(server, account).InvoiceAsync(10m);
            await _credit.ImportAsync("0461000091", 20);
            Assert.Equal(0, await _credit.CountAsync("credit_limit_check"));
            await _credit.Usage.RateAsync();
            Assert.Equal("", await _credit.NewsAsync(account));
        }

        // A server with the version before does nothing meanwhile.
        await _credit.LookAsync();
        var current = server.Stage.Catalogue;
        server.Stage.Catalogue = new CatalogueSnapshot(current.Version - 1, current.Content);
        Assert.False(await _credit.LookAsync());
        server.Stage.Catalogue = current;
        await _credit.Usage.RateAsync();
        Assert.Equal("Exceeded 20.00 at 10.00", await _credit.NewsAsync(account));
    }

    /// <summary>Whoever changes the balance holds the lock that is waited for: what comes in between is seen.</summary>
    [Fact]
    public async Task What_comes_while_an_account_is_being_looked_at_is_not_lost()
    {
        var (_, account) = await _credit.OrderAsync("0461000101");
        await server.ExecuteAsync("INSERT INTO credit_limit_check (account_usn) VALUES ($1)", account);
        await using var connection = await _credit.ConnectAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await ExecuteAsync(connection, "UPDATE account SET balance = 50, changed_by = 'tests' WHERE usn = $1", account);
        var look = _credit.LookAsync();
        while (
            !await server.QueryAsync<bool>(
                "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%FROM account WHERE usn%')"
            )
        )
        {
            await Task.Yield();
        }

        await transaction.CommitAsync();
        Assert.True(await look);
        Assert.Equal("Exceeded 20.00 at 50.00", await _credit.NewsAsync(account));

        // The other way about: who has begun before and commits behind is looked at behind.
        await using var later = await connection.BeginTransactionAsync();
        await ExecuteAsync(connection, "UPDATE account SET balance = 5, changed_by = 'tests' WHERE usn = $1", account);
        Assert.False(await _credit.LookAsync());
        await later.CommitAsync();
        await _credit.Usage.RateAsync();
        Assert.Equal("Okay 20.00 at 5.00", await _credit.NewsAsync(account));
        await server.ExecuteAsync("UPDATE account SET balance = 0, changed_by = 'tests' WHERE usn = $1", account);
        await _credit.Usage.RateAsync();
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, string account)
    {
        await using var command = new NpgsqlCommand(sql, connection) { Parameters = { new() { Value = account } } };
        await command.ExecuteNonQueryAsync();
    }

    private static CatalogueContent WithPlan(CatalogueContent content, Func<Plan, Plan> change) =>
        content with
        {
            Plans = [.. content.Plans.Select(plan => plan.Code == "mobile-control" ? change(plan) : plan)],
        };

    private static Plan WithRate(Plan plan, int rule, decimal rate) =>
        plan with
        {
            ChargingRules = [.. plan.ChargingRules.Select(each => each.Id == rule ? each with { Source = RateSource.Fixed(rate) } : each)],
        };

    private async Task<string> BalanceTextAsync(string account) =>
        (await _credit.BalanceAsync(account)).ToString("0.00", CultureInfo.InvariantCulture);

    private Task<bool> OfAccountAsync(string usn) =>
        server.QueryAsync<bool>("SELECT of_account FROM credit_limit_state WHERE subscription_usn = $1", usn);

    private async Task LateAsync(string number, int count, int days)
    {
        var start = server.Clock.GetUtcNow().AddDays(-days).AddMinutes(-20).ToString("yyyy-MM-dd'T'HH:mm:ss'+00:00'");
        await _credit.Usage.ImportAsync(
            "smile",
            $"{number}-late",
            $"E,{number}-late,137,{number},Username,{start},Event count,,,,,,,,,{count}\n"
        );
        await _credit.Usage.RateAsync();
    }

    private async Task ReverseAsync(string account, string number, string category)
    {
        await new Money(server, account).ReverseAsync(number, category);
        await _credit.Usage.RateAsync();
    }

    private Task ChangePlanAsync(string usn, string plan, DateTimeOffset start) =>
        server.Administrator.CallAsync(
            "subscription",
            "changePlan",
            P("usn", usn),
            Document(
                $"<PlanScheduleItem><PlanCode>{plan}</PlanCode>"
                    + $"<Start>{start.ToString("yyyy-MM-dd'T'HH:mm:sszzz", CultureInfo.InvariantCulture)}</Start></PlanScheduleItem>"
            )
        );
}
