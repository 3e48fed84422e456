using System.Xml.Linq;
using Smile.Cli;
using Smile.Crm;
using Smile.Server.Tests.Fixture;
using static Smile.Server.Tests.Crm.CrmHelp;
using static Smile.Server.Tests.Fixture.Orders;
using static Smile.Server.Tests.Fixture.PaymentHelp;
using static Smile.Server.Tests.Fixture.SoapCaller;

namespace Smile.Server.Tests.Crm;

/// <summary>Raising, reading and updating tickets (guide, lines 16848 to 17520): contract, refusals, who reaches what.</summary>
[Collection(ServerTests.Name)]
public sealed class TicketTests(ServerFixture server)
{
    private CrmHelp Desk => new(server);

    /// <summary>The guide's second example of raiseTicket(), and its answer (lines 17216, 17263).</summary>
    [Fact]
    public async Task The_guides_ticket_to_close_a_subscription_is_answered_as_printed()
    {
        var customer = await PortalCustomerAsync(server);
        var subscription = customer.Subscriptions[1];
        var raised = await server.Administrator.CallAsync(
            "crm",
            "raiseTicket",
            Raising(
                Closing,
                customer.Usn,
                Fields(
                    $"<Reference name=\"subscription\">{subscription}</Reference><Date name=\"closeDate\">2015-11-28</Date>"
                        + "<String name=\"closeReason\">Customer is moving to the US.</String>"
                )
            )
        );
        var number = raised.At("Number")!;
        var expected =
            $"<Ticket xmlns=\"http://xml.inomial.com/smile/2.xsd\"><Number>{number}</Number>"
            + $"<Subject>Close subscription {subscription}</Subject></Ticket>";
        AssertSame(XElement.Parse(expected), raised);
        AssertSame(XElement.Parse(expected), await server.Administrator.CallAsync("crm", "getTicket", P("ticketNumber", number)));
        Assert.Equal("Customer is moving to the US.", (await Desk.FindAsync(customer.Usn, number)).At("Body"));
    }

    /// <summary>The document of getTickets() (line 16920): type and status with their keys, times in the account's zone.</summary>
    [Fact]
    public async Task The_tickets_of_an_account_come_newest_first_and_whole()
    {
        var customer = await PortalCustomerAsync(server);
        var voice = customer.Subscriptions[1];
        var first = await Desk.RaiseAsync(Support, voice, "<Subject>Test ticket</Subject><Body>Test ticket</Body>");
        var second = await Desk.RaiseAsync(
            Refund,
            customer.Usn,
            Fields("<Decimal name=\"RefundAmount\">167.00</Decimal><String name=\"TransactionNumber\">21579610</String>")
        );
        var now = server
            .Clock.GetUtcNow()
            .ToOffset(TimeSpan.FromHours(11))
            .ToString("yyyy-MM-ddTHH:mm:ss.fffzzz", System.Globalization.CultureInfo.InvariantCulture);
        var expected = XElement.Parse(
            $"<TicketList xmlns=\"http://xml.inomial.com/smile/2.xsd\"><Ticket><Number>{second}</Number><Subject>Refund Request</Subject>"
                + "<TicketType key=\"381\">Refund Request</TicketType><TicketStatus key=\"1\">New</TicketStatus>"
                + $"<AccountUSN>{customer.Usn}</AccountUSN><Created>{now}</Created><Opened>{now}</Opened><Properties><Object>"
                + "<String name=\"ReceiptNumber\">1239874213</String><Decimal name=\"RefundAmount\">167.00</Decimal>"
                + "<String name=\"TransactionNumber\">21579610</String></Object></Properties></Ticket>"
                + $"<Ticket><Number>{first}</Number><Subject>Test ticket</Subject><TicketType key=\"370\">Support ticket</TicketType>"
                + $"<TicketStatus key=\"1\">New</TicketStatus><AccountUSN>{customer.Usn}</AccountUSN>"
                + $"<SubscriptionUSN>{voice}</SubscriptionUSN><Body>Test ticket</Body><Created>{now}</Created><Opened>{now}</Opened>"
                + "<Properties><Object><String name=\"supportIssueType\">other</String></Object></Properties></Ticket></TicketList>"
        );
        AssertSame(expected, await server.Administrator.CallAsync("crm", "getTickets", P("usn", customer.Usn)));

        // The guide's example asks with the USN of a subscription, and gets those of its account (lines 16915, 16928).
        AssertSame(expected, await server.Administrator.CallAsync("crm", "getTickets", P("usn", voice)));
    }

