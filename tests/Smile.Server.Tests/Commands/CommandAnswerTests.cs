using Smile.Cli;
using Smile.Kernel;
using Smile.Server.Tests.Fixture;
using static Smile.Server.Tests.Fixture.Money;
using static Smile.Server.Tests.Fixture.Orders;

namespace Smile.Server.Tests.Commands;

/// <summary>What commands say that they have done: to whom, and what an operator would look at next.</summary>
[Collection(ServerTests.Name)]
public sealed class CommandAnswerTests(ServerFixture server)
{
    private DateOnly Today => server.Stage.Catalogue.Zone("Australia/Sydney").DateOf(server.Clock.GetUtcNow());

    [Fact]
    public async Task A_transaction_is_told_with_the_balance_that_it_leaves()
    {
        var account = await NewAccountAsync(server);
        var (usn, number, due) = (account.Usn, await account.InvoiceAsync(40m), Today.AddYears(1));
        await SaysAsync(
            $"transaction reopen {number}",
            $"Invoice {number} over 40.00 AUD is open and not on the balance of account {usn}, which is 0.00 AUD now."
        );
        await SaysAsync(
            $"transaction update {number} --due {due:yyyy-MM-dd} --comment Postponed",
            $"Invoice {number} over 40.00 AUD of account {usn} is due on {due:yyyy-MM-dd} and has the comment 'Postponed'."
        );
        await SaysAsync(
            $"transaction close {number}",
            $"Invoice {number} over 40.00 AUD is closed and on the balance of account {usn}, which is 40.00 AUD now."
        );
        await RefusesAsync($"transaction update {number}", "Say what to change");
        var deleted = await account.InvoiceAsync(5m);
        await SaysAsync(
            $"transaction delete {deleted}",
            $"Invoice {deleted} over 5.00 AUD is deleted and not on the balance of account {usn}, which is 40.00 AUD now."
        );
        Assert.Matches(
            $"^ItemisedCredit [0-9]+ over -88.00 AUD is closed and on the balance of account {usn}, which is -48.00 AUD now.$",
            await GiveAsync($"transaction raise ItemisedCredit {usn} --charge cst=80.00=Refund --gst")
        );
        await RefusesAsync($"transaction raise ItemisedCredit {usn} --charge cst=-5", "is more than zero and has at most 2 decimals");
    }

