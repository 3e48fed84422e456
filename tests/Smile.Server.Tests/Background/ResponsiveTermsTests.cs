using System.Xml.Linq;
using Microsoft.Extensions.DependencyInjection;
using Smile.Catalogue;
using Smile.CreditControl;
using Smile.Hosting.Stages;
using Smile.Kernel;
using Smile.Payments;
using Smile.Server.Tests.Fixture;
using Smile.Session;
using Smile.Storage;
using static Smile.Server.Tests.Fixture.Orders;
using static Smile.Server.Tests.Fixture.PaymentHelp;
using static Smile.Server.Tests.Fixture.SoapCaller;

namespace Smile.Server.Tests.Background;

/// <summary>
/// Account terms by how an account has paid. Good payers (1) are on the default terms; with an invoice of which $2 was owing a day after
/// its due date, in the last six months, they are on Missed terms (4): a final reminder after a day, suspension after 14.
/// </summary>
[Collection(CreditControlServerTests.Name)]
public sealed class ResponsiveTermsTests(ServerFixture server) : IAsyncLifetime
{
    private readonly CreditControlHelp _help = new(server);

    public Task InitializeAsync() => _help.InitializeAsync();

    public Task DisposeAsync() => _help.DisposeAsync();

    [Fact]
    public async Task An_account_that_missed_a_payment_is_treated_strictly_for_half_a_year()
    {
        var customer = await PortalCustomerAsync(server);
        await _help.PlayAsync(
            customer.Usn,
            (0, "responsive 1", "Settled", ""),
            (0, "invoice 100", "Settled", ""),
            (14, "", "Settled", ""),
            (15, "", "Missed", "notice-final"),
            (16, "", "Missed", ""),
            (27, "", "Missed", ""),
            (28, "", "Barred", "suspended, notice-suspended"),
            (29, "pay 100", "Settled", "resumed"),
            (60, "", "Settled", "")
        );
        Assert.Equal(4, await TermsAsync(customer.Usn));

        // What others see of it.
        var message = (await server.MessagesAsync(customer.Usn)).Single(candidate => candidate.Type == "AccountUpdated");
        Assert.Equal("Missed terms", XElement.Parse(message.Body).At("AccountTerms"));

        await _help.PlayAsync(customer.Usn, (130, "", "Settled", ""), (142, "", "Settled", ""));
        Assert.Equal(1, await TermsAsync(customer.Usn));
        Assert.Equal(2, (await server.MessagesAsync(customer.Usn)).Count(candidate => candidate.Type == "AccountUpdated"));
    }

    [Fact]
    public async Task Little_that_is_owing_and_what_is_paid_in_time_move_nobody()
    {
        var customer = await PortalCustomerAsync(server);
        await _help.PlayAsync(
            customer.Usn,
            (0, "responsive 1", "Settled", ""),
            (0, "invoice 100", "Settled", ""),
            (10, "pay 98.05", "Settled", ""),
            (15, "", "Overdue", "notice-reminder"),
            (16, "pay 1.95", "Settled", ""),
            (20, "invoice 50", "Settled", ""),
            (34, "pay 50", "Settled", ""),
            (36, "", "Settled", "")
        );
        Assert.Equal(1, await TermsAsync(customer.Usn));
    }

    [Fact]
    public async Task Terms_that_change_the_level_bring_the_new_levels_actions()
    {
        var customer = await PortalCustomerAsync(server);
        await _help.PlayAsync(
            customer.Usn,
            (0, "invoice 100", "Settled", ""),
            (20, "", "Overdue", "notice-reminder"),
            (29, "responsive 1", "Barred", "suspended, notice-suspended"),
            (30, "", "Barred", "")
        );
    }

