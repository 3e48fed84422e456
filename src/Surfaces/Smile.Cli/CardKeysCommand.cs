using System.CommandLine;
using Npgsql;
using Smile.Hosting.Security;
using Smile.Hosting.Stages;
using Smile.Kernel;
using Smile.Payments;

namespace Smile.Cli;

/// <summary><c>smile card-keys reencrypt</c>: encrypts with the newest card key what older ones encrypted, so that those can go.</summary>
internal static class CardKeysCommand
{
    private const int BatchSize = 500;

    public static Command Create()
    {
        var reencrypt = CommandSupport.OnStage(
            "reencrypt",
            "Encrypts all stored payment details with the newest key; can be stopped and run again",
            [],
            async (parsed, opened, settings, cancellation) =>
            {
                var count = await ReencryptAsync(opened, PaymentDetailsVault.Open(settings), cancellation);
                Console.WriteLine(
                    $"Stage {opened.Name}: {Counted.Of(count, "set")} of payment details encrypted anew. Older keys are not needed "
                        + $"any more."
                );
                return 0;
            }
        );
        return new Command("card-keys", "The encryption of stored payment details") { reencrypt };
    }

    /// <returns>How many were encrypted anew: stored details, and debits that wait for a bank's answer.</returns>
    public static async Task<int> ReencryptAsync(Stage stage, IPaymentDetailsVault vault, CancellationToken cancellation) =>
        await ReencryptAsync(stage.Store.Source, "stored_payment_details", "secret_kind", vault, cancellation)
        + await ReencryptAsync(stage.Store.Source, "payment_batch_line", "'Number'", vault, cancellation);

    /// <param name="table">Whose rows have an id, an account and a secret.</param>
    /// <param name="kind">SQL for the kind of the secret.</param>
    private static async Task<int> ReencryptAsync(
        NpgsqlDataSource source,
        string table,
        string kind,
        IPaymentDetailsVault vault,
        CancellationToken cancellation
    )
    {
        var count = 0;
        var after = Guid.Empty;
        while (await ReadAsync(source, table, after, cancellation) is { Count: > 0 } batch)
        {
            foreach (var (id, encrypted) in batch.Where(each => vault.IsStale(each.Encrypted)))
            {
                count += await ReplaceAsync(
                    source,
                    table,
                    kind,
                    id,
                    encrypted,
                    vault.Encrypt(id, vault.Decrypt(id, encrypted)),
                    cancellation
                );
            }

            after = batch[^1].Id;
        }

        return count;
    }

    private static async Task<IReadOnlyList<(Guid Id, byte[] Encrypted)>> ReadAsync(
        NpgsqlDataSource source,
        string table,
        Guid after,
        CancellationToken cancellation
    )
    {
        await using var command = source.CreateCommand(
            $"SELECT id, payment_secret FROM {table} WHERE payment_secret IS NOT NULL AND id > $1 ORDER BY id LIMIT {BatchSize}"
        );
        command.Parameters.Add(new NpgsqlParameter { Value = after });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var batch = new List<(Guid, byte[])>();
        while (await reader.ReadAsync(cancellation))
        {
            batch.Add((reader.GetGuid(0), (byte[])reader[1]));
        }

        return batch;
    }

    /// <summary>Only where it is still what was read: details that were changed meanwhile are newer than ours.</summary>
    private static async Task<int> ReplaceAsync(
        NpgsqlDataSource source,
        string table,
        string kind,
        Guid id,
        byte[] before,
        byte[] after,
        CancellationToken cancellation
    )
    {
        await using var command = source.CreateCommand(
            $"""
            WITH changed AS (UPDATE {table} SET payment_secret = $3, changed_by = $4 WHERE id = $1 AND payment_secret = $2 RETURNING *)
            INSERT INTO payment_secret_access (accessed_by, account_usn, payment_details_id, secret_kind, purpose)
            SELECT changed_by, account_usn, id, {kind}, 'encrypted anew' FROM changed
            """
        );
        command.Parameters.Add(new NpgsqlParameter { Value = id });
        command.Parameters.Add(new NpgsqlParameter { Value = before });
        command.Parameters.Add(new NpgsqlParameter { Value = after });
        command.Parameters.Add(new NpgsqlParameter { Value = CommandSupport.Operator });
        return await command.ExecuteNonQueryAsync(cancellation);
    }
}
