using System.CommandLine;
using Npgsql;
using Smile.Customers.Access;
using Smile.Hosting.Security;
using Smile.Hosting.Stages;
using Smile.Kernel;

namespace Smile.Cli;

/// <summary><c>smile passwords reencrypt</c>: encrypts with the newest key what older keys encrypted, so that those can go.</summary>
internal static class PasswordsCommand
{
    private const int BatchSize = 500;

    /// <summary>Where encrypted passwords stand, and the key column of each table.</summary>
    private static readonly (string Table, string Key)[] Columns =
    [
        ("subscription", "usn"),
        ("account", "usn"),
        ("customer_order", "number"),
    ];

    public static Command Create()
    {
        var reencrypt = CommandSupport.OnStage(
            "reencrypt",
            "Encrypts all passwords with the newest key; can be stopped and run again",
            [],
            async (parsed, opened, settings, cancellation) =>
            {
                var count = await ReencryptAsync(opened, PasswordVault.Open(settings), cancellation);
                Console.WriteLine(
                    $"Stage {opened.Name}: {Counted.Of(count, "password")} encrypted anew. Older keys are not needed any more."
                );
                return 0;
            }
        );
        return new Command("passwords", "The encryption of passwords") { reencrypt };
    }

    /// <returns>How many passwords were encrypted anew.</returns>
    public static async Task<int> ReencryptAsync(Stage stage, IPasswordVault vault, CancellationToken cancellation)
    {
        var count = 0;
        foreach (var (table, key) in Columns)
        {
            var after = "";
            while (true)
            {
                var batch = await ReadAsync(stage.Store.Source, table, key, after, cancellation);
                if (batch.Count == 0)
                {
                    break;
                }

                foreach (var (row, encrypted) in batch.Where(each => vault.IsStale(each.Encrypted)))
                {
                    count += await ReplaceAsync(
                        stage.Store.Source,
                        table,
                        key,
                        row,
                        encrypted,
                        vault.Encrypt(vault.Decrypt(encrypted)),
                        cancellation
                    );
                }

                after = batch[^1].Row;
                Console.WriteLine($"{table}: up to {after}, {count} so far");
            }
        }

        return count;
    }

    private static async Task<IReadOnlyList<(string Row, byte[] Encrypted)>> ReadAsync(
        NpgsqlDataSource source,
        string table,
        string key,
        string after,
        CancellationToken cancellation
    )
    {
        await using var command = source.CreateCommand(
            $"SELECT {key}, password FROM {table} WHERE password IS NOT NULL AND {key} > $1 ORDER BY {key} LIMIT {BatchSize}"
        );
        command.Parameters.Add(new NpgsqlParameter { Value = after });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var batch = new List<(string, byte[])>();
        while (await reader.ReadAsync(cancellation))
        {
            batch.Add((reader.GetString(0), (byte[])reader[1]));
        }

        return batch;
    }

    /// <summary>Only where it is still what was read: a password that was changed meanwhile is newer than ours.</summary>
    private static async Task<int> ReplaceAsync(
        NpgsqlDataSource source,
        string table,
        string key,
        string row,
        byte[] before,
        byte[] after,
        CancellationToken cancellation
    )
    {
        await using var command = source.CreateCommand(
            $"UPDATE {table} SET password = $3, changed_by = $4 WHERE {key} = $1 AND password = $2"
        );
        command.Parameters.Add(new NpgsqlParameter { Value = row });
        command.Parameters.Add(new NpgsqlParameter { Value = before });
        command.Parameters.Add(new NpgsqlParameter { Value = after });
        command.Parameters.Add(new NpgsqlParameter { Value = CommandSupport.Operator });
        return await command.ExecuteNonQueryAsync(cancellation);
    }
}
