using Microsoft.EntityFrameworkCore;
using Smile.Catalogue;
using Smile.Catalogue.Fields;
using Smile.Kernel;
using Smile.Session;

namespace Smile.CustomCollections;

/// <summary>A collection of the catalogue and how many entries it has.</summary>
public sealed record CountedCollection(CustomCollection Collection, int Entries);

/// <summary>What operators see of collections, and what files of them hold.</summary>
[UseCase]
public sealed class ExportEntries(StageSession session)
{
    /// <summary>The collections of the catalogue.</summary>
    public async Task<IReadOnlyList<CountedCollection>> ListAsync(CancellationToken cancellation)
    {
        var counts = await session
            .Database.CollectionEntries.GroupBy(entry => entry.CollectionCode)
            .Select(entries => new { entries.Key, Count = entries.Count() })
            .ToDictionaryAsync(entries => entries.Key, entries => entries.Count, cancellation);
        return
        [
            .. session.Catalogue.Content.CustomCollections.Select(collection => new CountedCollection(
                collection,
                counts.GetValueOrDefault(collection.Code)
            )),
        ];
    }

    /// <exception cref="SmileException">There is no such collection.</exception>
    public CustomCollection Find(string code) => session.RequireCollection(code);

    /// <summary>The columns of a collection's files, behind those of the code and the label.</summary>
    public static IReadOnlyList<FieldPath> ColumnsOf(CustomCollection collection) =>
        [.. collection.Fields.Leaves().Select(leaf => leaf.Path)];

    /// <summary>The entries in the order of their keys, as the database gives them.</summary>
    public IAsyncEnumerable<CustomCollectionEntry> ReadAsync(CustomCollection collection) =>
        session
            .Database.CollectionEntries.AsNoTracking()
            .Where(entry => entry.CollectionCode == collection.Code)
            .OrderBy(entry => entry.Key)
            .AsAsyncEnumerable();

    /// <summary>The text of a field; empty for none.</summary>
    public static string TextOf(CustomCollectionEntry entry, FieldPath path)
    {
        FieldValue? found = null;
        IReadOnlyList<FieldValue>? fields = entry.Properties.Fields;
        foreach (var name in path.Names)
        {
            found = fields?.FirstOrDefault(field => field.Name == name);
            fields = found?.Members;
        }

        return found?.Value ?? "";
    }
}
