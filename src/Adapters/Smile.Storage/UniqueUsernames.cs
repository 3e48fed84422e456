using Npgsql;
using Smile.Catalogue;

namespace Smile.Storage;

/// <summary>
/// Usernames of subservices where a new catalogue says which services compare them: as with unique fields of collections, one that finds
/// two of a name is refused, and from then on the names that are there are held apart too.
/// </summary>
internal static class UniqueUsernames
{
    private const int MostShown = 10;

    /// <exception cref="CatalogueInUseException">Subservices share a username with each other, or with a subscription.</exception>
    public static async Task CompareAsync(
        NpgsqlConnection connection,
        CatalogueContent content,
        string appliedBy,
        CancellationToken cancellation
    )
    {
        await using var search = Command(
            connection,
            content,
            $"""
            WITH named AS (
                SELECT service_id AS id, username, true AS is_subservice FROM subservice WHERE removed IS NULL AND service_id = ANY ($1)
                UNION ALL
                SELECT service_id, username, false FROM subscription WHERE closed IS NULL AND service_id = ANY ($1))
            SELECT 'service ' || id || ': ' || left(min(username), 80) FROM named
            GROUP BY id, CASE WHEN id = ANY ($2) THEN username ELSE lower(username) END
            HAVING count(*) > 1 AND bool_or(is_subservice) ORDER BY 1 LIMIT {MostShown}
            """
        );
        var shared = new List<string>();
        await using (var reader = await search.ExecuteReaderAsync(cancellation))
        {
            while (await reader.ReadAsync(cancellation))
            {
                shared.Add(reader.GetString(0));
            }
        }

        if (shared.Count > 0)
        {
            throw CatalogueInUseException.SharedUsernames(shared);
        }

        await using var keep = Command(
            connection,
            content,
            """
            UPDATE subservice SET unique_name = own, changed_by = $3
            FROM (
                SELECT id AS key, CASE WHEN service_id = ANY ($2) THEN username WHEN service_id = ANY ($1) THEN lower(username) END AS own
                FROM subservice AS named WHERE removed IS NULL) AS wanted
            WHERE id = key AND unique_name IS DISTINCT FROM own
            """
        );
        keep.Parameters.Add(new NpgsqlParameter { Value = appliedBy });
        await keep.ExecuteNonQueryAsync(cancellation);
    }

    private static NpgsqlCommand Command(NpgsqlConnection connection, CatalogueContent content, string text)
    {
        var comparing = content.Services.Where(service => service.Subservices is { UniqueUsernames: true }).ToList();
        var command = new NpgsqlCommand(text, connection);
        command.Parameters.Add(new NpgsqlParameter { Value = comparing.Select(service => service.Id).ToArray() });
        command.Parameters.Add(
            new NpgsqlParameter
            {
                Value = comparing.Where(service => service.HasCaseSensitiveUsernames).Select(service => service.Id).ToArray(),
            }
        );
        return command;
    }
}
