using System.Globalization;
using System.Xml.Linq;
using Smile.Cli;
using Smile.Server.Tests.Fixture;
using static Smile.Server.Tests.Crm.CrmHelp;
using static Smile.Server.Tests.Fixture.Orders;
using static Smile.Server.Tests.Fixture.SoapCaller;

namespace Smile.Server.Tests.Crm;

/// <summary>Tickets from the first status to the last: mails, escalations and days that are waited for. Its clock passes weeks.</summary>
public sealed class TicketWorkflowTests(ServerFixture server) : IClassFixture<ServerFixture>, IAsyncLifetime
{
    private readonly CreditControlHelp _mail = new(server);

    private CrmHelp Desk => new(server);

    public Task InitializeAsync() => _mail.InitializeAsync();

    public Task DisposeAsync() => _mail.DisposeAsync();

    /// <summary>The example's support ticket: raised, asked about, answered and closed, with mail at each step.</summary>
    [Fact]
    public async Task A_support_ticket_goes_its_way_with_mails_of_its_number()
    {
        var customer = await PortalCustomerAsync(server);
        var voice = customer.Subscriptions[1];
        var number = await Desk.RaiseAsync(Support, voice, "<Subject>No dial tone</Subject><Body>{{ account }} since noon.</Body>");
        Assert.Equal(2, await _mail.DispatchAsync());
        var mails = await _mail.Mail.ReceiveMailsAsync(2, $"[Ticket {number}]");
        var toCustomer = Assert.Single(mails, mail => mail.Contains("To: joe@example.com", StringComparison.OrdinalIgnoreCase));
        Assert.Contains($"Subject: [Ticket {number}] No dial tone", toCustomer, StringComparison.Ordinal);
        Assert.Contains($"we have your request and call it ticket {number}", Plain(toCustomer), StringComparison.Ordinal);
        Assert.Contains("Dear Joe Smith,", toCustomer, StringComparison.Ordinal);

        // What the customer wrote is not read for places.
        var toGroup = Assert.Single(mails, mail => mail.Contains("To: help@desk.example.com", StringComparison.OrdinalIgnoreCase));
        Assert.Contains("{{ account }} since noon.", Plain(toGroup), StringComparison.Ordinal);

        // Mail to the customer is announced, mail to colleagues is not (guide, line 21766).
        var message = Assert.Single(await server.MessagesAsync(customer.Usn), each => each.Type == "CorrespondenceSent");
        Assert.Equal(("SmileTicket", voice), (message.Topic, message.Headers["subscriptionUsn"]));
        Assert.Equal($"[Ticket {number}] No dial tone", XElement.Parse(message.Body).At("Email/subject"));

        await Desk.RunAsync(number, Take);
        Assert.Equal("Waiting for customer", (await Desk.RunAsync(number, Ask)).At("TicketStatus"));
        using var caller = await server.AddCustomerAsync(customer.Usn);
        Assert.Equal("In progress", (await new CrmHelp(server, caller).RunAsync(number, Answer)).At("TicketStatus"));
        server.Clock.Advance(TimeSpan.FromHours(1));
        var closed = await Desk.RunAsync(number, CloseTicket);
        Assert.Equal(
            server.Clock.GetUtcNow(),
            DateTimeOffset.Parse(closed.At("Closed")!, CultureInfo.InvariantCulture),
            TimeSpan.FromMilliseconds(1)
        );
        await _mail.DispatchAsync();
        await _mail.Mail.ReceiveMailsAsync(4, $"[Ticket {number}]");
        Assert.Equal(
            "Raised from template 123: New|Mailed to the customer|Mailed to the group Help desk|Action: Take|Status: New → In progress|"
                + "Action: Ask the customer|Status: In progress → Waiting for customer|Mailed to the customer|"
                + "We have asked for an answer.|Action: The customer has answered|Status: Waiting for customer → In progress|"
                + "Mailed to the group Help desk|Action: Close ticket|Status: In progress → Closed|Your ticket is closed.|"
                + "Mailed to the customer",
            string.Join('|', (await Desk.HistoryAsync(number)).Split('\n').Select(line => line.Split(": [")[0]))
        );
    }

    [Fact]
    public async Task A_letter_fails_without_an_address_and_is_not_announced()
    {
        var customer = await PortalCustomerAsync(server);
        await server.ExecuteAsync(
            "UPDATE account SET properties = (SELECT jsonb_agg(field) FROM jsonb_array_elements(properties) field "
                + "WHERE field ->> 'n' <> 'emailAddress') WHERE usn = $1",
            customer.Usn
        );
        await Desk.RaiseAsync(Support, customer.Usn);
        await _mail.DispatchAsync();
        Assert.Equal(
            "Failed The account has no email address.",
            await server.QueryAsync<string>(
                "SELECT status || ' ' || last_error FROM dispatch_item WHERE account_usn = $1 AND address IS NULL",
                customer.Usn
            )
        );
        Assert.DoesNotContain(await server.MessagesAsync(customer.Usn), each => each.Type == "CorrespondenceSent");
    }