    [Fact]
    public async Task An_allocation_is_told_with_what_it_leaves()
    {
        var (account, other) = (await NewAccountAsync(server), await NewAccountAsync(server));
        var (payer, debtor) = (account.Usn, other.Usn);
        var (own, credit, invoice) = (await account.InvoiceAsync(40m), await account.AdjustAsync(-10m), await other.InvoiceAsync(6m));
        await account.AllocateAsync(credit, (own, "10"));
        await RefusesAsync($"transaction allocate {credit} {invoice}", "At most 0");
        await SaysAsync(
            $"transaction deallocate {own} {credit}",
            $"Transactions {own} and {credit} of account {payer} settle nothing of each other any more;"
                + $" unallocated are 40.00 AUD of {own} and -10.00 AUD of {credit}."
        );
        await RefusesAsync($"transaction allocate {credit} {invoice} --amount 1.005", "has at most 2 decimals");
        await SaysAsync(
            $"transaction allocate {credit} {invoice}",
            $"6.00 AUD of transaction {credit} of account {payer} settle transaction {invoice} of account {debtor};"
                + $" unallocated are -4.00 AUD of {credit} and 0.00 AUD of {invoice}."
        );
        Assert.Matches(
            $@"^25\.00 AUD went from account {payer} \(transaction \d+\) to account {debtor} \(transaction \d+\);"
                + " their balances are 61.00 AUD and -25.00 AUD now.$",
            await GiveAsync($"transaction transfer {payer} {debtor} 25")
        );
        var debt = await GiveAsync($"transaction transfer {payer} {debtor} -5");
        Assert.StartsWith($"A debt of 5.00 AUD went from account {payer} ", debt, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_cycle_is_told_with_its_first_period()
    {
        var usn = (await PortalCustomerAsync(server)).Usn;
        var begin = new DateOnly(Today.Year, Today.Month, 1);
        var period = $"beginning with the period {begin:yyyy-MM-dd} to {begin.AddMonths(1).AddDays(-1):yyyy-MM-dd}.";
        await SaysAsync($"account cycle {usn} --type Monthly --day 1", $"Account {usn} is billed monthly, from day 1, {period}");
        await SaysAsync(
            $"account cycle {usn} --type Anniversary --day 1",
            $"Account {usn} is billed by its anniversary, from day 1 of the month, {period}"
        );
        await SaysAsync(
            $"account cycle {usn} --type Monthly --day 1 --rating-type Monthly --rating-day 15",
            $"Account {usn} is billed monthly, from day 1, and rated monthly, from day 15, {period}"
        );
    }

    /// <summary>None of them is left unread: a table is of a custom cycle, a day may be of two others.</summary>
    [Fact]
    public async Task A_cycle_is_refused_where_it_is_not_said_which()
    {
        var cycle = $"account cycle {(await PortalCustomerAsync(server)).Usn}";
        await RefusesAsync(cycle, "Say which cycle: --type Monthly --day 1");
        await RefusesAsync($"{cycle} --rating-type Monthly --rating-day 1", "Say which cycle: --type Monthly --day 1");
        await RefusesAsync($"{cycle} --day 1", "Say which: --type Monthly or --type Anniversary.");
        await RefusesAsync($"{cycle} --type Anniversary --rating-day 1", "Say which: --rating-type Monthly or --rating-type Anniversary.");
        await RefusesAsync($"{cycle} --cycle Nowhere", "There is no such table of periods");
        await RefusesAsync($"{cycle} --type Anniversary --rating-cycle Nowhere", "There is no such table of periods");
        await RefusesAsync($"{cycle} --cycle Quarters --day 1", "a custom cycle has none");
    }

    [Fact]
    public async Task What_is_chosen_for_an_account_is_told()
    {
        var (usn, payer) = ((await PortalCustomerAsync(server)).Usn, (await PortalCustomerAsync(server)).Usn);
        await SaysAsync(
            $"account invoicee {usn} {payer}",
            $"The invoices of account {usn} are addressed and sent to account {payer} from now on; the debt stays its own."
        );
        await SaysAsync($"account invoicee {usn} none", $"Account {usn} gets its own invoices from now on.");
        await SaysAsync(
            $"account responsive-terms {usn} 1",
            $"Account {usn} is on the responsive terms Good payers: the next credit control run chooses its account terms by them."
        );
        await SaysAsync(
            $"account responsive-terms {usn} 0",
            $"Account {usn} is on no responsive terms: it stays on the account terms Default terms."
        );
        Assert.Contains(", those of its type: ", await GiveAsync($"account responsive-terms {usn} type"), StringComparison.Ordinal);
        await SaysAsync(
            $"account auto-payment {usn} 2",
            $"From the next invoice of account {usn} on, a payment of its balance is scheduled, where it has stored payment details."
        );
        Assert.EndsWith(", as its account terms say.", await GiveAsync($"account auto-payment {usn} terms"), StringComparison.Ordinal);
        await SaysAsync(
            $"dispute open {usn} --reason Address",
            $"Account {usn} is in dispute: credit control and automatic payments leave it alone until 'smile dispute settle {usn}'."
        );
        await SaysAsync(
            $"dispute settle {usn}",
            $"The dispute of account {usn} is settled: the next credit control run treats it as its terms say."
        );
    }

    [Fact]
    public async Task A_discount_is_told_with_its_days()
    {
        var customer = await PortalCustomerAsync(server);
        var (usn, subscription) = (customer.Usn, customer.Subscriptions[0]);
        var given = $"Discount 458 (Staff) is given to account {usn} for charges of";
        await SaysAsync($"discount assign {usn} 458", $"{given} all days.");
        await SaysAsync($"discount assign {usn} 458 --from 2026-01-01", $"{given} the days from 2026-01-01 on.");
        await SaysAsync($"discount assign {usn} 458 --to 2026-12-31", $"{given} the days through 2026-12-31.");
        await SaysAsync(
            $"discount assign {subscription} 458 --from 2026-01-01 --to 2026-12-31",
            $"Discount 458 (Staff) is given to subscription {subscription} of account {usn} for charges of"
                + " the days from 2026-01-01 to 2026-12-31."
        );
    }

    [Fact]
    public async Task Closed_debtors_are_told_with_their_company()
    {
        try
        {
            await SaysAsync(
                "debtor-close-date set 1 2014-11-30",
                $"The debtors of {server.Stage.Catalogue.Company(1).Name} are closed through 2014-11-30:"
                    + " transactions of these days are neither reopened, changed nor deleted."
            );
        }
        finally
        {
            await server.ExecuteAsync("DELETE FROM debtor_close_date");
        }
    }

    [Fact]
    public async Task A_payment_plan_is_shown_and_its_end_is_told()
    {
        var account = await NewAccountAsync(server);
        var invoice = await account.InvoiceAsync(90m);
        var create = $"payment-plan create {account.Usn} --invoice {invoice} --instalments 9 --first";
        await RefusesAsync($"{create} 2000-01-01", "[first=2000-01-01]. A plan does not begin in the past.");
        var plan = (await GiveAsync($"{create} {Today.AddDays(1):yyyy-MM-dd}"))!.Split(' ')[2].TrimEnd(':');
        var active = $"Payment plan {plan} of account {account.Usn}: Active";
        Assert.StartsWith(active, await GiveAsync($"payment-plan show {plan}"), StringComparison.Ordinal);
        foreach (var change in new[] { "reopen", "delete" })
        {
            await RefusesAsync($"transaction {change} {invoice}", $"Payment plan {plan} pays the transaction. Cancel the plan first.");
        }

        await SaysAsync(
            $"payment-plan cancel {plan}",
            $"Payment plan {plan} of account {account.Usn} is cancelled; no payment of it is scheduled any more."
        );
        Assert.NotNull(await GiveAsync($"transaction reopen {invoice}"));
    }

    [Theory]
    [InlineData("dispatch list")]
    [InlineData("payment list")]
    [InlineData("payment refunds")]
    [InlineData("work list")]
    public async Task What_shows_something_adds_nothing(string line) => Assert.Null(await GiveAsync(line));

    private Task<string?> GiveAsync(string line) => CommandTree.GiveAsync(server, line.Split(' '));

    private async Task SaysAsync(string line, string expected) => Assert.Equal(expected, await GiveAsync(line));

    private async Task RefusesAsync(string line, string expected)
    {
        var refusal = await Assert.ThrowsAnyAsync<Exception>(() => GiveAsync(line));
        Assert.True(refusal is CommandException or SmileException, refusal.ToString());
        Assert.Contains(expected, refusal.Message, StringComparison.Ordinal);
    }
}
