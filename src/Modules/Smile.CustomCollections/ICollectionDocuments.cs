using Smile.Session;

namespace Smile.CustomCollections;

/// <summary>Writes entries as messages carry them.</summary>
[Port]
public interface ICollectionDocuments
{
    /// <summary>The XML document of an entry.</summary>
    string Write(EntryOfCollection entry);
}
