using Smile.Catalogue;
using Smile.Catalogue.Fields;
using Smile.Contracts.Faults;
using Smile.CustomCollections;
using Smile.Kernel;
using Smile.Session;

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

    /// <summary>A text that the server has put together, as long as there is room for.</summary>
    public static string Cut(string text, int longest)
    {
        if (text.Length <= longest)
        {
            return text;
        }

        // Not between the two halves of a character.
        return text[..(char.IsHighSurrogate(text[longest - 1]) ? longest - 1 : longest)];
    }

    /// <summary>Some fields with others put in their places.</summary>
    /// <param name="given">
    /// Refused where the type does not have them, has them of another kind, or they name entries that there are not.
    /// </param>
    /// <exception cref="SmileException">A field is wrong, or a required one is lacking.</exception>
    public static async Task<FieldValues> ChangedAsync(
        StageSession session,
        TicketTypeItem type,
        FieldValues before,
        FieldValues given,
        CancellationToken cancellation
    )
    {
        // Fields that all accounts have are none of a ticket's.
        foreach (var field in given.Fields.Where(field => type.Fields.All(known => known.Name != field.Name)))
        {
            throw Refuse.Invalid("field", field.Name, "There is no such field here. Use getTemplateTicketDescription() for the form.");
        }

        var rules = new FieldRules(type.Fields);
        await session.CheckFieldsAsync(rules, given, Fault.InvalidRequestException, cancellation);
        var changed = before.With(given);
        rules.CheckComplete(changed, Fault.InvalidRequestException);
        return changed;
    }
}