    [Fact]
    public async Task A_dispute_and_a_payment_on_its_way_move_nobody()
    {
        var customer = await PortalCustomerAsync(server);
        await _help.PlayAsync(
            customer.Usn,
            (0, "responsive 1", "Settled", ""),
            (0, "invoice 100", "Settled", ""),
            (10, "dispute", "Settled", ""),
            (20, "", "Settled", "")
        );
        Assert.Equal(1, await TermsAsync(customer.Usn));
        await _help.PlayAsync(customer.Usn, (1, "settle", "Missed", "notice-final"));

        var payer = await PortalCustomerAsync(server);
        await _help.PlayAsync(payer.Usn, (0, "responsive 1", "Settled", ""), (0, "invoice 100", "Settled", ""));
        var invoice = await server.QueryAsync<string>("SELECT number FROM financial_transaction WHERE account_usn = $1", payer.Usn);
        server.Clock.Advance(TimeSpan.FromDays(14));
        await server.Administrator.CallAsync(
            "payment",
            "processPayment",
            P("usn", payer.Usn),
            Request("amex", "100", null, Card(9003)),
            AllocateTo((invoice, "100"))
        );
        await _help.PlayAsync(payer.Usn, (1, "", "Settled", ""));
        Assert.Equal(1, await TermsAsync(payer.Usn));
    }

    [Fact]
    public async Task An_account_that_is_put_on_responsive_terms_comes_to_their_default_and_may_be_taken_off()
    {
        var customer = await PortalCustomerAsync(server);
        await _help.PlayAsync(customer.Usn, (0, "terms 2", "Settled", ""), (1, "", "Settled", ""));
        Assert.Equal(2, await TermsAsync(customer.Usn));
        await _help.PlayAsync(customer.Usn, (0, "responsive 1", "Settled", ""), (1, "", "Settled", ""));
        Assert.Equal(1, await TermsAsync(customer.Usn));
        await _help.PlayAsync(customer.Usn, (0, "responsive 0", "Settled", ""), (0, "terms 2", "Settled", ""), (1, "", "Settled", ""));
        Assert.Equal(2, await TermsAsync(customer.Usn));
    }

    /// <summary>
    /// A settled account is looked at where its terms are not the default of those that it is on, by itself or by its type.
    /// </summary>
    [Theory]
    [InlineData(1, 2, "", true)]
    [InlineData(1, 1, "", false)]
    [InlineData(2, 2, "", false)]
    [InlineData(1, 2, "responsive 0", false)]
    public async Task The_run_looks_at_settled_accounts_that_are_not_on_their_default_terms(
        int accountType,
        int defaultTerms,
        string choice,
        bool isFound
    )
    {
        var customer = await PortalCustomerAsync(server);
        await _help.DoAsync(customer.Usn, choice);
        var found = await CreditControlQueue.FindAccountsAsync(
            server.Stage.Store.Source,
            1,
            _help.Today.AddYears(1),
            _help.Today,
            [new ResponsiveTermsItem(7, "By type", [accountType], defaultTerms, [])],
            CancellationToken.None
        );
        Assert.Equal(isFound, found.Contains(new Usn(customer.Usn)));
    }

    /// <summary>Accounts of type 1 are on terms 2, which have three days of grace, unless they pay late.</summary>
    [Fact]
    public async Task Accounts_of_a_type_are_moved_to_and_fro()
    {
        await using var changed = await ByTypeAsync();
        var customer = await PortalCustomerAsync(server);
        var choosy = await PortalCustomerAsync(server);
        await _help.DoAsync(choosy.Usn, "responsive 0");
        await _help.DoAsync(choosy.Usn, "invoice 70");
        await _help.PlayAsync(customer.Usn, (0, "", "Settled", ""), (0, "invoice 100", "Settled", ""), (14, "", "Settled", ""));
        Assert.Equal(2, await TermsAsync(customer.Usn));
        await _help.PlayAsync(customer.Usn, (1, "", "Missed", "notice-final"), (2, "pay 100", "Settled", ""), (130, "", "Settled", ""));
        Assert.Equal(4, await TermsAsync(customer.Usn));
        await _help.PlayAsync(customer.Usn, (60, "", "Settled", ""));
        Assert.Equal(2, await TermsAsync(customer.Usn));
        Assert.Equal(1, await TermsAsync(choosy.Usn));
    }