    /// <summary>getTemplateTicketDescription() with the guide's template and form (line 17002).</summary>
    [Fact]
    public async Task A_template_is_described_with_its_form()
    {
        var answer = await server.Administrator.CallAsync("crm", "getTemplateTicketDescription", P("templateTicketNumber", Refund));
        AssertSame(
            XElement.Parse(
                "<TemplateTicketDescription xmlns=\"http://xml.inomial.com/smile/2.xsd\"><TemplateTicket><Number>127</Number>"
                    + "<Subject>Refund Request</Subject><TicketType key=\"381\">Refund Request</TicketType>"
                    + "<TicketStatus key=\"1\">New</TicketStatus><Properties><Object><String name=\"ReceiptNumber\">1239874213</String>"
                    + "</Object></Properties></TemplateTicket><Form><Attributes>"
                    + Attribute(469, "RefundAmount", "Refund Amount", "Decimal")
                    + Attribute(468, "ReceiptNumber", "Receipt Number", "String")
                    + Attribute(472, "TransactionNumber", "Refund transaction number", "String")
                    + "</Attributes></Form></TemplateTicketDescription>"
            ),
            answer
        );
        foreach (var unknown in new[] { "128", "100000", "x", "", "127.0" })
        {
            var fault = await server.Administrator.RefusedAsync("crm", "getTemplateTicketDescription", P("templateTicketNumber", unknown));
            Assert.Equal("NoSuchItemException", fault.Element);
        }
    }

    [Theory]
    [InlineData(128, "", "NoSuchTemplateTicketException")]
    [InlineData(Closing, "", "required")]
    [InlineData(Refund, "<String name=\"RefundAmount\">167.00</String>", "holds a Decimal")]
    [InlineData(Refund, "<String name=\"refundAmount\">167.00</String>", "no such field")]
    [InlineData(Refund, "<String name=\"emailAddress\">joe@example.com</String>", "no such field")]
    [InlineData(Support, "<String name=\"supportIssueType\">Weather</String>", "custom collection")]
    [InlineData(Refund, "<String name=\"a\">1</String><String name=\"a\">2</String>", "")]
    public async Task What_cannot_be_raised_is_refused_with_CrmException(int template, string fields, string reason)
    {
        var customer = await PortalCustomerAsync(server);
        var fault = await Desk.RaiseRefusedAsync(template, customer.Usn, Fields(fields));
        Assert.Equal("CrmException", fault.Element);
        Assert.Contains(reason, fault.Message, StringComparison.Ordinal);
        Assert.Empty((await server.Administrator.CallAsync("crm", "getTickets", P("usn", customer.Usn))).AllAt("Ticket"));
    }

    [Fact]
    public async Task A_subject_is_one_line_and_empty_texts_are_none()
    {
        var customer = await PortalCustomerAsync(server);
        Assert.Equal(
            "CrmException",
            (await Desk.RaiseRefusedAsync(Support, customer.Usn, $"<Subject>{new string('x', 201)}</Subject>")).Element
        );
        Assert.Equal("CrmException", (await Desk.RaiseRefusedAsync(Support, customer.Usn, "<Subject>a&#10;b</Subject>")).Element);
        Assert.Equal(
            "CrmException",
            (await Desk.RaiseRefusedAsync(Support, customer.Usn, $"<Body>{new string('x', 20_001)}</Body>")).Element
        );
        var number = await Desk.RaiseAsync(Support, customer.Usn, "<Subject/><Body/>");
        var ticket = await Desk.FindAsync(customer.Usn, number);
        Assert.Equal(("Support call", null), (ticket.At("Subject"), ticket.At("Body")));

        // What a customer writes is no text with places.
        number = await Desk.RaiseAsync(Support, customer.Usn, "<Subject>{{ account }}</Subject>");
        Assert.Equal("{{ account }}", (await Desk.FindAsync(customer.Usn, number)).At("Subject"));
    }

