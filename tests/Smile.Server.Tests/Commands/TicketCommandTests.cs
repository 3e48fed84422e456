using System.Diagnostics;
using System.Globalization;
using Smile.Server.Tests.Crm;
using Smile.Server.Tests.Fixture;
using Smile.Testing;
using static Smile.Server.Tests.Fixture.Orders;

namespace Smile.Server.Tests.Commands;

/// <summary><c>smile ticket</c> as an operator types it: a process of its own, with what it prints and how it ends.</summary>
[Collection(TicketMailServerTests.Name)]
public sealed class TicketCommandTests(ServerFixture server)
{
    private CrmHelp Desk => new(server);

    [Fact]
    public async Task Open_tickets_are_listed_of_an_account_a_group_or_all()
    {
        var (customer, other) = (await PortalCustomerAsync(server), await PortalCustomerAsync(server));
        var first = await Desk.RaiseAsync(CrmHelp.Support, customer.Subscriptions[1], "<Subject>No dial tone</Subject>");
        var second = await Desk.RaiseAsync(CrmHelp.Visit, customer.Usn);
        var foreign = await Desk.RaiseAsync(CrmHelp.Support, other.Usn);
        await Desk.RunAsync(second, CrmHelp.CloseTicket);

        var lines = await PrintsAsync("ticket", "list", "--account", customer.Usn);
        Assert.Equal("number type status group operator account opened subject", lines[0]);
        Assert.Matches($"^{first} Support ticket New Help desk {customer.Usn} \\S+( \\S+)? No dial tone$", lines[1]);
        Assert.Equal("1 ticket.", lines[2]);
        Assert.Equal(3, lines.Count);

        lines = await PrintsAsync("ticket", "list", "--account", customer.Usn, "--all");
        Assert.Equal([first, second], lines.Skip(1).SkipLast(1).Select(line => line.Split(' ')[0]));
        Assert.Equal("2 tickets.", lines[^1]);

        // A group by its name or its number, of whichever account.
        foreach (var group in new[] { "Help desk", "323" })
        {
            var numbers = (await PrintsAsync("ticket", "list", "--group", group)).Select(line => line.Split(' ')[0]).ToList();
            Assert.Contains(first, numbers);
            Assert.Contains(foreign, numbers);
            Assert.DoesNotContain(second, numbers);
        }

        lines = await PrintsAsync("ticket", "list", "--account", other.Usn, "--group", "Managers");
        Assert.Equal(["0 tickets."], lines);
    }