    /// <summary>The invoice is due on day 14, the plan's instalment on day 15, and missed when the three days of grace are over.</summary>
    [Fact]
    public async Task A_payment_plan_that_is_kept_to_with_the_days_of_grace_moves_nobody()
    {
        await using var changed = await ByTypeAsync();
        var customer = await PortalCustomerAsync(server);
        await _help.PlayAsync(customer.Usn, (0, "", "Settled", ""), (0, "invoice 100", "Settled", ""));
        var invoice = await server.QueryAsync<string>("SELECT number FROM financial_transaction WHERE account_usn = $1", customer.Usn);
        await _help.RunOnAsync<PaymentPlans, PaymentPlan>(plans =>
            plans.CreateAsync(new NewPaymentPlan(customer.Usn, [invoice], 1, _help.Today.AddDays(15)), CancellationToken.None)
        );
        await _help.PlayAsync(customer.Usn, (16, "", "Settled", ""), (18, "", "Settled", ""));
        Assert.Equal(2, await TermsAsync(customer.Usn));
        await _help.PlayAsync(customer.Usn, (1, "", "Missed", "notice-final"));
        Assert.Equal(4, await TermsAsync(customer.Usn));
    }

    [Fact]
    public async Task A_dry_run_shows_the_move_and_does_not_make_it()
    {
        var customer = await PortalCustomerAsync(server);
        await _help.DoAsync(customer.Usn, "responsive 1");
        await _help.DoAsync(customer.Usn, "invoice 100");
        Assert.Contains($"{customer.Usn} Settled -> Missed: notice notice-final; moved to Missed terms", await _help.PreviewAsync(15));
        Assert.Equal(1, await TermsAsync(customer.Usn));
        Assert.DoesNotContain(await server.MessagesAsync(customer.Usn), message => message.Type == "AccountUpdated");
    }

    [Fact]
    public async Task Responsive_terms_that_are_not_there_and_accounts_out_of_reach_are_refused()
    {
        var customer = await PortalCustomerAsync(server);
        var refused = await Assert.ThrowsAsync<SmileException>(() => _help.DoAsync(customer.Usn, "responsive 99"));
        Assert.Contains("[responsiveTerms=99]", refused.Message, StringComparison.Ordinal);
        await using var scope = server.Services.CreateAsyncScope();
        scope
            .ServiceProvider.GetRequiredService<StageSessionHolder>()
            .Use(
                server.Stage,
                new Caller(new Usn("1"), new Usn("2"), AllAccounts: false, ViewPassword: false, OrderAllPackages: false, new HashSet<int>())
            );
        await Assert.ThrowsAsync<SmileException>(() =>
            scope
                .ServiceProvider.GetRequiredService<ResponsiveTermsChoice>()
                .ChooseResponsiveTermsAsync(customer.Usn, 1, CancellationToken.None)
        );
        Assert.True(await server.QueryAsync<bool>("SELECT responsive_terms_id IS NULL FROM account WHERE usn = $1", customer.Usn));
    }

    private Task<ChangedCatalogue> ByTypeAsync() =>
        ChangedCatalogue.ApplyAsync(
            server,
            content =>
                content with
                {
                    ResponsiveTerms =
                    [
                        .. content.ResponsiveTerms,
                        new ResponsiveTermsItem(2, "By type", [1], 2, [new ResponsiveTermsRule(1, 2m, 1, 6, 4)]),
                    ],
                }
        );

    private Task<int> TermsAsync(string usn) => server.QueryAsync<int>("SELECT account_terms_id FROM account WHERE usn = $1", usn);
}
