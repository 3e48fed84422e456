using Smile.Kernel;
using Smile.Session;

namespace Smile.CustomCollections;

/// <summary>What is locked before fields are changed that may refer to entries, in the order in which it is locked.</summary>
public enum ReferenceOwnerKind
{
    OrderGroup,

    Account,

    Ticket,
}

/// <summary>What is locked before something is changed that refers to an entry.</summary>
public sealed record ReferenceOwner(ReferenceOwnerKind Kind, string Key);

/// <summary>How many of a kind refer to an entry.</summary>
/// <param name="Code">The entry's.</param>
/// <param name="One">What one of them is called.</param>
/// <param name="Many">What several are called.</param>
public sealed record EntryUse(string Code, int Count, string One, string Many)
{
    /// <summary>Whether the catalogue has them, so that no call changes them.</summary>
    public bool IsOfCatalogue { get; init; }

    public override string ToString() => Counted.Of(Count, One, Many);
}

/// <summary>
/// Fields that refer to entries of custom collections: of everything that a module keeps, open or closed, and bound to the collection by
/// the catalogue. All implementations are asked.
/// </summary>
[Port]
public interface ICollectionReferences
{
    /// <summary>How many refer to entries; nothing for those that none of a kind refers to.</summary>
    Task<IReadOnlyList<EntryUse>> CountAsync(string collection, IReadOnlyCollection<string> codes, CancellationToken cancellation);

    /// <summary>What must be locked before the fields that refer to an entry are changed; a few of them more than once.</summary>
    Task<IReadOnlyList<ReferenceOwner>> OwnersAsync(string collection, string code, CancellationToken cancellation);

    /// <summary>Locks such owners, in the order of their keys; of kinds that are not the module's, none.</summary>
    Task LockAsync(ReferenceOwnerKind kind, IReadOnlyCollection<string> keys, CancellationToken cancellation);

    /// <summary>Puts another code into all fields that refer to an entry. Their owners are locked.</summary>
    Task RenameAsync(string collection, string code, string next, CancellationToken cancellation);
}
