using Smile.Catalogue;

namespace Smile.CustomCollections.Storage;

/// <summary>Rows of a kind whose fields may refer to entries of custom collections.</summary>
/// <param name="One">What one of them is called.</param>
/// <param name="Many">What several are called.</param>
/// <param name="Owners">What is locked before a row's fields are changed, as expressions over the row.</param>
/// <param name="Bound">The fields that a catalogue binds to a collection.</param>
public sealed record ReferringKind(
    ReferringTable Table,
    string One,
    string Many,
    IReadOnlyList<(ReferenceOwnerKind Kind, string Key)> Owners,
    Func<CatalogueContent, string, IEnumerable<BoundField>> Bound
);
