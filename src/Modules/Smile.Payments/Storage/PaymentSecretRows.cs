using Npgsql;
using Smile.Kernel;
using Smile.Session;

namespace Smile.Payments.Storage;

/// <summary>The trail of who has seen stored payment details.</summary>
internal static class PaymentSecretRows
{
    extension(IStageDatabase database)
    {
        /// <summary>Keeps that stored payment details were decrypted, also where the unit of work comes to nothing.</summary>
        /// <param name="purpose">What for, as an auditor reads it.</param>
        public async Task RecordSecretAccessAsync(
            Usn accessedBy,
            StoredPaymentDetails details,
            string purpose,
            CancellationToken cancellation
        )
        {
            await using var command = ((NpgsqlDataSource)database.Source).CreateCommand(
                """
                INSERT INTO payment_secret_access (accessed_by, account_usn, payment_details_id, secret_kind, purpose)
                VALUES ($1, $2, $3, $4, $5)
                """
            );
            command.Parameters.Add(new NpgsqlParameter { Value = accessedBy.Value });
            command.Parameters.Add(new NpgsqlParameter { Value = details.AccountUsn.Value });
            command.Parameters.Add(new NpgsqlParameter { Value = details.Id });
            command.Parameters.Add(new NpgsqlParameter { Value = details.SecretKind.ToString() });
            command.Parameters.Add(new NpgsqlParameter { Value = purpose });
            await command.ExecuteNonQueryAsync(cancellation);
        }
    }
}
