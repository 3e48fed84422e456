using System.Text.RegularExpressions;
using Smile.Kernel;

namespace Smile.Catalogue;

/// <summary>A kind of subservice, such as a mail alias.</summary>
public sealed record SubserviceTypeItem(string Code, string Name, IReadOnlyList<FieldDefinition> Fields);

/// <summary>What further identifiers the subscriptions of a service may have (guide, line 10643).</summary>
/// <param name="Types">None where all are of one kind.</param>
/// <param name="Fields">That those of all types have.</param>
/// <param name="Most">That a subscription may have at a time.</param>
/// <param name="UniqueUsernames">Whether a username is had by one subscription or subservice of the service (guide, line 10715).</param>
/// <param name="Announced">Whether a change of them is announced as SubscriptionUpdated.</param>
public sealed record SubserviceDefinition(
    IReadOnlyList<SubserviceTypeItem> Types,
    IReadOnlyList<FieldDefinition> Fields,
    int Most,
    bool UniqueUsernames,
    bool Announced
)
{
    /// <summary>The field that names the type (guide, line 10707).</summary>
    public const string TypeField = "type";

    /// <summary>A regular expression that whole usernames match; null for any.</summary>
    public string? UsernamePattern { get; init; }

    /// <summary>Says in words what the pattern asks for; null for the pattern itself.</summary>
    public string? UsernameHelp { get; init; }

    /// <summary>The fields of a subservice.</summary>
    /// <param name="type">Null where there are no types.</param>
    public IReadOnlyList<FieldDefinition> FieldsOf(SubserviceTypeItem? type) =>
        type is null
            ? Fields
            :
            [
                new FieldDefinition(0, TypeField, TypeField, FieldKind.String, true, FieldVisibility.VisibleAndEditable, null, []),
                .. Fields,
                .. type.Fields,
            ];

    /// <summary>Whether a username is one that the pattern asks for.</summary>
    public bool Takes(string username) => UsernamePattern is not { } pattern || Expression(pattern).IsMatch(username);

    /// <summary>Takes time in proportion to the text, whatever a pattern looks like.</summary>
    /// <exception cref="ArgumentException">It is no regular expression.</exception>
    /// <exception cref="NotSupportedException">It needs backtracking.</exception>
    internal static Regex Expression(string pattern) =>
        new($@"\A(?:{pattern})\z", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
}