    /// <summary>Four working hours after it was opened on a Friday afternoon: the rest of the day, and some of Saturday.</summary>
    [Fact]
    public async Task A_ticket_that_nobody_takes_care_of_escalates_in_working_time()
    {
        Go("2015-01-23T16:00:00+11:00");
        var customer = await PortalCustomerAsync(server);
        var number = await Desk.RaiseAsync(Support, customer.Usn);
        await Desk.RunAsync(number, Take);

        // Two hours of Friday, and two of Saturday from nine.
        Go("2015-01-24T10:59:00+11:00");
        await server.CarryOutDueWorkAsync();
        Assert.Equal(323, await GroupAsync(number));
        Go("2015-01-24T11:00:00+11:00");
        await server.CarryOutDueWorkAsync();
        Assert.Equal(Technicians, await GroupAsync(number));
        Assert.Contains("Escalated after 240 working minutes", await Desk.HistoryAsync(number), StringComparison.Ordinal);
        await _mail.DispatchAsync();
        await _mail.Mail.ReceiveMailsAsync(1, $"[Ticket {number}] Escalated: Support call");

        // Two days of eight hours of the technicians, who begin on Monday.
        Go("2015-01-27T16:59:00+11:00");
        await server.CarryOutDueWorkAsync();
        Assert.Equal(Technicians, await GroupAsync(number));
        Go("2015-01-27T17:00:00+11:00");
        await server.CarryOutDueWorkAsync();
        Assert.Equal(324, await GroupAsync(number));

        // There is nobody above.
        Go("2015-03-02T17:00:00+11:00");
        await server.CarryOutDueWorkAsync();
        Assert.Equal(324, await GroupAsync(number));
    }

    [Fact]
    public async Task What_waits_for_the_customer_or_is_closed_does_not_escalate_and_begins_anew_when_it_is_answered()
    {
        Go("2015-03-10T09:00:00+11:00");
        var customer = await PortalCustomerAsync(server);
        var (waiting, closed) = (await Desk.RaiseAsync(Support, customer.Usn), await Desk.RaiseAsync(Support, customer.Usn));
        await Desk.RunAsync(waiting, Ask);
        await Desk.RunAsync(closed, Withdraw);
        Go("2015-03-12T09:00:00+11:00");
        await server.CarryOutDueWorkAsync();
        Assert.Equal((323, 323), (await GroupAsync(waiting), await GroupAsync(closed)));
        await Desk.RunAsync(waiting, Answer);
        Go("2015-03-12T12:59:00+11:00");
        await server.CarryOutDueWorkAsync();
        Assert.Equal(323, await GroupAsync(waiting));

        // The break at noon is no working time.
        Go("2015-03-12T13:30:00+11:00");
        await server.CarryOutDueWorkAsync();
        Assert.Equal((Technicians, 323), (await GroupAsync(waiting), await GroupAsync(closed)));
    }

