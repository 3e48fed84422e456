using System.Globalization;
using System.Xml.Linq;
using Smile.Cli;
using Smile.Server.Tests.Fixture;
using static Smile.Server.Tests.Fixture.SoapCaller;

namespace Smile.Server.Tests.Crm;

/// <summary>The example's support desk, and calls in few words.</summary>
internal sealed class CrmHelp(ServerFixture server, SoapCaller? caller = null)
{
    public const int Support = 123;
    public const int Visit = 124;
    public const int Closing = 126;
    public const int Refund = 127;
    public const int Technicians = 322;

    public const int Take = 10;
    public const int Ask = 11;
    public const int Answer = 12;
    public const int CloseTicket = 13;
    public const int Withdraw = 14;
    public const int Reopen = 15;
    public const int ApproveClosing = 20;
    public const int FinishClosing = 21;
    public const int Suspend = 22;
    public const int Resume = 23;
    public const int GiveToChris = 24;

    public SoapCaller Api => caller ?? server.Administrator;

    /// <summary>The login of an operator of the example, which is made where it is not there yet.</summary>
    public async Task<string> OperatorAsync(string name)
    {
        var username = name + "@desk.example.com";
        using var made = await server.AddUserAsync(
            new ApiUser(username, "fixture-password-5", null, AllAccounts: true, ViewPassword: false, AllPackages: false, [])
        );
        return await server.QueryAsync<string>("SELECT usn FROM subscription WHERE username = $1 AND closed IS NULL", username);
    }

    public async Task<string> RaiseAsync(int template, string usn, string content = "") =>
        (await Api.CallAsync("crm", "raiseTicket", Raising(template, usn, content))).At("Number")!;

    public Task<SoapFault> RaiseRefusedAsync(object template, string usn, string content = "") =>
        Api.RefusedAsync("crm", "raiseTicket", Raising(template, usn, content));

    public static XElement[] Raising(object template, string usn, string content = "") =>
        [P("templateTicketNumber", template), P("usn", usn), Document($"<NewTicketRequest>{content}</NewTicketRequest>")];

    public static string Fields(string fields) => $"<Properties><Object>{fields}</Object></Properties>";

    public async Task<XElement> RunAsync(string number, int action) =>
        (await Api.CallAsync("crm", "runTicketAction", P("ticketNumber", number), P("ticketAction", action)))!;

    public Task<SoapFault> RunRefusedAsync(string number, int action) =>
        Api.RefusedAsync("crm", "runTicketAction", P("ticketNumber", number), P("ticketAction", action));

    public Task UpdateAsync(string number, string content) => Api.CallAsync("crm", "updateTicket", Updating(number, content));

    public Task<SoapFault?> TryUpdateAsync(string number, string content) =>
        Api.TryAsync("crm", Wrapper("updateTicket", Updating(number, content)));

    public Task<SoapFault> UpdateRefusedAsync(string number, string content) =>
        Api.RefusedAsync("crm", "updateTicket", Updating(number, content));

    public Task AttachAsync(string number, string content) => Api.CallAsync("crm", "addTicketAttachment", Attaching(number, content));

    public Task<SoapFault> AttachRefusedAsync(string number, string content) =>
        Api.RefusedAsync("crm", "addTicketAttachment", Attaching(number, content));

    /// <summary>A ticket as getTickets() has it.</summary>
    public async Task<XElement?> FindAsync(string usn, string number) =>
        (await Api.CallAsync("crm", "getTickets", P("usn", usn))).AllAt("Ticket").SingleOrDefault(ticket => ticket.At("Number") == number);

    public async Task<string?> StatusAsync(string usn, string number) => (await FindAsync(usn, number)).At("TicketStatus");

    public Task<XElement?> AvailabilitiesAsync(string content) => Api.CallAsync("crm", "getAppointmentAvailabilities", Searching(content));

    public Task<SoapFault> AvailabilitiesRefusedAsync(string content) =>
        Api.RefusedAsync("crm", "getAppointmentAvailabilities", Searching(content));

    public static string Appointment(string usn, string start, int minutes, int travel = 0) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"<AppointmentRequest><USN>{usn}</USN><Start>{start}</Start><Duration>{minutes * 60_000L}</Duration>"
                + $"<TravelDuration>{travel * 60_000L}</TravelDuration></AppointmentRequest>"
        );

    /// <summary>The history of a ticket, oldest first, a row a line.</summary>
    public Task<string> HistoryAsync(string number) =>
        server.QueryAsync<string>(
            "SELECT coalesce(string_agg(text, E'\\n' ORDER BY id), '') FROM ticket_note WHERE ticket_number = $1",
            long.Parse(number, CultureInfo.InvariantCulture)
        );

    private static XElement[] Updating(string number, string content) =>
        [P("ticketNumber", number), Document($"<TicketUpdate>{content}</TicketUpdate>")];

    private static XElement[] Attaching(string number, string content) =>
        [P("ticketNumber", number), Document($"<Attachment>{content}</Attachment>")];

    private static XElement Searching(string content) =>
        Document($"<AppointmentAvailabilitiesRequest>{content}</AppointmentAvailabilitiesRequest>");
}
