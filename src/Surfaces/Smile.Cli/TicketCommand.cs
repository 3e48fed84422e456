using System.CommandLine;
using System.Globalization;
using Smile.Crm;
using Smile.Crm.Attachments;
using Smile.Hosting;
using Smile.Hosting.Mail;
using Smile.Kernel;

namespace Smile.Cli;

/// <summary><c>smile ticket</c>: the tickets of the support desk, and who has them.</summary>
internal static class TicketCommand
{
    private const int MostShown = 1_000;

    public static Command Create()
    {
        var account = new Option<string?>("--account") { Description = "USN of the only account" };
        var ofGroup = new Option<string?>("--group") { Description = "Name or number of the only group" };
        var all = new Option<bool>("--all") { Description = "Closed tickets, too" };
        var number = new Argument<string>("number") { Description = "Number of the ticket" };
        var group = new Option<string?>("--group") { Description = "Name or number of the group that gets it" };
        var person = new Option<string?>("--operator") { Description = "Username of the operator who gets it" };
        return new Command("ticket", "Tickets of the support desk")
        {
            CommandSupport.OnSession(
                "list",
                "Shows open tickets, the oldest first",
                [account, ofGroup, all],
                async (parsed, scope, cancellation) =>
                {
                    var found = await scope
                        .Use<TicketAdministration>()
                        .ListAsync(parsed.GetValue(account), parsed.GetValue(ofGroup), parsed.GetValue(all), MostShown, cancellation);
                    Terminal.Standard.WriteTable(
                        [">number", "type", "status", "group", "operator", "account", "opened", "subject"],
                        found.Select(Cells)
                    );
                    return found.Count == MostShown
                        ? $"The oldest {MostShown}: name an account or a group."
                        : $"{Counted.Of(found.Count, "ticket", "tickets")}.";
                }
            ),
            CommandSupport.OnSession(
                "show",
                "Shows a ticket with its history and attachments",
                [number],
                async (parsed, scope, cancellation) =>
                {
                    Show(await scope.Use<TicketAdministration>().ShowAsync(parsed.GetValue(number)!, cancellation));
                    return null;
                }
            ),
            CommandSupport.OnSession(
                "assign",
                "Gives a ticket to a group, an operator, or both",
                [number, group, person],
                async (parsed, scope, cancellation) =>
                {
                    var (to, who) = (parsed.GetValue(group), parsed.GetValue(person));
                    if (to is null && who is null)
                    {
                        throw new CommandException("Name who gets it: --group, --operator or both.");
                    }

                    await scope.Use<TicketAdministration>().AssignAsync(parsed.GetValue(number)!, to, who, cancellation);
                    return $"Ticket {parsed.GetValue(number)!.Trim()} is {who ?? to}'s.";
                }
            ),
            CommandSupport.OnStage(
                "mailbox",
                "Logs in to the mailbox that customers' mail comes from, and counts what lies there",
                [],
                async (_, stage, settings, cancellation) =>
                {
                    await ShowMailboxAsync(settings.Stages[stage.Name].TicketMail, stage.Name, cancellation);
                    return 0;
                }
            ),
        };
    }

    private static async Task ShowMailboxAsync(TicketMailSettings settings, string stage, CancellationToken cancellation)
    {
        try
        {
            var counts =
                await MailboxCheck.CountAsync(settings, cancellation)
                ?? throw new CommandException($"Stage {stage} reads no mail: set Smile:Stages:{stage}:TicketMail:Host.");
            Terminal.Standard.WriteTable(
                ["folder", ">mails", ""],
                new[]
                {
                    (settings.Folder, counts.Waiting, "wait to be read"),
                    (settings.DoneFolder, counts.Done, "were added to tickets"),
                    (settings.RefusedFolder, counts.Refused, "were set aside"),
                }.Select(row => new[] { row.Item1, row.Item2.ToString(CultureInfo.InvariantCulture), row.Item3 })
            );
            Console.WriteLine($"The mail server {settings.Host} takes the user {settings.User}.");
        }
        catch (MailboxException exception)
        {
            throw new CommandException(exception.Message);
        }
    }

    private static void Show(WholeTicket whole)
    {
        var (listed, ticket) = (whole.Listed, whole.Listed.Shown.Ticket);
        Terminal.Standard.WriteTable(
            ["", ""],
            new[]
            {
                ("number", ticket.NumberText),
                ("subject", ticket.Subject),
                ("type", listed.Shown.TypeName),
                ("status", listed.Shown.StatusName),
                ("group", listed.GroupName ?? ""),
                ("operator", listed.OperatorName ?? ""),
                ("account", ticket.AccountUsn?.Value ?? ""),
                ("subscription", ticket.SubscriptionUsn?.Value ?? ""),
                ("created", Moments.Text(ticket.Created)),
                ("opened", Moments.Text(ticket.Opened)),
                ("closed", ticket.Closed is { } closed ? Moments.Text(closed) : ""),
            }
                .Concat(ticket.Properties.Fields.Select(field => (field.Name, field.Value ?? "")))
                .Select(row => new[] { row.Item1, row.Item2 })
        );
        WriteText("text", ticket.Body);
        foreach (var note in whole.Notes)
        {
            WriteText($"{Moments.Text(note.At)}  {note.ChangedBy.Value}  for {(note.CustomerVisible ? "customer" : "staff")}", note.Text);
        }

        if (whole.Attachments.Count > 0)
        {
            Terminal.Standard.WriteTable(["attached", "by", "name", "file or address", ">bytes", "id"], whole.Attachments.Select(Cells));
        }
    }

    /// <summary>A text that may have many lines, each indented: what a customer has written cannot look like a line of ours.</summary>
    private static void WriteText(string head, string? text)
    {
        if (text is { Length: > 0 })
        {
            Terminal.Standard.Output.WriteLine(head);
            foreach (var line in text.ReplaceLineEndings("\n").Split('\n'))
            {
                Terminal.Standard.Output.WriteLine($"    {line}".TrimEnd());
            }
        }
    }

    private static string[] Cells(ListedTicket listed)
    {
        var ticket = listed.Shown.Ticket;
        return
        [
            ticket.NumberText,
            listed.Shown.TypeName,
            listed.Shown.StatusName,
            listed.GroupName ?? "",
            listed.OperatorName ?? "",
            ticket.AccountUsn?.Value ?? "",
            Moments.Text(ticket.Opened),
            ticket.Subject,
        ];
    }

    private static string[] Cells(TicketAttachment attachment) =>
        [
            Moments.Text(attachment.Added),
            attachment.ChangedBy.Value,
            attachment.Name,
            attachment.Url ?? attachment.FileName ?? "",
            attachment.Size?.ToString(CultureInfo.InvariantCulture) ?? "",
            attachment.Id.ToString("D"),
        ];
}
