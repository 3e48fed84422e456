using Smile.Catalogue.Fields;
using Smile.Kernel;

namespace Smile.Catalogue;

/// <summary>An entry that a custom collection begins with. Which entries it has after that, the stage's database says.</summary>
public sealed record CollectionEntry(string Code, string Label)
{
    /// <summary>Its own fields, in the order of the collection's.</summary>
    public IReadOnlyList<FieldValue> Values { get; init; } = [];
}

/// <summary>An enumeration of values available to custom fields (guide, "Custom collections").</summary>
/// <param name="Entries">Those that it begins with.</param>
public sealed record CustomCollection(string Code, string Name, IReadOnlyList<CollectionEntry> Entries)
{
    /// <summary>What display names and files call an entry's code.</summary>
    public const string CodeColumn = "entryCode";

    /// <summary>What display names and files call an entry's label.</summary>
    public const string LabelColumn = "label";

    /// <summary>The <c>formId</c> that entries show (guide, line 16398); null for none.</summary>
    public int? FormId { get; init; }

    /// <summary>The company that entries belong to (guide, line 21623); null for the first.</summary>
    public int? Company { get; init; }

    /// <summary>The fields that each entry has.</summary>
    public IReadOnlyList<FieldDefinition> Fields { get; init; } = [];

    /// <summary>How an entry is shown in a word, such as "{airportIataCode} - {airportName}"; null for its label.</summary>
    public string? DisplayName { get; init; }

    /// <summary>An entry in a word.</summary>
    public string NameOf(string code, string label, FieldValues values) =>
        DisplayName is not { } pattern
            ? label
            : DisplayNames.Fill(
                pattern,
                name =>
                    name switch
                    {
                        CodeColumn => code,
                        LabelColumn => label,
                        _ => values[name],
                    }
            );
}
