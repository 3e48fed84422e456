using Smile.Contracts;
using Smile.CustomCollections;

namespace Smile.Hosting.CustomCollections;

/// <summary>Entries of custom collections as documents of the wire: one mapping, for answers and messages.</summary>
public sealed class EntryDocuments : ICollectionDocuments
{
    public string Write(EntryOfCollection entry) => SmileDocuments.CustomCollectionEntry.Write(Document(entry));

    public static CustomCollectionEntryType Document(EntryOfCollection entry) =>
        new()
        {
            Key = entry.Entry.Key,
            CollectionCode = entry.Entry.CollectionCode,
            EntryCode = entry.Entry.EntryCode,
            Object = new ObjectType
            {
                // The number of the fields is of ours: nothing is to be made of its being the key's (guide, line 21641).
                ObjectId = entry.Entry.Key,
                FormId = entry.Collection.FormId,
                DisplayName = entry.DisplayName,
                Members = entry.Entry.Properties.ToDocument().Members,
            },
        };
}
