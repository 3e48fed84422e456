using System.Data.Common;

namespace Smile.Gateways.Batch;

/// <summary>
/// The debits that wait for files and are in them. On connections of its own: what was taken down outlives the call that asked for it.
/// </summary>
internal sealed class BatchBook(DbDataSource database)
{
    private const string Columns =
        "line.id, line.reference, line.account_usn, line.holder_name, line.amount, line.currency, line.payment_secret, line.batch_id, "
        + "line.outcome, "
        + "line.bank_reference, line.reason";

    /// <summary>Takes a debit down once: the second time the first is the answer.</summary>
    public async Task<BatchLine> AddAsync(BatchLine line, DateTimeOffset asked, string changedBy, CancellationToken cancellation)
    {
        await using var command = Command(
            """
            INSERT INTO payment_batch_line
                (id, reference, account_usn, holder_name, amount, currency, asked, payment_secret, changed_by)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (reference) DO NOTHING
            """,
            line.Id,
            line.Reference,
            line.AccountUsn,
            line.HolderName,
            line.Amount,
            line.Currency,
            asked.ToUniversalTime(),
            line.Secret,
            changedBy
        );
        if (await command.ExecuteNonQueryAsync(cancellation) == 1)
        {
            return line;
        }

        return await FindAsync(line.Reference, cancellation)
            ?? throw new InvalidOperationException("A debit that was just taken down is gone.");
    }

    public async Task<BatchLine?> FindAsync(string reference, CancellationToken cancellation)
    {
        await using var command = Command($"SELECT {Columns} FROM payment_batch_line line WHERE reference = $1", reference);
        return (await ReadAsync(command, Line, cancellation)).FirstOrDefault();
    }

    /// <summary>Makes a batch of all that waits for one, of a payment type.</summary>
    /// <returns>Its number; null where nothing waits.</returns>
    public async Task<long?> MakeAsync(string paymentTypeCode, DateTimeOffset now, string changedBy, CancellationToken cancellation)
    {
        await using var command = Command(
            """
            WITH waiting AS MATERIALIZED (
                SELECT line.id
                FROM payment_batch_line line
                    JOIN payment_attempt attempt ON attempt.reference = line.reference
                    JOIN payment ON payment.number = attempt.payment_number
                WHERE line.batch_id IS NULL AND payment.payment_type_code = $1 AND attempt.outcome IS NULL
                FOR UPDATE OF line SKIP LOCKED
            ), made AS (
                INSERT INTO payment_batch (payment_type_code, made, changed_by)
                SELECT $1, $2, $3 WHERE EXISTS (SELECT 1 FROM waiting) RETURNING id
            )
            UPDATE payment_batch_line SET batch_id = made.id, changed_by = $3
            FROM made WHERE payment_batch_line.id IN (SELECT id FROM waiting)
            RETURNING batch_id
            """,
            paymentTypeCode,
            now.ToUniversalTime(),
            changedBy
        );
        return await command.ExecuteScalarAsync(cancellation) as long?;
    }

    /// <summary>What the bank has not answered of a batch. That their numbers are read is taken down.</summary>
    public async Task<IReadOnlyList<BatchLine>> OpenLinesAsync(long batch, string readBy, CancellationToken cancellation)
    {
        await using var command = Command(
            $"""
            WITH read AS (
                INSERT INTO payment_secret_access (accessed_by, account_usn, payment_details_id, secret_kind, purpose)
                SELECT $2, account_usn, id, 'Number', 'payment batch ' || $1 FROM payment_batch_line WHERE batch_id = $1 AND outcome IS NULL
            )
            SELECT {Columns} FROM payment_batch_line line WHERE batch_id = $1 AND outcome IS NULL ORDER BY asked, reference
            """,
            batch,
            readBy
        );
        return await ReadAsync(command, Line, cancellation);
    }

    /// <summary>The newest batches, or one of them.</summary>
    /// <param name="id">Null for all.</param>
    public async Task<IReadOnlyList<PaymentBatch>> ListAsync(long? id, int limit, CancellationToken cancellation)
    {
        await using var command = Command(
            """
            SELECT batch.id, batch.payment_type_code, batch.made, count(*)::integer, sum(line.amount), min(line.currency),
                count(*) FILTER (WHERE line.outcome = 'Accepted')::integer, count(*) FILTER (WHERE line.outcome = 'Declined')::integer
            FROM (SELECT * FROM payment_batch WHERE $1::bigint IS NULL OR id = $1 ORDER BY id DESC LIMIT $2) batch
                JOIN payment_batch_line line ON line.batch_id = batch.id
            GROUP BY batch.id, batch.payment_type_code, batch.made ORDER BY batch.id DESC
            """,
            (object?)id ?? DBNull.Value,
            limit
        );
        return await ReadAsync(
            command,
            row => new PaymentBatch(
                row.GetInt64(0),
                row.GetString(1),
                row.GetFieldValue<DateTimeOffset>(2),
                row.GetInt32(3),
                row.GetDecimal(4),
                row.GetString(5),
                row.GetInt32(6),
                row.GetInt32(7)
            ),
            cancellation
        );
    }