    [Fact]
    public async Task A_closing_waits_for_its_day_and_cancels_the_subscription_on_it()
    {
        Go("2015-04-01T10:00:00+11:00");
        var customer = await PortalCustomerAsync(server);
        var voice = customer.Subscriptions[1];
        var number = await Desk.RaiseAsync(Closing, voice, ClosingOf(voice, "2015-04-06"));
        Assert.Equal("Scheduled", (await Desk.RunAsync(number, ApproveClosing)).At("TicketStatus"));

        // The day begins after the clocks have gone back.
        Go("2015-04-05T23:59:00+10:00");
        await server.CarryOutDueWorkAsync();
        Assert.Equal("Scheduled", await Desk.StatusAsync(customer.Usn, number));
        Go("2015-04-06T00:00:00+10:00");
        await server.CarryOutDueWorkAsync();
        var ticket = await Desk.FindAsync(customer.Usn, number);
        Assert.Equal("Closed", ticket.At("TicketStatus"));
        var message = Assert.Single(await server.MessagesAsync(customer.Usn), each => each.Type == "SubscriptionClosed");
        Assert.Contains(voice, message.Headers.Values);
        Assert.Contains($"Subscription {voice}: cancelled", await Desk.HistoryAsync(number), StringComparison.Ordinal);
        await _mail.DispatchAsync();
        var mails = await _mail.Mail.ReceiveMailsAsync(1, $"[Ticket {number}]");
        Assert.Contains($"subscription {voice} is closed", Plain(mails[^1]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_withdrawn_closing_is_not_carried_out_and_one_that_moves_is_for_its_new_account()
    {
        Go("2015-05-01T10:00:00+10:00");
        var (customer, other) = (await PortalCustomerAsync(server), await PortalCustomerAsync(server));
        var (voice, others) = (customer.Subscriptions[1], other.Subscriptions[1]);
        var withdrawn = await Desk.RaiseAsync(Closing, voice, ClosingOf(voice, "2015-05-03"));
        await Desk.RunAsync(withdrawn, ApproveClosing);
        using var caller = await server.AddCustomerAsync(customer.Usn);
        Assert.Equal("Closed", (await new CrmHelp(server, caller).RunAsync(withdrawn, 16)).At("TicketStatus"));
        var moved = await Desk.RaiseAsync(Closing, voice, ClosingOf(voice, "2015-05-03"));
        await Desk.RunAsync(moved, ApproveClosing);

        // What its field refers to is the old account's, and goes with it.
        var stays = await Desk.UpdateRefusedAsync(moved, $"<USN>{others}</USN>");
        Assert.Contains($"[subscription={voice}]", stays.Message, StringComparison.Ordinal);
        await Desk.UpdateAsync(moved, $"<USN>{others}</USN>" + Fields($"<Reference name=\"subscription\">{others}</Reference>"));
        Go("2015-05-03T00:00:00+10:00");
        await server.CarryOutDueWorkAsync();
        Assert.DoesNotContain(await server.MessagesAsync(customer.Usn), each => each.Type == "SubscriptionClosed");
        Assert.Single(await server.MessagesAsync(other.Usn), each => each.Type == "SubscriptionClosed");
    }

    [Fact]
    public async Task A_step_that_cannot_be_done_leaves_the_ticket_as_it_was()
    {
        var customer = await PortalCustomerAsync(server);
        var voice = customer.Subscriptions[1];
        var number = await Desk.RaiseAsync(Support, voice);
        await Desk.RunAsync(number, Suspend);
        Assert.Contains("SubscriptionSuspended", (await server.MessagesAsync(customer.Usn)).Select(message => message.Type));
        var before = await Desk.HistoryAsync(number);
        var fault = await Desk.RunRefusedAsync(number, Suspend);
        Assert.Equal(("NoSuchItemException", true), (fault.Element, fault.Message.Contains("already suspended", StringComparison.Ordinal)));
        Assert.Equal(before, await Desk.HistoryAsync(number));
        await Desk.RunAsync(number, Resume);

        // What credit control has suspended, no ticket resumes.
        await Desk.RunAsync(number, Suspend);
        await server.ExecuteAsync("UPDATE subscription SET suspended_by_credit_control = true WHERE usn = $1", voice);
        Assert.Contains("Credit control", (await Desk.RunRefusedAsync(number, Resume)).Message, StringComparison.Ordinal);

        // A ticket about the account alone has no subscription to suspend.
        var account = await Desk.RaiseAsync(Support, customer.Usn);
        Assert.Contains("no subscription", (await Desk.RunRefusedAsync(account, Suspend)).Message, StringComparison.Ordinal);
    }

    /// <summary>The guide's closing ticket (line 17216) is about an account, and its field says which subscription.</summary>
    [Fact]
    public async Task A_closing_of_an_account_closes_the_subscription_that_its_field_names()
    {
        var customer = await PortalCustomerAsync(server);
        var voice = customer.Subscriptions[1];
        var closing = await Desk.RaiseAsync(Closing, customer.Usn, ClosingOf(voice, "2015-01-01"));
        await Desk.RunAsync(closing, ApproveClosing);
        await server.CarryOutDueWorkAsync();
        Assert.Equal("Closed", await Desk.StatusAsync(customer.Usn, closing));
        var message = Assert.Single(await server.MessagesAsync(customer.Usn), each => each.Type == "SubscriptionClosed");
        Assert.Contains(voice, message.Headers.Values);
        Assert.Contains($"Subscription {voice}: cancelled", await Desk.HistoryAsync(closing), StringComparison.Ordinal);

        // What is closed is not closed again: that is told when the action is run, not on the day.
        var again = await Desk.RaiseAsync(Closing, customer.Usn, ClosingOf(voice, "2015-01-01"));
        Assert.Contains("closed", (await Desk.RunRefusedAsync(again, ApproveClosing)).Message, StringComparison.Ordinal);
        Assert.Equal("New", await Desk.StatusAsync(customer.Usn, again));
        await server.ExecuteAsync(
            "UPDATE ticket SET account_usn = NULL WHERE number = $1",
            long.Parse(again, CultureInfo.InvariantCulture)
        );
        var nobodys = await Desk.RunRefusedAsync(again, ApproveClosing);
        Assert.Contains("no subscription of its account", nobodys.Message, StringComparison.Ordinal);
    }

    /// <summary>A field never names what is somebody else's, and what there is looks like what there is not.</summary>
    [Fact]
    public async Task A_field_refers_to_a_subscription_of_the_tickets_own_account_alone()
    {
        var (customer, other) = (await PortalCustomerAsync(server), await PortalCustomerAsync(server));
        var (first, voice, others) = (customer.Subscriptions[0], customer.Subscriptions[1], other.Subscriptions[1]);
        using var caller = await server.AddCustomerAsync(customer.Usn);
        foreach (var desk in new[] { Desk, new CrmHelp(server, caller) })
        {
            // By the account, and by a subscription that is another than the one that is named.
            foreach (
                var (about, named) in new[] { (customer.Usn, others), (customer.Usn, "987654321"), (customer.Usn, "nope"), (voice, first) }
            )
            {
                var refused = await desk.RaiseRefusedAsync(Closing, about, ClosingOf(named, "2027-06-17"));
                Assert.Equal("CrmException", refused.Element);
                Assert.Contains(
                    $"[subscription={named}]. The ticket's account has no such subscription, or the ticket is about another.",
                    refused.Message,
                    StringComparison.Ordinal
                );
            }
        }

        var number = await Desk.RaiseAsync(Closing, voice, ClosingOf(voice, "2027-06-17"));
        foreach (var named in new[] { others, first, "nope" })
        {
            var refused = await Desk.UpdateRefusedAsync(number, Fields($"<Reference name=\"subscription\">{named}</Reference>"));
            Assert.Contains($"[subscription={named}]", refused.Message, StringComparison.Ordinal);
        }
    }

    /// <summary>A ticket is no way round: what its operator may not change, its steps do not change for him.</summary>
    [Fact]
    public async Task A_step_does_not_change_a_login_that_may_do_more_than_the_operator()
    {
        var customer = await PortalCustomerAsync(server);
        var name = server.Unique("strong");
        using var strong = await server.AddUserAsync(new ApiUser(name, "strong-password", customer.Usn, true, true, false, []));
        var login = await server.QueryAsync<string>("SELECT usn FROM subscription WHERE username = $1", name);
        var number = await Desk.RaiseAsync(Support, login);
        using var weaker = await server.AddUserAsync(
            new ApiUser(server.Unique("desk"), "fixture-password-5", null, true, false, false, [])
        );
        var desk = new CrmHelp(server, weaker);
        Assert.Equal("AccessException", (await desk.RunRefusedAsync(number, Suspend)).Element);
        await Desk.RunAsync(number, Suspend);
        Assert.Equal("AccessException", (await desk.RunRefusedAsync(number, Resume)).Element);
        await Desk.RunAsync(number, Resume);
        await strong.CallAsync("order", "echo", P("value", "x"));
    }

    [Fact]
    public async Task A_ticket_is_given_to_an_operator_who_has_a_login()
    {
        var customer = await PortalCustomerAsync(server);
        var number = await Desk.RaiseAsync(Visit, customer.Usn);
        await Desk.RunAsync(number, GiveToChris);
        Assert.Contains("Operator: not chris@desk.example.com", await Desk.HistoryAsync(number), StringComparison.Ordinal);
        var chris = await Desk.OperatorAsync("chris");
        await Desk.RunAsync(await Desk.RaiseAsync(Visit, customer.Usn), GiveToChris);
        Assert.Equal(
            1L,
            await server.QueryAsync<long>("SELECT count(*) FROM ticket WHERE operator_usn = $1 AND account_usn = $2", chris, customer.Usn)
        );
    }

    private static string ClosingOf(string subscription, string day) =>
        Fields($"<Reference name=\"subscription\">{subscription}</Reference><Date name=\"closeDate\">{day}</Date>");

    private static string Plain(string mail) => mail.ReplaceLineEndings("\n").Replace("=\n", "", StringComparison.Ordinal);

    private void Go(string time) => server.Clock.MoveTo(DateTimeOffset.Parse(time, CultureInfo.InvariantCulture));

    private Task<int> GroupAsync(string number) =>
        server.QueryAsync<int>("SELECT group_id FROM ticket WHERE number = $1", long.Parse(number, CultureInfo.InvariantCulture));
}