    /// <summary>What is another account's is told as what is not there, in each operation.</summary>
    [Fact]
    public async Task Tickets_of_others_are_as_if_they_were_not_there()
    {
        var (own, other) = (await PortalCustomerAsync(server), await PortalCustomerAsync(server));
        var number = await Desk.RaiseAsync(Support, other.Usn);
        var none = "999999999";
        using var caller = await server.AddUserOfAccountAsync(own.Usn);
        var desk = new CrmHelp(server, caller);
        await RequireSameAsync(usn => caller.RefusedAsync("crm", "getTicket", P("ticketNumber", usn)), number, none, "CrmException");
        await RequireSameAsync(usn => caller.RefusedAsync("crm", "getTickets", P("usn", usn)), other.Usn, "none", "NoSuchItemException");
        await RequireSameAsync(
            usn => caller.RefusedAsync("crm", "getTickets", P("usn", usn)),
            other.Subscriptions[1],
            "none",
            "NoSuchItemException"
        );
        await RequireSameAsync(usn => desk.RaiseRefusedAsync(Support, usn), other.Usn, "none", "CrmException");
        await RequireSameAsync(usn => desk.RaiseRefusedAsync(Support, usn), other.Subscriptions[1], "none", "CrmException");
        await RequireSameAsync(usn => desk.RunRefusedAsync(usn, Take), number, none, "NoSuchItemException");
        await RequireSameAsync(usn => desk.RunRefusedAsync(usn, 99), number, none, "NoSuchItemException");
        await RequireSameAsync(usn => desk.UpdateRefusedAsync(usn, "<Subject>x</Subject>"), number, none, "NoSuchItemException");
        await RequireSameAsync(usn => desk.UpdateRefusedAsync(usn, "<Subject/>"), number, none, "NoSuchItemException");
        await RequireSameAsync(
            usn => desk.AttachRefusedAsync(usn, "<name>x</name><url>https://example.com</url>"),
            number,
            none,
            "NoSuchItemException"
        );
        await RequireSameAsync(usn => desk.AttachRefusedAsync(usn, "<name>x</name>"), number, none, "NoSuchItemException");
        var mine = await desk.RaiseAsync(Support, own.Usn);
        await RequireSameAsync(usn => desk.UpdateRefusedAsync(mine, $"<USN>{usn}</USN>"), other.Usn, "none", "NoSuchItemException");
        await RequireSameAsync(
            usn => desk.UpdateRefusedAsync(mine, $"<USN>{usn}</USN>"),
            other.Subscriptions[1],
            "none",
            "NoSuchItemException"
        );
    }

    [Fact]
    public async Task A_customer_raises_reads_and_answers_tickets_of_the_own_account_and_no_more()
    {
        var customer = await PortalCustomerAsync(server);
        using var caller = await server.AddCustomerAsync(customer.Usn);
        var desk = new CrmHelp(server, caller);
        var number = await desk.RaiseAsync(Support, customer.Subscriptions[1]);
        Assert.Equal(customer.Subscriptions[1], (await desk.FindAsync(customer.Usn, number)).At("SubscriptionUSN"));
        Assert.Equal("AccessException", (await desk.UpdateRefusedAsync(number, "<Subject>x</Subject>")).Element);

        // Actions of the company are as if they were not there.
        await RequireSameAsync(
            action => desk.RunRefusedAsync(number, int.Parse(action, System.Globalization.CultureInfo.InvariantCulture)),
            "10",
            "99",
            "NoSuchItemException"
        );
        Assert.Equal("NoSuchItemException", (await Desk.RunRefusedAsync(number, FinishClosing)).Element);
        Assert.Equal("Closed", (await desk.RunAsync(number, Withdraw)).At("TicketStatus"));
        Assert.Equal("In progress", (await desk.RunAsync(number, Reopen)).At("TicketStatus"));
    }

