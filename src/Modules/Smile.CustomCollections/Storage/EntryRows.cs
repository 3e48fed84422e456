using Microsoft.EntityFrameworkCore;
using Npgsql;
using Smile.Catalogue.Fields;
using Smile.Kernel;
using Smile.Session;
using Smile.Session.Storage;

namespace Smile.CustomCollections.Storage;

/// <summary>A value that no other entry of a collection may have.</summary>
internal sealed record UniqueValue(int EntryKey, string Field, string Value);

/// <summary>Locks entries and finds them by statements of their own.</summary>
internal static class EntryRows
{
    private static readonly FieldSearch<CustomCollectionEntry> ByField = new(
        "custom_collection_entry",
        "collection_code = {0}",
        "key",
        0,
        row => row.Key
    );

    extension(IStageDatabase database)
    {
        /// <summary>
        /// Waits until no other call changes entries, and keeps others from it until this one ends. Calls that set fields which refer to
        /// entries do not wait for it: they meet in the rows.
        /// </summary>
        public Task LockCollectionsAsync(CancellationToken cancellation) =>
            database.Statements.ExecuteSqlRawAsync(CollectionLock.Statement, cancellation);

        /// <summary>
        /// Locks entries against everybody who is about to refer to them, in the order of their keys: whoever has begun to is waited for.
        /// </summary>
        public async Task LockEntriesAsync(IReadOnlyCollection<int> keys, CancellationToken cancellation)
        {
            var wanted = keys.ToArray();
            await database.Statements.ExecuteSqlAsync(
                $"SELECT FROM custom_collection_entry WHERE key = ANY ({wanted}) ORDER BY key FOR UPDATE",
                cancellation
            );
        }

        /// <summary>
        /// Those of some references whose entries are there, kept as they are until the transaction ends. They are locked in the order of
        /// their keys, so that two calls cannot wait for each other; an entry that is about to go or to be renamed is waited for.
        /// </summary>
        public async Task<IReadOnlyList<FoundReference>> HoldEntriesAsync(
            IReadOnlyCollection<CollectionReference> references,
            CancellationToken cancellation
        )
        {
            var collections = references.Select(reference => reference.Collection).ToArray();
            var codes = references.Select(reference => reference.Value).ToArray();
            return await database
                .Statements.SqlQuery<FoundReference>(
                    $"""
                    SELECT collection_code AS "Collection", entry_code AS "Code" FROM custom_collection_entry
                    WHERE (collection_code, entry_code) IN (SELECT * FROM unnest({collections}, {codes}))
                    ORDER BY key FOR KEY SHARE
                    """
                )
                .ToListAsync(cancellation);
        }

        /// <summary>A page of a collection's entries by their keys, and one more where there are more.</summary>
        /// <param name="field">Only those with the value in this field; null for all.</param>
        public Task<IReadOnlyList<CustomCollectionEntry>> EntriesAsync(
            string collection,
            string? field,
            string? value,
            SearchPage page,
            CancellationToken cancellation
        ) => ByField.PageAsync(database, field, value, collection, page, cancellation);

        /// <summary>The entries whose fields refer to another, to be changed.</summary>
        /// <param name="bound">The fields, by their collections.</param>
        public async Task<IReadOnlyList<CustomCollectionEntry>> ReferringEntriesAsync(
            IReadOnlyCollection<BoundField> bound,
            string code,
            CancellationToken cancellation
        )
        {
            var collections = bound.Select(field => field.Kind).ToArray();
            var patterns = bound.Select(field => FieldPatterns.Of(field.Path.Names, code)).ToArray();
            return await database
                .CollectionEntries.FromSql(
                    $"""
                    SELECT * FROM custom_collection_entry WHERE key IN (
                        SELECT key FROM unnest({collections}, {patterns}::jsonb[]) AS bound (collection, pattern)
                        JOIN custom_collection_entry ON collection_code = bound.collection AND properties @> bound.pattern)
                    """
                )
                .OrderBy(entry => entry.Key)
                .ToListAsync(cancellation);
        }

        /// <summary>The values of unique fields that other entries have.</summary>
        /// <param name="entries">The keys of those that are to have them: what they had before does not count.</param>
        public async Task<IReadOnlyList<UniqueValue>> TakenValuesAsync(
            string collection,
            IReadOnlyCollection<int> entries,
            IReadOnlyCollection<UniqueValue> wanted,
            CancellationToken cancellation
        )
        {
            var owners = entries.ToArray();
            var (_, fields, values) = Arrays(wanted);
            return await database
                .Statements.SqlQuery<UniqueValue>(
                    $"""
                    SELECT taken.entry_key AS "EntryKey", taken.field AS "Field", taken.value AS "Value"
                    FROM custom_collection_value AS taken JOIN unnest({fields}, {values}) AS wanted (field, value)
                        ON taken.field = wanted.field AND taken.value = wanted.value
                    WHERE taken.collection_code = {collection} AND taken.entry_key <> ALL ({owners}) ORDER BY 2, 3
                    """
                )
                .ToListAsync(cancellation);
        }

        /// <summary>Gives entries these values of unique fields in place of those that they had.</summary>
        /// <param name="entries">Their keys.</param>
        /// <exception cref="DuplicateValueException">Another entry has one of them.</exception>
        public async Task ReplaceValuesAsync(
            string collection,
            IReadOnlyCollection<int> entries,
            IReadOnlyCollection<UniqueValue> unique,
            CancellationToken cancellation
        )
        {
            var owners = entries.ToArray();
            await database.Statements.ExecuteSqlAsync(
                $"DELETE FROM custom_collection_value WHERE entry_key = ANY ({owners})",
                cancellation
            );
            if (unique.Count == 0)
            {
                return;
            }

            var (keys, fields, values) = Arrays(unique);
            try
            {
                await database.Statements.ExecuteSqlAsync(
                    $"""
                    INSERT INTO custom_collection_value (collection_code, field, value, entry_key)
                    SELECT {collection}, field, value, key FROM unnest({keys}, {fields}, {values}) AS wanted (key, field, value)
                    """,
                    cancellation
                );
            }
            catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.UniqueViolation)
            {
                throw new DuplicateValueException(exception.ConstraintName ?? "", exception);
            }
        }
    }

    private static (int[] Keys, string[] Fields, string[] Values) Arrays(IReadOnlyCollection<UniqueValue> values) =>
        ([.. values.Select(each => each.EntryKey)], [.. values.Select(each => each.Field)], [.. values.Select(each => each.Value)]);
}

/// <summary>An entry that is referred to, as a statement finds it.</summary>
internal sealed record FoundReference(string Collection, string Code);