    [Fact]
    public async Task A_ticket_is_shown_with_its_fields_history_and_attachments()
    {
        var customer = await PortalCustomerAsync(server);
        var number = await Desk.RaiseAsync(
            CrmHelp.Support,
            customer.Usn,
            CrmHelp.Fields("<String name=\"ModemSerialNumber\">aabbccddeeff</String>")
                + "<Subject>No dial tone</Subject><Body>Since noon.\nforged  line</Body>"
        );
        await Desk.AttachAsync(number, "<name>Contract</name><url>http://example.com/contract.pdf</url>");
        var lines = await PrintsAsync("ticket", "show", number);
        foreach (
            var line in new[]
            {
                $"number {number}",
                "subject No dial tone",
                "type Support ticket",
                "status New",
                "group Help desk",
                $"account {customer.Usn}",
                "ModemSerialNumber aabbccddeeff",
                "supportIssueType other",
                "text",
                "    Since noon.",
                "    forged line",
                "    Raised from template 123: New",
                "    Attached: Contract",
            }
        )
        {
            Assert.Contains(line, lines);
        }

        Assert.Contains(lines, line => line.EndsWith(" for staff", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.EndsWith(" for customer", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.Contains(" Contract http://example.com/contract.pdf", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_ticket_is_given_to_a_group_and_to_an_operator()
    {
        await Desk.OperatorAsync("anna");
        var number = await Desk.RaiseAsync(CrmHelp.Support, (await PortalCustomerAsync(server)).Usn);
        Assert.Equal(
            [$"Ticket {number} is Field technicians's."],
            await PrintsAsync("ticket", "assign", number, "--group", "Field technicians")
        );
        Assert.Equal(
            [$"Ticket {number} is anna@desk.example.com's."],
            await PrintsAsync("ticket", "assign", number, "--operator", "anna@desk.example.com")
        );
        var lines = await PrintsAsync("ticket", "show", number);
        Assert.Contains("group Field technicians", lines);
        Assert.Contains("operator anna@desk.example.com", lines);
        Assert.Contains("    Operator: anna@desk.example.com", lines);
    }

    [Fact]
    public async Task What_cannot_be_done_is_refused_with_what_would_be_right_and_changes_nothing()
    {
        var number = await Desk.RaiseAsync(CrmHelp.Support, (await PortalCustomerAsync(server)).Usn);
        var before = await Desk.HistoryAsync(number);
        await RefusesAsync("There is no such ticket", "ticket", "show", "999999999");
        await RefusesAsync("There is no such ticket", "ticket", "assign", "123", "--group", "323");
        await RefusesAsync("Name who gets it: --group, --operator or both.", "ticket", "assign", number);
        await RefusesAsync("The catalogue has no such ticket group.", "ticket", "assign", number, "--group", "Nobody");
        await RefusesAsync("The catalogue has no such ticket group.", "ticket", "list", "--group", "9");
        await RefusesAsync("There is no such operator", "ticket", "assign", number, "--group", "322", "--operator", "nobody@example.com");
        await RefusesAsync("There is no such account", "ticket", "list", "--account", "1");
        Assert.Equal(before, await Desk.HistoryAsync(number));
        await Desk.RunAsync(number, CrmHelp.CloseTicket);
        await RefusesAsync("The ticket is closed.", "ticket", "assign", number, "--group", "322");
    }

    [Fact]
    public async Task A_mailbox_is_counted_and_what_is_wrong_with_it_is_told_without_the_password()
    {
        await RefusesAsync("Stage live reads no mail: set Smile:Stages:live:TicketMail:Host.", "ticket", "mailbox");
        var mail = new TicketMailHelp(server);
        await mail.InitializeAsync();
        try
        {
            var customer = await mail.CorrespondentAsync();
            await mail.AppendAsync(
                TicketMailHelp.Answer(customer.Address, customer.Ticket, "Hello."),
                TicketMailHelp.Answer("stranger@elsewhere.example.com", customer.Ticket, "Hello.")
            );
            await mail.ReadAsync();
            await mail.AppendAsync(TicketMailHelp.Answer(customer.Address, customer.Ticket, "Again."));
            Assert.Equal(
                [
                    "folder mails",
                    "INBOX 1 wait to be read",
                    "Done 1 were added to tickets",
                    "Refused 1 were set aside",
                    "The mail server 127.0.0.1 takes the user desk.",
                ],
                await PrintsAsync("ticket", "mailbox")
            );
            mail.Settings.Password = "wrong-secret-77aa";
            await RefusesAsync("does not take the user desk with his password", "ticket", "mailbox");
        }
        finally
        {
            await mail.DisposeAsync();
        }
    }

    private async Task<IReadOnlyList<string>> PrintsAsync(params string[] line)
    {
        var (code, output, errors) = await RunAsync(line);
        Assert.True(code == 0, errors);
        return output;
    }

    private async Task RefusesAsync(string expected, params string[] line)
    {
        var (code, _, errors) = await RunAsync(line);
        Assert.Equal(1, code);
        Assert.Contains(expected, errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", errors, StringComparison.Ordinal);
        Assert.DoesNotContain("wrong-secret", errors, StringComparison.Ordinal);
    }

    /// <returns>How it ended, the lines that it printed with runs of spaces as one, and what it said of what is wrong.</returns>
    private async Task<(int Code, IReadOnlyList<string> Output, string Errors)> RunAsync(string[] line)
    {
        var start = new ProcessStartInfo(
            Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet",
            [Path.Combine(AppContext.BaseDirectory, "smile-server.dll"), .. line]
        )
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["Smile__Stages__live__Database"] = server.Settings.Stages["live"].Database;
        start.Environment["Smile__PasswordKeys__1"] = Convert.ToBase64String(new byte[32]);
        var mailbox = server.Settings.Stages["live"].TicketMail;
        foreach (
            var (name, value) in new[]
            {
                ("Host", mailbox.Host),
                ("Port", mailbox.Port.ToString(CultureInfo.InvariantCulture)),
                ("CertificateAuthority", mailbox.CertificateAuthority),
                ("User", mailbox.User),
                ("Password", mailbox.Password),
                ("Address", mailbox.Address),
            }
        )
        {
            start.Environment["Smile__Stages__live__TicketMail__" + name] = value ?? "";
        }

        using var process = Process.Start(start)!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync().WaitAsync(Until.Patience);
        return (process.ExitCode, [.. (await output).Split('\n').Where(printed => printed.Length > 0).Select(Plain)], await errors);
    }

    /// <summary>The spaces that columns are filled with are not what is told; those that a line begins with are.</summary>
    private static string Plain(string line)
    {
        var words = string.Join(' ', line.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        return line.StartsWith("    ", StringComparison.Ordinal) ? "    " + words : words;
    }
}
