using Smile.Catalogue;
using Smile.Customers.Accounts;
using Smile.Session;

namespace Smile.Crm;

/// <summary>Fills the texts of workflows with what a ticket is.</summary>
[UseCase]
public sealed class TicketWords(StageSession session, Operators operators)
{
    /// <param name="account">The ticket's; null where it has none.</param>
    internal async Task<Func<string, string>> OfAsync(Ticket ticket, Account? account, CancellationToken cancellation)
    {
        var operatorName = ticket.OperatorUsn is { } usn
            ? (await operators.UsernamesAsync([usn], cancellation)).GetValueOrDefault(usn)
            : null;
        return text => TicketTexts.Fill(text, place => ValueOf(ticket, account, operatorName, place));
    }

    private string? ValueOf(Ticket ticket, Account? account, string? operatorName, string place) =>
        place switch
        {
            "number" => ticket.NumberText,
            "subject" => ticket.Subject,
            "body" => ticket.Body,
            "type" => session.TypeOf(ticket).Name,
            "status" => session.StatusOf(ticket).Name,
            "group" => ticket.GroupId is { } group ? session.Catalogue.TicketGroup(group)?.Name : null,
            "operator" => operatorName,
            "account" => ticket.AccountUsn?.Value,
            "subscription" => session.SubscriptionOf(ticket)?.Value,
            "name" => account is null ? null : AddressLines.NameOf(account),
            "company" => account is null ? null : session.Catalogue.Company(account.CompanyId).Name,
            _ when place.StartsWith(TicketTexts.OfField, StringComparison.Ordinal) => ticket.Properties[
                place[TicketTexts.OfField.Length..]
            ],
            _ => null,
        };
}
