using System.Runtime.CompilerServices;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Smile.Kernel;
using Smile.Session;

namespace Smile.Customers.Accounts.Storage;

/// <summary>Finds rows of a table with a custom field value.</summary>
/// <param name="table">Its name in the database.</param>
/// <param name="owner">The column with the account that a row belongs to.</param>
internal sealed class FieldSearch<TRow>(string table, string owner, Func<TRow, Usn> usnOf)
    where TRow : class
{
    /// <summary>The rows whose named field has the value, unfinished query.</summary>
    public IQueryable<TRow> Find(IStageDatabase database, string name, string value) =>
        database
            .Set<TRow>()
            .FromSql(FormattableStringFactory.Create($"SELECT * FROM {table} WHERE properties @> {{0}}::jsonb", Pattern(name, value)));

    /// <summary>
    /// A page of the open rows, by USN, and one more where there are more; where it ends is remembered for who asks for the next. Limit and
    /// offset are in the statement's own text: composed on a query they become one parameter where they are equal, and that is refused.
    /// </summary>
    /// <param name="only">The account that the caller may reach; null for all.</param>
    public async Task<IReadOnlyList<TRow>> PageAsync(
        IStageDatabase database,
        string name,
        string value,
        Usn? only,
        SearchPage page,
        CancellationToken cancellation
    )
    {
        var search = new PagedSearch(table, name, value, only?.Value);
        var (after, offset) = database.Pages.Begin(search, page);
        var statement = FormattableStringFactory.Create(
            $$"""
            SELECT * FROM {{table}}
            WHERE properties @> {0}::jsonb AND closed IS NULL AND ({1}::text IS NULL OR {{owner}} = {1}::text) AND usn > {2}
            ORDER BY usn LIMIT {3}::bigint OFFSET {4}::bigint
            """,
            Pattern(name, value),
            only?.Value,
            after,
            page.Limit + 1,
            offset
        );
        var found = await database.Set<TRow>().FromSql(statement).AsNoTracking().ToListAsync(cancellation);
        if (found.Count > page.Limit && page.Limit > 0)
        {
            database.Pages.Remember(search, page, usnOf(found[page.Limit - 1]).Value);
        }

        return found;
    }

    /// <summary>What a row's fields must contain, for the index on them.</summary>
    private static string Pattern(string name, string value) => JsonSerializer.Serialize(new[] { new { n = name, v = value } });
}
