using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore;
using Smile.Kernel;

namespace Smile.Session.Storage;

/// <summary>Finds rows of a table with a custom field value, in pages in the order of their keys.</summary>
/// <param name="table">Its name in the database.</param>
/// <param name="scope">Which rows count: a condition in which <c>{0}</c> is whose they are, or null for everybody's.</param>
/// <param name="key">The column of the key, and <paramref name="least"/> a value before all that it has.</param>
public sealed class FieldSearch<TRow>(string table, string scope, string key, object least, Func<TRow, object> keyOf)
    where TRow : class
{
    /// <summary>The rows whose named field has the value, unfinished query.</summary>
    public IQueryable<TRow> Find(IStageDatabase database, string name, string value) =>
        database
            .Set<TRow>()
            .FromSql(
                FormattableStringFactory.Create($"SELECT * FROM {table} WHERE properties @> {{0}}::jsonb", FieldPatterns.Of([name], value))
            );

    /// <summary>
    /// A page of the rows, and one more where there are more; where it ends is remembered for who asks for the next. Limit and offset are
    /// in the statement's own text: composed on a query they become one parameter where they are equal, and that is refused.
    /// </summary>
    /// <param name="name">Of the field; null for all rows.</param>
    /// <param name="of">Whose rows; null for everybody's.</param>
    public async Task<IReadOnlyList<TRow>> PageAsync(
        IStageDatabase database,
        string? name,
        string? value,
        string? of,
        SearchPage page,
        CancellationToken cancellation
    )
    {
        var search = new PagedSearch(table, name, value, of);
        var (after, offset) = database.Pages.Begin(search, page);
        var having = name is null ? "" : "AND properties @> {1}::jsonb ";
        var statement = FormattableStringFactory.Create(
            $$"""
            SELECT * FROM {{table}}
            WHERE {{scope}} {{having}}AND {{key}} > {2} ORDER BY {{key}} LIMIT {3}::bigint OFFSET {4}::bigint
            """,
            of,
            name is null ? null : FieldPatterns.Of([name], value),
            after ?? least,
            page.Limit + 1,
            offset
        );
        var found = await database.Set<TRow>().FromSql(statement).AsNoTracking().ToListAsync(cancellation);
        if (found.Count > page.Limit && page.Limit > 0)
        {
            database.Pages.Remember(search, page, keyOf(found[page.Limit - 1]));
        }

        return found;
    }
}
