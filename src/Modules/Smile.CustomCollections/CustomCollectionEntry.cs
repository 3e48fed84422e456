using System.Globalization;
using Smile.Catalogue;
using Smile.Kernel;
using Smile.Session;

namespace Smile.CustomCollections;

/// <summary>A value that fields may take which are bound to its collection (guide, line 918), with fields of its own.</summary>
public sealed class CustomCollectionEntry : IChangedRow, IMessageSource
{
    public int Key { get; init; }

    public required string CollectionCode { get; init; }

    /// <summary>What fields hold that refer to it; unique within the collection.</summary>
    public required string EntryCode { get; set; }

    /// <summary>Its name for people, which the wire shows as the display name where the collection has no other.</summary>
    public required string Label { get; set; }

    /// <summary>Its own fields: those that have a value, in the order of the collection's.</summary>
    public required FieldValues Properties { get; set; }

    public required DateTimeOffset Created { get; init; }

    public long MessageSequence { get; set; }

    public Usn ChangedBy { get; set; }

    string IMessageSource.MessageKey => MessageKeyOf(Key);

    /// <summary>What the messages of an entry are counted by.</summary>
    public static string MessageKeyOf(int key) => string.Create(CultureInfo.InvariantCulture, $"collectionEntry {key}");
}

/// <summary>An entry with what the catalogue says of its collection.</summary>
public sealed record EntryOfCollection(CustomCollection Collection, CustomCollectionEntry Entry)
{
    /// <summary>The entry in a word.</summary>
    public string DisplayName => Collection.NameOf(Entry.EntryCode, Entry.Label, Entry.Properties);
}