    /// <summary>Takes a bank's answers down, all or none. What was answered so before stays as it is.</summary>
    /// <exception cref="BatchFileException">A reference is in no batch, or was answered otherwise.</exception>
    public async Task RecordAsync(IReadOnlyList<BatchAnswer> answers, DateTimeOffset now, string changedBy, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await using var find = Filled(
            connection.CreateCommand(),
            $"SELECT {Columns} FROM payment_batch_line line WHERE reference = ANY ($1) ORDER BY id FOR UPDATE",
            [answers.Select(answer => answer.Reference).ToArray()]
        );
        var lines = (await ReadAsync(find, Line, cancellation)).ToDictionary(line => line.Reference);
        BatchFile.Require(answers.Select(answer => (answer.Line, Problem(answer, lines.GetValueOrDefault(answer.Reference)))));

        var news = answers.Where(answer => lines[answer.Reference].Outcome is null).ToList();
        await using var record = Filled(
            connection.CreateCommand(),
            """
            UPDATE payment_batch_line
            SET outcome = answer.outcome, bank_reference = nullif(answer.bank_reference, ''), reason = nullif(answer.reason, ''),
                answered = $5, payment_secret = NULL, changed_by = $6
            FROM unnest($1::text[], $2::text[], $3::text[], $4::text[]) AS answer (reference, outcome, bank_reference, reason)
            WHERE payment_batch_line.reference = answer.reference
            """,
            [
                news.Select(answer => answer.Reference).ToArray(),
                news.Select(answer => answer.Outcome.ToString()).ToArray(),
                news.Select(answer => answer.BankReference ?? "").ToArray(),
                news.Select(answer => answer.Reason ?? "").ToArray(),
                now.ToUniversalTime(),
                changedBy,
            ]
        );
        await record.ExecuteNonQueryAsync(cancellation);
        await transaction.CommitAsync(cancellation);
    }

    /// <summary>The attempts whose debits are answered and that do not know it yet, each with its answer.</summary>
    public async Task<IReadOnlyList<AnsweredAttempt>> UnsettledAsync(IReadOnlyList<string> references, CancellationToken cancellation)
    {
        await using var command = Command(
            $"""
            SELECT {Columns}, attempt.payment_number
            FROM payment_batch_line line JOIN payment_attempt attempt ON attempt.reference = line.reference
            WHERE line.reference = ANY ($1) AND line.outcome IS NOT NULL AND attempt.outcome IS NULL ORDER BY line.asked, line.reference
            """,
            (object)references.ToArray()
        );
        return await ReadAsync(
            command,
            row =>
            {
                var line = Line(row);
                return new AnsweredAttempt(line.AccountUsn, row.GetString(11), line.Reference, line.Answer!);
            },
            cancellation
        );
    }

    private static string? Problem(BatchAnswer answer, BatchLine? line) =>
        line switch
        {
            null => $"no batch has a debit {answer.Reference}",
            { BatchId: null } => $"the debit {answer.Reference} was in no file yet",
            { Outcome: { } outcome } when outcome != answer.Outcome =>
                $"the debit {answer.Reference} was {outcome} before. What comes back later is reversed by reverseTransaction()",
            _ => null,
        };

    private static BatchLine Line(DbDataReader row) =>
        new(
            row.GetGuid(0),
            row.GetString(1),
            row.GetString(2),
            Text(row, 3),
            row.GetDecimal(4),
            row.GetString(5),
            row.IsDBNull(6) ? null : row.GetFieldValue<byte[]>(6)
        )
        {
            BatchId = row.IsDBNull(7) ? null : row.GetInt64(7),
            Outcome = Text(row, 8) is { } outcome ? Enum.Parse<BatchOutcome>(outcome) : null,
            BankReference = Text(row, 9),
            Reason = Text(row, 10),
        };

    private static string? Text(DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    private static async Task<IReadOnlyList<TRow>> ReadAsync<TRow>(
        DbCommand command,
        Func<DbDataReader, TRow> read,
        CancellationToken cancellation
    )
    {
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var rows = new List<TRow>();
        while (await reader.ReadAsync(cancellation))
        {
            rows.Add(read(reader));
        }

        return rows;
    }

    private DbCommand Command(string sql, params object?[] values) => Filled(database.CreateCommand(), sql, values);

    private static DbCommand Filled(DbCommand command, string sql, IEnumerable<object?> values)
    {
        command.CommandText = sql;
        foreach (var value in values)
        {
            var parameter = command.CreateParameter();
            parameter.Value = value ?? DBNull.Value;
            command.Parameters.Add(parameter);
        }

        return command;
    }
}
