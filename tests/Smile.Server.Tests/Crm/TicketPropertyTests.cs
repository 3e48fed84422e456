using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using Smile.Server.Tests.Fixture;
using static Smile.Server.Tests.Crm.CrmHelp;
using static Smile.Server.Tests.Fixture.Orders;
using static Smile.Server.Tests.Fixture.SoapCaller;

namespace Smile.Server.Tests.Crm;

/// <summary>
/// Random lives of tickets: whatever people, customers and the clock do in whatever order, what belongs to a ticket fits its status. It
/// has a server of its own: its clock passes months.
/// </summary>
public sealed class TicketPropertyTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    private const int Lives = 12;
    private const int Steps = 25;

    private static readonly int[] Templates = [Support, Visit, Closing, Refund];
    private static readonly int[] Actions =
    [
        Take,
        Ask,
        Answer,
        CloseTicket,
        Withdraw,
        Reopen,
        16,
        ApproveClosing,
        Suspend,
        Resume,
        GiveToChris,
    ];

    private enum What
    {
        Raise,
        Book,
        Act,
        ActAsCustomer,
        Move,
        Pass,
    }

    /// <param name="Choice">Which ticket, template, action or account: taken modulo what there is.</param>
    private sealed record Step(What What, int Choice, int Other);

    [Fact]
    public async Task What_belongs_to_a_ticket_fits_its_status()
    {
        var chris = await new CrmHelp(server).OperatorAsync("chris");
        var steps = (
            from what in Gen.Frequency(
                (3, Gen.Constant(What.Raise)),
                (2, Gen.Constant(What.Book)),
                (9, Gen.Constant(What.Act)),
                (4, Gen.Constant(What.ActAsCustomer)),
                (2, Gen.Constant(What.Move)),
                (5, Gen.Constant(What.Pass))
            )
            from choice in Gen.Choose(0, 1000)
            from other in Gen.Choose(0, 1000)
            select new Step(what, choice, other)
        ).ListOf(Steps);
        Prop.ForAll(Arb.From(steps), life => LiveAsync(chris, [.. life]).GetAwaiter().GetResult())
            .Check(Config.QuickThrowOnFailure.WithMaxTest(Lives));
    }

    private async Task LiveAsync(string chris, IReadOnlyList<Step> life)
    {
        OrderedAccount[] accounts = [await PortalCustomerAsync(server), await PortalCustomerAsync(server)];
        using var customer = await server.AddCustomerAsync(accounts[0].Usn);
        var (desk, own) = (new CrmHelp(server), new CrmHelp(server, customer));
        var tickets = new List<string>();
        foreach (var step in life)
        {
            if (step.What is What.Act or What.ActAsCustomer or What.Move && tickets.Count == 0)
            {
                continue;
            }

            var account = accounts[step.Other % accounts.Length];
            switch (step.What)
            {
                case What.Raise:
                    await RaiseAsync(desk, tickets, Templates[step.Choice % Templates.Length], account, "");
                    break;
                case What.Book:
                    var start = server.Clock.GetUtcNow().AddHours(2 + step.Choice % 48);
                    await RaiseAsync(desk, tickets, Visit, account, Appointment(chris, Text(start), 30 + step.Other % 60, step.Other % 30));
                    break;
                case What.Act:
                    await TryAsync(desk.Api, "runTicketAction", P("ticketNumber", Of(tickets, step)), P("ticketAction", ActionOf(step)));
                    break;
                case What.ActAsCustomer:
                    await TryAsync(own.Api, "runTicketAction", P("ticketNumber", Of(tickets, step)), P("ticketAction", ActionOf(step)));
                    break;
                case What.Move:
                    var owner = step.Other % 5 == 0 ? "<USN clear=\"true\"/>" : $"<USN>{account.Subscriptions[1]}</USN>";
                    await TryAsync(
                        desk.Api,
                        "updateTicket",
                        P("ticketNumber", Of(tickets, step)),
                        Document($"<TicketUpdate>{owner}</TicketUpdate>")
                    );
                    break;
                default:
                    server.Clock.Advance(TimeSpan.FromMinutes(7 * (step.Choice + 1)));
                    await server.CarryOutDueWorkAsync();
                    break;
            }

            await RequireFitAsync(step);
        }
    }

    private async Task RaiseAsync(CrmHelp desk, List<string> tickets, int template, OrderedAccount account, string more)
    {
        var day = server.Clock.GetUtcNow().AddDays(2).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        var fields =
            template == Closing
                ? Fields($"<Reference name=\"subscription\">{account.Subscriptions[1]}</Reference><Date name=\"closeDate\">{day}</Date>")
                : "";
        var fault = await TryAsync(desk.Api, "raiseTicket", Raising(template, account.Subscriptions[1], fields + more));
        if (fault is null)
        {
            var listed = await server.Administrator.CallAsync("crm", "getTickets", P("usn", account.Usn));
            tickets.Add(listed.AllAt("Ticket").First().At("Number")!);
        }
    }

    /// <summary>Whatever is refused, is refused by a fault that the operation declares.</summary>
    private static async Task<SoapFault?> TryAsync(SoapCaller api, string operation, params System.Xml.Linq.XElement[] parameters)
    {
        var fault = await api.TryAsync("crm", Wrapper(operation, parameters));
        Assert.True(fault is null or { Element: not null }, $"{operation}: {fault?.Message}");
        return fault;
    }

    private async Task RequireFitAsync(Step step)
    {
        var problems = await server.QueryAsync<string>(
            """
            SELECT concat_ws('; ',
                (SELECT 'closed and not: ' || min(number) FROM ticket WHERE (closed IS NOT NULL) <> (status_id = 5)),
                (SELECT 'work of a closed one: ' || min(number) FROM ticket JOIN due_work
                    ON due_work.subject IN ('ticket:' || number, 'ticket-escalation:' || number) AND done IS NULL WHERE closed IS NOT NULL),
                (SELECT 'work of another account: ' || min(number) FROM ticket JOIN due_work
                    ON due_work.subject IN ('ticket:' || number, 'ticket-escalation:' || number) AND done IS NULL
                    WHERE ticket.account_usn IS DISTINCT FROM due_work.account_usn),
                (SELECT 'escalates while it waits: ' || min(number) FROM ticket JOIN due_work
                    ON due_work.subject = 'ticket-escalation:' || number AND done IS NULL WHERE status_id NOT IN (1, 2)),
                (SELECT 'does not escalate: ' || min(number) FROM ticket WHERE type_id = 370 AND status_id IN (1, 2) AND escalations < 2
                    AND account_usn IS NOT NULL
                    AND NOT EXISTS (SELECT FROM due_work WHERE due_work.subject = 'ticket-escalation:' || number AND done IS NULL)),
                (SELECT 'twice: ' || subject FROM due_work WHERE subject LIKE 'ticket%' AND done IS NULL
                    GROUP BY subject HAVING count(*) > 1 LIMIT 1),
                (SELECT 'failed: ' || last_error FROM due_work WHERE kind = 'EscalateTicket' AND failures > 0 LIMIT 1),
                (SELECT 'appointment of a closed one: ' || min(ticket_number) FROM appointment JOIN ticket ON number = ticket_number
                    WHERE cancelled IS NULL AND closed IS NOT NULL AND starts > closed),
                (SELECT 'without its account: ' || min(number) FROM ticket JOIN subscription ON usn = subscription_usn
                    WHERE ticket.account_usn IS DISTINCT FROM subscription.account_usn))
            """
        );
        Assert.True(problems.Length == 0, $"{step}: {problems}");
    }

    private static string Of(List<string> tickets, Step step) => tickets[step.Choice % tickets.Count];

    private static int ActionOf(Step step) => Actions[step.Other % Actions.Length];

    private static string Text(DateTimeOffset instant) => instant.ToString("yyyy-MM-ddTHH:mm:00Z", CultureInfo.InvariantCulture);
}
