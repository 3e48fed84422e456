using Npgsql;
using NpgsqlTypes;
using Smile.Catalogue;
using Smile.Catalogue.Fields;
using Smile.CustomCollections.Storage;
using Smile.Kernel;

namespace Smile.Storage;

/// <summary>
/// Puts the entries that custom collections begin with into the database when a catalogue is applied: those that the version before did not
/// have, where there is none of that code. Nothing that is there is changed, so what was deleted or renamed since does not come back.
/// </summary>
internal static class CollectionSeeds
{
    private const int MostShown = 10;

    /// <summary>Comes before the new version is put in.</summary>
    /// <exception cref="CatalogueInUseException">Entries that are there have the same value of a field that is to be unique, or a new entry
    /// refers to one that is not there.</exception>
    public static async Task AddAsync(
        NpgsqlConnection connection,
        CatalogueContent content,
        string appliedBy,
        DateTimeOffset? appliedAt,
        CancellationToken cancellation
    )
    {
        await using (var wait = new NpgsqlCommand(CollectionLock.Statement, connection))
        {
            await wait.ExecuteNonQueryAsync(cancellation);
        }

        var added = await InsertAsync(connection, content, appliedBy, appliedAt, cancellation);
        await RequireReferencesAsync(connection, content, added, cancellation);
        await CompareAsync(connection, content, cancellation);
    }

    private static async Task<HashSet<(string Collection, string Code)>> InsertAsync(
        NpgsqlConnection connection,
        CatalogueContent content,
        string appliedBy,
        DateTimeOffset? appliedAt,
        CancellationToken cancellation
    )
    {
        var seeds = content
            .CustomCollections.SelectMany(collection => collection.Entries.Select(entry => (collection.Code, entry)))
            .ToList();
        await using var command = new NpgsqlCommand(
            """
            INSERT INTO custom_collection_entry (collection_code, entry_code, label, properties, created, message_sequence, changed_by)
            SELECT collection, code, label, properties::jsonb, coalesce($5, now()), 0, $6
            FROM unnest($1::text[], $2::text[], $3::text[], $4::text[]) WITH ORDINALITY
                AS seed (collection, code, label, properties, position)
            WHERE NOT EXISTS (
                SELECT FROM (SELECT content FROM catalogue_version ORDER BY version DESC LIMIT 1) AS latest
                CROSS JOIN jsonb_array_elements(latest.content -> 'customCollections') AS before
                CROSS JOIN jsonb_array_elements(before -> 'entries') AS entry
                WHERE before ->> 'code' = collection AND entry ->> 'code' = seed.code)
            ORDER BY position
            ON CONFLICT (collection_code, entry_code) DO NOTHING
            RETURNING collection_code, entry_code
            """,
            connection
        );
        command.Parameters.Add(new NpgsqlParameter { Value = seeds.Select(seed => seed.Code).ToArray() });
        command.Parameters.Add(new NpgsqlParameter { Value = seeds.Select(seed => seed.entry.Code).ToArray() });
        command.Parameters.Add(new NpgsqlParameter { Value = seeds.Select(seed => seed.entry.Label).ToArray() });
        command.Parameters.Add(new NpgsqlParameter { Value = seeds.Select(seed => new FieldValues(seed.entry.Values).ToJson()).ToArray() });
        command.Parameters.Add(
            new NpgsqlParameter { Value = (object?)appliedAt?.ToUniversalTime() ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.TimestampTz }
        );
        command.Parameters.Add(new NpgsqlParameter { Value = appliedBy });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var added = new HashSet<(string Collection, string Code)>();
        while (await reader.ReadAsync(cancellation))
        {
            added.Add((reader.GetString(0), reader.GetString(1)));
        }

        return added;
    }