    [Fact]
    public async Task Numbers_of_templates_and_other_texts_are_no_tickets()
    {
        foreach (var number in new[] { "127", "0", "-100000", "x", "", "99999999999999999999", "100000.5" })
        {
            Assert.Equal("CrmException", (await server.Administrator.RefusedAsync("crm", "getTicket", P("ticketNumber", number))).Element);
            Assert.Equal("NoSuchItemException", (await Desk.RunRefusedAsync(number, Take)).Element);
            Assert.Equal("NoSuchItemException", (await Desk.UpdateRefusedAsync(number, "<Subject>x</Subject>")).Element);
        }
    }

    /// <summary>The guide's update (line 17457): the account of a subscription comes with it, what is not named stays.</summary>
    [Fact]
    public async Task An_update_changes_what_it_names_and_the_account_follows_the_subscription()
    {
        var (from, to) = (await PortalCustomerAsync(server), await PortalCustomerAsync(server));
        var number = await Desk.RaiseAsync(Support, from.Usn, "<Subject>Old</Subject><Body>Old</Body>");
        await Desk.UpdateAsync(
            number,
            $"<Subject>Updated ticket subject</Subject><USN clear=\"false\">{to.Subscriptions[1]}</USN><Body>New ticket body text</Body>"
                + Fields("<String name=\"ModemSerialNumber\">aabbccddeeff</String>")
        );
        Assert.Null(await Desk.FindAsync(from.Usn, number));
        var ticket = await Desk.FindAsync(to.Usn, number);
        Assert.Equal("Updated ticket subject", ticket.At("Subject"));
        Assert.Equal((to.Usn, to.Subscriptions[1]), (ticket.At("AccountUSN"), ticket.At("SubscriptionUSN")));
        Assert.Equal("New ticket body text", ticket.At("Body"));
        Assert.Equal(("other", "aabbccddeeff"), (ticket.Field("supportIssueType"), ticket.Field("ModemSerialNumber")));

        await Desk.UpdateAsync(number, $"<USN>{to.Usn}</USN><Body/>");
        ticket = await Desk.FindAsync(to.Usn, number);
        Assert.Equal((null, null, "Updated ticket subject"), (ticket.At("SubscriptionUSN"), ticket.At("Body"), ticket.At("Subject")));

        // Cleared, it is nobody's: whoever does not reach all accounts does not see it.
        await Desk.UpdateAsync(number, "<USN clear=\"true\"/>");
        Assert.Null(await Desk.FindAsync(to.Usn, number));
        Assert.Equal(
            "Updated ticket subject",
            (await server.Administrator.CallAsync("crm", "getTicket", P("ticketNumber", number))).At("Subject")
        );
        using var caller = await server.AddUserOfAccountAsync(to.Usn);
        Assert.Equal("CrmException", (await caller.RefusedAsync("crm", "getTicket", P("ticketNumber", number))).Element);
        Assert.Null((await Desk.RunAsync(number, Take)).At("AccountUSN"));
        var history = await Desk.HistoryAsync(number);
        Assert.Contains($"Account: {to.Usn}, subscription: {to.Subscriptions[1]}", history, StringComparison.Ordinal);
        Assert.Contains("Account: none", history, StringComparison.Ordinal);
        Assert.Contains("Fields: ModemSerialNumber", history, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("<Subject/>", "InvalidRequestException")]
    [InlineData("<USN>none</USN>", "NoSuchItemException")]
    [InlineData("<USN clear=\"false\"/>", "NoSuchItemException")]
    [InlineData("<Properties><Object><String name=\"x\">y</String></Object></Properties>", "InvalidRequestException")]
    [InlineData("<Properties><Object><Integer name=\"ModemSerialNumber\">7</Integer></Object></Properties>", "InvalidRequestException")]
    [InlineData("<Properties><Object><String name=\"supportIssueType\">y</String></Object></Properties>", "InvalidRequestException")]
    public async Task An_update_that_is_not_valid_changes_nothing(string content, string expected)
    {
        var customer = await PortalCustomerAsync(server);
        var number = await Desk.RaiseAsync(Support, customer.Usn);
        var before = await Desk.FindAsync(customer.Usn, number);
        var subject = content == "<Subject/>" ? "" : "<Subject>x</Subject>";
        Assert.Equal(expected, (await Desk.UpdateRefusedAsync(number, subject + content)).Element);
        Assert.Equal($"{before}", $"{await Desk.FindAsync(customer.Usn, number)}");
    }

    [Fact]
    public async Task An_action_runs_from_its_statuses_alone()
    {
        var customer = await PortalCustomerAsync(server);
        var number = await Desk.RaiseAsync(Support, customer.Usn);
        var taken = await Desk.RunAsync(number, Take);
        Assert.Equal(
            ("2", "In progress"),
            (taken!.Element(ContractSchemas.Data + "TicketStatus")!.Attribute("key")!.Value, taken.At("TicketStatus"))
        );
        var fault = await Desk.RunRefusedAsync(number, Take);
        Assert.Equal("NoSuchItemException", fault.Element);
        Assert.Contains(
            "The ticket has the status 'In progress'. The action 'Take' is for 'New'.",
            fault.Message,
            StringComparison.Ordinal
        );

        // An action of other types, and one that there is not.
        Assert.Contains("no such action", (await Desk.RunRefusedAsync(number, GiveToChris)).Message, StringComparison.Ordinal);
        Assert.Contains("no such action", (await Desk.RunRefusedAsync(number, 99)).Message, StringComparison.Ordinal);
        var closed = await Desk.RunAsync(number, CloseTicket);
        Assert.NotNull(closed.At("Closed"));
        Assert.Null((await Desk.RunAsync(number, Reopen)).At("Closed"));
    }

    [Fact]
    public async Task Of_parallel_actions_one_wins_and_the_others_are_told_the_status()
    {
        var customer = await PortalCustomerAsync(server);
        for (var round = 0; round < 5; round++)
        {
            var number = await Desk.RaiseAsync(Support, customer.Usn);
            var wrapper = Wrapper("runTicketAction", [P("ticketNumber", number), P("ticketAction", Take)]);
            var faults = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => server.Administrator.TryAsync("crm", wrapper)));
            Assert.Single(faults, fault => fault is null);
            Assert.All(
                faults.OfType<SoapFault>(),
                fault => Assert.Contains("has the status 'In progress'", fault.Message, StringComparison.Ordinal)
            );
            Assert.Equal(1, (await Desk.HistoryAsync(number)).Split('\n').Count(line => line == "Action: Take"));
        }
    }

    /// <summary>Tickets move between accounts while actions run: each call is whole, and none waits for another for ever.</summary>
    [Fact]
    public async Task Tickets_that_move_to_and_fro_under_parallel_actions_stay_whole()
    {
        var (one, other) = (await PortalCustomerAsync(server), await PortalCustomerAsync(server));
        var numbers = new[] { await Desk.RaiseAsync(Visit, one.Usn), await Desk.RaiseAsync(Visit, other.Usn) };
        var calls =
            from round in Enumerable.Range(0, 6)
            from number in numbers
            from owner in new[] { one.Usn, other.Subscriptions[1] }
            select Wrapper("updateTicket", [P("ticketNumber", number), Document($"<TicketUpdate><USN>{owner}</USN></TicketUpdate>")]);
        var faults = await Task.WhenAll(calls.Select(call => server.Administrator.TryAsync("crm", call)));
        Assert.All(faults, Assert.Null);
        foreach (var number in numbers)
        {
            var owners = new[] { await Desk.FindAsync(one.Usn, number), await Desk.FindAsync(other.Usn, number) };
            var ticket = Assert.Single(owners.OfType<XElement>());
            Assert.Equal(ticket.At("AccountUSN") == other.Usn ? other.Subscriptions[1] : null, ticket.At("SubscriptionUSN"));
        }
    }

    [Fact]
    public async Task An_accounts_logins_cannot_fill_the_desk()
    {
        var customer = await PortalCustomerAsync(server);
        var number = await Desk.RaiseAsync(Support, customer.Usn);
        await server.ExecuteAsync(
            "INSERT INTO ticket SELECT nextval('ticket_number'), template_number, type_id, status_id, group_id, operator_usn, account_usn, "
                + "subscription_usn, subject, body, properties, escalations, created, opened, closed, changed_by "
                + "FROM ticket, generate_series(1, 205) WHERE number = $1",
            long.Parse(number, System.Globalization.CultureInfo.InvariantCulture)
        );
        using var caller = await server.AddCustomerAsync(customer.Usn);
        Assert.Contains(
            "200 open tickets",
            (await new CrmHelp(server, caller).RaiseRefusedAsync(Support, customer.Usn)).Message,
            StringComparison.Ordinal
        );

        // The company's people go on, and a list of more than a page is whole.
        await Desk.RaiseAsync(Support, customer.Usn);
        var numbers = (await server.Administrator.CallAsync("crm", "getTickets", P("usn", customer.Usn)))
            .AllAt("Ticket")
            .Select(ticket => long.Parse(ticket.At("Number")!, System.Globalization.CultureInfo.InvariantCulture))
            .ToList();
        Assert.Equal(207, numbers.Distinct().Count());
        Assert.Equal(numbers.OrderDescending(), numbers);
    }

    [Fact]
    public async Task Operators_list_show_and_assign_tickets()
    {
        var customer = await PortalCustomerAsync(server);
        var dora = await Desk.OperatorAsync("dora");
        var number = await Desk.RaiseAsync(Support, customer.Usn);
        await RunAsync<TicketAdministration, bool>(
            server,
            async tickets =>
            {
                await tickets.AssignAsync(number, "Managers", "dora@desk.example.com", default);
                return true;
            }
        );
        var listed = Assert.Single(
            await RunAsync<TicketAdministration, IReadOnlyList<ListedTicket>>(
                server,
                tickets => tickets.ListAsync(customer.Usn, "324", false, 10, default)
            )
        );
        Assert.Equal(("Managers", "dora@desk.example.com", "New"), (listed.GroupName, listed.OperatorName, listed.Shown.StatusName));
        Assert.Equal(dora, listed.Shown.Ticket.OperatorUsn!.Value.Value);
        var whole = await RunAsync<TicketAdministration, WholeTicket>(server, tickets => tickets.ShowAsync(number, default));
        Assert.Contains(whole.Notes, note => note.Text == "Operator: dora@desk.example.com");
        await Desk.RunAsync(number, CloseTicket);
        Assert.Empty(
            await RunAsync<TicketAdministration, IReadOnlyList<ListedTicket>>(
                server,
                tickets => tickets.ListAsync(customer.Usn, null, false, 10, default)
            )
        );
    }

    private static string Attribute(int id, string name, string label, string kind) =>
        $"<Attribute><Required>false</Required><Label>{label}</Label><Visibility>VisibleAndEditable</Visibility><AttributeType>"
        + $"<AttributeType>{id}</AttributeType><Name>{name}</Name><Label>{label}</Label><SmileObjectXMLType type=\"{kind}\"/>"
        + "</AttributeType></Attribute>";

    /// <summary>Two things are refused by the same fault and in the same words, but for their names.</summary>
    private static async Task RequireSameAsync(Func<string, Task<SoapFault>> call, string foreign, string unknown, string expected)
    {
        var (one, other) = (await call(foreign), await call(unknown));
        Assert.Equal((expected, expected), (one.Element, other.Element));
        Assert.Equal(
            other.Message.Replace(unknown, "X", StringComparison.Ordinal),
            one.Message.Replace(foreign, "X", StringComparison.Ordinal)
        );
    }
}
