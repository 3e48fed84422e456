using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Smile.Kernel;
using Smile.Session;

namespace Smile.Customers.Accounts.Storage;

/// <summary>Searches in pages for rows with a custom field value.</summary>
internal static class FieldSearch
{
    /// <summary>A page of open rows, and one more where there are more; where it ends is remembered for who asks for the next.</summary>
    /// <param name="sql">The statement that begins behind a USN and passes over so many rows.</param>
    public static async Task<IReadOnlyList<TRow>> PageAsync<TRow>(
        IStageDatabase database,
        DbSet<TRow> table,
        Func<string, int, FormattableString> sql,
        Func<TRow, Usn> usnOf,
        PagedSearch search,
        SearchPage page,
        CancellationToken cancellation
    )
        where TRow : class
    {
        var (after, offset) = database.Pages.Begin(search, page);
        var found = await table.FromSql(sql(after, offset)).AsNoTracking().ToListAsync(cancellation);
        if (found.Count > page.Limit && page.Limit > 0)
        {
            database.Pages.Remember(search, page, usnOf(found[page.Limit - 1]).Value);
        }

        return found;
    }

    /// <summary>What a row's fields must contain, for the index on them.</summary>
    public static string Pattern(string name, string value) => JsonSerializer.Serialize(new[] { new { n = name, v = value } });
}