    /// <summary>What a new entry refers to may have been deleted or renamed since its catalogue was written.</summary>
    private static async Task RequireReferencesAsync(
        NpgsqlConnection connection,
        CatalogueContent content,
        HashSet<(string Collection, string Code)> added,
        CancellationToken cancellation
    )
    {
        var references = new List<(string Of, CollectionReference Reference)>();
        foreach (var collection in content.CustomCollections)
        {
            var rules = new FieldRules(collection.Fields);
            foreach (var entry in collection.Entries.Where(entry => added.Contains((collection.Code, entry.Code))))
            {
                var found = new List<CollectionReference>();
                rules.Check(new FieldValues(entry.Values), Smile.Contracts.Faults.Fault.CustomObjectException, found);
                references.AddRange(found.Select(reference => ($"{collection.Code}/{entry.Code}", reference)));
            }
        }

        if (references.Count == 0)
        {
            return;
        }

        await using var command = new NpgsqlCommand(
            """
            SELECT DISTINCT of || ' refers to ' || collection || '/' || code
            FROM unnest($1::text[], $2::text[], $3::text[]) AS reference (of, collection, code)
            WHERE NOT EXISTS (
                SELECT FROM custom_collection_entry WHERE collection_code = collection AND entry_code = code)
            ORDER BY 1
            """,
            connection
        );
        command.Parameters.Add(new NpgsqlParameter { Value = references.Select(each => each.Of).ToArray() });
        command.Parameters.Add(new NpgsqlParameter { Value = references.Select(each => each.Reference.Collection).ToArray() });
        command.Parameters.Add(new NpgsqlParameter { Value = references.Select(each => each.Reference.Value).ToArray() });
        if (await TextsAsync(command, cancellation) is { Count: > 0 } dangling)
        {
            throw CatalogueInUseException.DanglingEntries(dangling);
        }
    }

    /// <summary>Keeps the values of the fields that are unique by the new catalogue, also of entries that are there already.</summary>
    private static async Task CompareAsync(NpgsqlConnection connection, CatalogueContent content, CancellationToken cancellation)
    {
        var unique = content
            .CustomCollections.SelectMany(collection =>
                collection.Fields.Where(field => field.Unique).Select(field => (collection.Code, field.Name))
            )
            .ToList();
        const string values = """
            SELECT entry.collection_code, wanted.field, item ->> 'v' AS value, entry.key
            FROM unnest($1::text[], $2::text[]) AS wanted (collection, field)
            JOIN custom_collection_entry AS entry ON entry.collection_code = wanted.collection
            CROSS JOIN jsonb_array_elements(entry.properties) AS item
            WHERE item ->> 'n' = wanted.field AND item ->> 'v' IS NOT NULL
            """;
        await using var search = Command(
            connection,
            $"""
            SELECT collection_code || ': ' || field || ' ' || left(value, 40) FROM ({values}) AS kept
            GROUP BY collection_code, field, value HAVING count(*) > 1 OR length(value) > {EntryCodes.LongestUnique}
            ORDER BY 1 LIMIT {MostShown}
            """,
            unique
        );
        if (await TextsAsync(search, cancellation) is { Count: > 0 } taken)
        {
            throw CatalogueInUseException.SharedValues(taken);
        }

        await using var drop = Command(
            connection,
            """
            DELETE FROM custom_collection_value AS kept WHERE kept.collection_code = ANY ($3) AND NOT EXISTS (
                SELECT FROM unnest($1::text[], $2::text[]) AS wanted (collection, field)
                WHERE wanted.collection = kept.collection_code AND wanted.field = kept.field)
            """,
            unique
        );
        drop.Parameters.Add(new NpgsqlParameter { Value = content.CustomCollections.Select(collection => collection.Code).ToArray() });
        await drop.ExecuteNonQueryAsync(cancellation);
        await using var keep = Command(
            connection,
            $"""
            INSERT INTO custom_collection_value (collection_code, field, value, entry_key) {values}
            ON CONFLICT (collection_code, field, value) DO NOTHING
            """,
            unique
        );
        await keep.ExecuteNonQueryAsync(cancellation);
    }

    private static NpgsqlCommand Command(NpgsqlConnection connection, string text, IReadOnlyList<(string Collection, string Field)> unique)
    {
        var command = new NpgsqlCommand(text, connection);
        command.Parameters.Add(new NpgsqlParameter { Value = unique.Select(field => field.Collection).ToArray() });
        command.Parameters.Add(new NpgsqlParameter { Value = unique.Select(field => field.Field).ToArray() });
        return command;
    }

    private static async Task<IReadOnlyList<string>> TextsAsync(NpgsqlCommand command, CancellationToken cancellation)
    {
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var texts = new List<string>();
        while (await reader.ReadAsync(cancellation))
        {
            texts.Add(reader.GetString(0));
        }

        return texts;
    }
}
