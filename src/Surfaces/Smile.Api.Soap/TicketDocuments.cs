using Smile.Catalogue.Fields;
using Smile.Contracts;
using Smile.Crm;
using Smile.Kernel;

namespace Smile.Api.Soap;

/// <summary>Tickets as documents of the wire.</summary>
internal static class TicketDocuments
{
    /// <summary>The number and the subject: all that getTicket() and raiseTicket() answer (guide, lines 16873, 17263).</summary>
    public static TicketType Brief(Ticket ticket) => new() { Number = ticket.NumberText, Subject = ticket.Subject };

    public static TicketType Whole(ShownTicket shown)
    {
        var ticket = shown.Ticket;
        return new TicketType
        {
            Number = ticket.NumberText,
            Subject = ticket.Subject,
            TicketTypeValue = new KeyedValueType { Key = ticket.TypeId, Value = shown.TypeName },
            TicketStatus = new KeyedValueType { Key = ticket.StatusId, Value = shown.StatusName },
            AccountUSN = ticket.AccountUsn?.Value,
            SubscriptionUSN = ticket.SubscriptionUsn?.Value,
            Body = ticket.Body,
            Created = shown.Zone.At(ticket.Created),
            Opened = shown.Zone.At(ticket.Opened),
            Closed = ticket.Closed is { } closed ? shown.Zone.At(closed) : null,
            Properties = FormDocuments.Properties(ticket.Properties),
        };
    }

    public static TemplateTicketDescriptionType Template(ShownTemplate shown) =>
        new()
        {
            TemplateTicket = new TicketType
            {
                Number = Ticket.NumberTextOf(shown.Template.Number),
                Subject = shown.Template.Subject,
                TicketTypeValue = new KeyedValueType { Key = shown.Type.Id, Value = shown.Type.Name },
                TicketStatus = new KeyedValueType { Key = shown.Status.Id, Value = shown.Status.Name },
                Body = shown.Template.Body,
                Properties = FormDocuments.Properties(new FieldValues(shown.Template.Values)),
            },
            Form = FormDocuments.Fields(shown.Type.Fields),
        };
}
