using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Smile.Catalogue.Fields;
using Smile.Kernel;
using Smile.Session;
using Smile.Session.Storage;

namespace Smile.CustomCollections.Storage;

/// <summary>A field that is bound to a collection, of the rows of a kind.</summary>
/// <param name="Kind">What kinds of rows are told by, such as a service's number; empty in a table of one kind.</param>
public readonly record struct BoundField(string Kind, FieldPath Path)
{
    /// <summary>Of a table of one kind.</summary>
    public static BoundField Of(FieldPath path) => new("", path);

    /// <param name="field">With the number that tells the kind.</param>
    public static BoundField Of((int Kind, FieldPath Path) field) => new(field.Kind.ToString(CultureInfo.InvariantCulture), field.Path);
}

/// <summary>
/// A table with fields that may refer to entries of custom collections: each question is one statement, by the index on them.
/// </summary>
/// <param name="name">Its name in the database.</param>
/// <param name="key">Its key column.</param>
/// <param name="fields">The column with the fields, on which there is a GIN index.</param>
/// <param name="kind">Tells a row's kind, as text.</param>
/// <param name="condition">Which rows count.</param>
public sealed class ReferringTable(string name, string key, string fields = "properties", string kind = "''", string condition = "TRUE")
{
    /// <summary>How many rows refer to entries, by their codes.</summary>
    public async Task<IReadOnlyList<EntryUse>> CountAsync(
        IStageDatabase database,
        IReadOnlyCollection<BoundField> bound,
        IReadOnlyCollection<string> codes,
        string one,
        string many,
        CancellationToken cancellation
    )
    {
        if (bound.Count == 0 || codes.Count == 0)
        {
            return [];
        }

        var wanted = bound.SelectMany(field => codes.Select(code => (field.Kind, Code: code, Pattern: Pattern(field, code)))).ToList();
        var found = await database
            .Statements.SqlQuery<CountedReferences>(
                FormattableStringFactory.Create(
                    $$"""
                    SELECT bound.code AS "Code", count(DISTINCT {{name}}.{{key}})::integer AS "Count"
                    FROM unnest({0}::text[], {1}::text[], {2}::jsonb[]) AS bound (kind, code, pattern)
                    JOIN {{name}} ON {{kind}} = bound.kind AND {{fields}} @> bound.pattern
                    WHERE {{condition}} GROUP BY bound.code ORDER BY bound.code
                    """,
                    wanted.Select(each => each.Kind).ToArray(),
                    wanted.Select(each => each.Code).ToArray(),
                    wanted.Select(each => each.Pattern).ToArray()
                )
            )
            .ToListAsync(cancellation);
        return [.. found.Select(row => new EntryUse(row.Code, row.Count, one, many))];
    }

    /// <summary>Whose the rows are that refer to an entry.</summary>
    /// <param name="owner">An expression over a row; rows for which it is null are left out.</param>
    public async Task<IReadOnlyList<string>> OwnersAsync(
        IStageDatabase database,
        IReadOnlyCollection<BoundField> bound,
        string code,
        string owner,
        CancellationToken cancellation
    ) =>
        bound.Count == 0
            ? []
            : await database
                .Statements.SqlQuery<string>(
                    FormattableStringFactory.Create(
                        $$"""
                        SELECT DISTINCT {{owner}} AS "Value"
                        FROM unnest({0}::text[], {1}::jsonb[]) AS bound (kind, pattern)
                        JOIN {{name}} ON {{kind}} = bound.kind AND {{fields}} @> bound.pattern
                        WHERE {{condition}} AND {{owner}} IS NOT NULL
                        """,
                        bound.Select(field => field.Kind).ToArray(),
                        bound.Select(field => Pattern(field, code)).ToArray()
                    )
                )
                .ToListAsync(cancellation);

    /// <summary>Puts another code into the fields that refer to an entry.</summary>
    public async Task RenameAsync(
        IStageDatabase database,
        IReadOnlyCollection<BoundField> bound,
        string code,
        string next,
        Usn changedBy,
        CancellationToken cancellation
    )
    {
        if (bound.Count == 0)
        {
            return;
        }

        await database.Statements.ExecuteSqlAsync(
            FormattableStringFactory.Create(
                $$"""
                UPDATE {{name}} SET {{fields}} = with_renamed_value({{fields}}, (
                        SELECT jsonb_agg(own.path) FROM unnest({0}::text[], {1}::jsonb[]) AS own (kind, path) WHERE own.kind = {{kind}}
                    ), {3}, {4}), changed_by = {5}
                WHERE {{key}} = ANY (ARRAY(
                    SELECT {{key}} FROM unnest({0}::text[], {2}::jsonb[]) AS bound (kind, pattern)
                    JOIN {{name}} ON {{kind}} = bound.kind AND {{fields}} @> bound.pattern
                    WHERE {{condition}}))
                """,
                bound.Select(field => field.Kind).ToArray(),
                bound.Select(field => JsonSerializer.Serialize(field.Path.Names)).ToArray(),
                bound.Select(field => Pattern(field, code)).ToArray(),
                code,
                next,
                changedBy.Value
            ),
            cancellation
        );
    }

    private static string Pattern(BoundField field, string code) => FieldPatterns.Of(field.Path.Names, code);
}

/// <summary>How many rows refer to an entry, as a statement counts them.</summary>
internal sealed record CountedReferences(string Code, int Count);
