using Smile.Catalogue;
using Smile.Catalogue.Fields;
using Smile.Kernel;
using Smile.Session;

namespace Smile.CustomCollections;

/// <summary>
/// Places of the catalogue that hold entries: the values of template tickets. A call does not change them, so their entries stay, and keep
/// their codes.
/// </summary>
[UseCase]
public sealed class CatalogueReferences(StageSession session) : ICollectionReferences
{
    public Task<IReadOnlyList<EntryUse>> CountAsync(string collection, IReadOnlyCollection<string> codes, CancellationToken cancellation)
    {
        var held =
            from template in session.Catalogue.Content.TemplateTickets
            let type = session.Catalogue.TicketType(template.Type)
            where type is not null
            from path in type.Fields.BoundTo(collection)
            let code = ValueOf(template.Values, path.Names)
            where code is not null && codes.Contains(code)
            select (Code: code, template.Number);
        IReadOnlyList<EntryUse> uses =
        [
            .. held.GroupBy(each => each.Code, each => each.Number)
                .Select(group => (group.Key, Numbers: group.Distinct().Order().ToList()))
                .Select(each =>
                {
                    var numbers = string.Join(", ", each.Numbers);
                    return new EntryUse(
                        each.Key,
                        each.Numbers.Count,
                        $"template ticket of the catalogue ({numbers})",
                        $"template tickets of the catalogue ({numbers})"
                    )
                    {
                        IsOfCatalogue = true,
                    };
                }),
        ];
        return Task.FromResult(uses);
    }

    public Task<IReadOnlyList<ReferenceOwner>> OwnersAsync(string collection, string code, CancellationToken cancellation) =>
        Task.FromResult<IReadOnlyList<ReferenceOwner>>([]);

    public Task LockAsync(ReferenceOwnerKind kind, IReadOnlyCollection<string> keys, CancellationToken cancellation) => Task.CompletedTask;

    /// <summary>An entry that the catalogue holds is not renamed.</summary>
    public Task RenameAsync(string collection, string code, string next, CancellationToken cancellation) => Task.CompletedTask;

    private static string? ValueOf(IReadOnlyList<FieldValue> values, IReadOnlyList<string> path) =>
        values.FirstOrDefault(value => value.Name == path[0]) is not { } found ? null
        : path.Count == 1 ? found.Value
        : ValueOf(found.Members ?? [], [.. path.Skip(1)]);
}
