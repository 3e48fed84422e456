using Smile.Catalogue;
using Smile.Catalogue.Fields;
using Smile.Contracts.Faults;
using Smile.Kernel;

namespace Smile.Crm;

/// <summary>What a ticket's subject, text and fields may be.</summary>
internal static class TicketRules
{
    /// <summary>A subject stands in the head of mails: it is one line.</summary>
    public static string Subject(string text, string what)
    {
        var trimmed = text.Trim();
        return trimmed.Length is > 0 and <= Ticket.LongestSubject && !trimmed.Any(char.IsControl)
            ? trimmed
            : throw Refuse.Invalid(what, trimmed, $"A subject is one line of 1 to {Ticket.LongestSubject} characters.");
    }

    /// <returns>Null for an empty text.</returns>
    public static string? Body(string text) =>
        text.Length > Ticket.LongestText ? throw Refuse.Invalid("Body", text.Length, $"A text has at most {Ticket.LongestText} characters.")
        : text.Trim() is { Length: > 0 } trimmed ? trimmed
        : null;

    /// <summary>Refuses fields that the type does not have, of another kind, and such as lack a required one.</summary>
    public static FieldValues Checked(CatalogueContent catalogue, TicketTypeItem type, FieldValues fields)
    {
        // Fields that all accounts have are none of a ticket's.
        foreach (var field in fields.Fields.Where(field => type.Fields.All(known => known.Name != field.Name)))
        {
            throw Refuse.Invalid("field", field.Name, "There is no such field here. Use getTemplateTicketDescription() for the form.");
        }

        var rules = new FieldRules(catalogue, type.Fields);
        rules.Check(fields, Fault.InvalidRequestException);
        rules.CheckComplete(fields, Fault.InvalidRequestException);
        return fields;
    }
}
