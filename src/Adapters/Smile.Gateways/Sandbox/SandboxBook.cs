using System.Data.Common;

namespace Smile.Gateways.Sandbox;

/// <summary>A charge that the sandbox knows.</summary>
/// <param name="Refusal">Why it is declined; null where it is not.</param>
/// <param name="Settles">Until when nobody knows; null where it was known at once.</param>
internal sealed record SandboxCharge(
    string Reference,
    decimal Amount,
    string Currency,
    string AccountUsn,
    string? Refusal,
    DateTimeOffset? Settles
);

/// <summary>The sandbox's books, in the schema <c>sandbox</c>, which is made when it is first needed.</summary>
internal sealed class SandboxBook(DbDataSource database)
{
    private const string Schema = """
        SELECT pg_advisory_xact_lock(7310579608);
        CREATE SCHEMA IF NOT EXISTS sandbox;
        CREATE TABLE IF NOT EXISTS sandbox.charge (
            reference    text PRIMARY KEY,
            amount       numeric NOT NULL,
            currency     text NOT NULL,
            account_usn  text NOT NULL,
            refusal      text,
            settles      timestamptz
        );
        CREATE TABLE IF NOT EXISTS sandbox.refund (
            reference         text PRIMARY KEY,
            charge_reference  text NOT NULL REFERENCES sandbox.charge (reference),
            amount            numeric NOT NULL CHECK (amount > 0)
        );
        CREATE INDEX IF NOT EXISTS ix_refund_charge ON sandbox.refund (charge_reference);
        CREATE TABLE IF NOT EXISTS sandbox.token (
            token    text PRIMARY KEY,
            outcome  integer NOT NULL
        );
        """;

    private volatile bool _isReady;

    /// <summary>Charges a reference once: the second time the first charge is the answer.</summary>
    public async Task<SandboxCharge> ChargeAsync(SandboxCharge charge, CancellationToken cancellation)
    {
        await using var command = await CommandAsync(
            """
            INSERT INTO sandbox.charge (reference, amount, currency, account_usn, refusal, settles)
            VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (reference) DO NOTHING
            """,
            cancellation,
            charge.Reference,
            charge.Amount,
            charge.Currency,
            charge.AccountUsn,
            charge.Refusal,
            charge.Settles?.ToUniversalTime()
        );
        if (await command.ExecuteNonQueryAsync(cancellation) == 1)
        {
            return charge;
        }

        return await FindAsync(charge.Reference, cancellation)
            ?? throw new InvalidOperationException("A charge that was just made is gone.");
    }

    public async Task<SandboxCharge?> FindAsync(string reference, CancellationToken cancellation)
    {
        await using var command = await CommandAsync(
            "SELECT amount, currency, account_usn, refusal, settles FROM sandbox.charge WHERE reference = $1",
            cancellation,
            reference
        );
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        return await reader.ReadAsync(cancellation)
            ? new SandboxCharge(
                reference,
                reader.GetDecimal(0),
                reader.GetString(1),
                reader.GetString(2),
                await reader.IsDBNullAsync(3, cancellation) ? null : reader.GetString(3),
                await reader.IsDBNullAsync(4, cancellation) ? null : await reader.GetFieldValueAsync<DateTimeOffset>(4, cancellation)
            )
            : null;
    }

    /// <summary>Gives a token that stands for an outcome: the number itself is not kept.</summary>
    public async Task<string> TokeniseAsync(SandboxOutcome outcome, CancellationToken cancellation)
    {
        var token = "sandbox-" + Guid.NewGuid();
        await using var command = await CommandAsync(
            "INSERT INTO sandbox.token (token, outcome) VALUES ($1, $2)",
            cancellation,
            token,
            (int)outcome
        );
        await command.ExecuteNonQueryAsync(cancellation);
        return token;
    }

    /// <summary>A token that is not ours is good: callers may bring their own.</summary>
    public async Task<SandboxOutcome> OutcomeOfTokenAsync(string token, CancellationToken cancellation)
    {
        await using var command = await CommandAsync("SELECT outcome FROM sandbox.token WHERE token = $1", cancellation, token);
        return await command.ExecuteScalarAsync(cancellation) is int outcome ? (SandboxOutcome)outcome : SandboxOutcome.Approved;
    }

    /// <returns>False where there is no such charge, or not so much of it is left.</returns>
    public async Task<bool> RefundAsync(string reference, string chargeReference, decimal amount, CancellationToken cancellation)
    {
        await using var command = await CommandAsync(
            """
            WITH charge AS (SELECT reference, amount FROM sandbox.charge WHERE reference = $2 AND refusal IS NULL FOR UPDATE),
                 made AS (
                    INSERT INTO sandbox.refund (reference, charge_reference, amount)
                    SELECT $1, reference, $3 FROM charge
                    WHERE $3 <= amount - (SELECT coalesce(sum(amount), 0) FROM sandbox.refund WHERE charge_reference = $2)
                    ON CONFLICT (reference) DO NOTHING
                    RETURNING 1)
            SELECT EXISTS (SELECT 1 FROM made) OR EXISTS (SELECT 1 FROM sandbox.refund WHERE reference = $1)
            """,
            cancellation,
            reference,
            chargeReference,
            amount
        );
        return await command.ExecuteScalarAsync(cancellation) is true;
    }

    private async Task<DbCommand> CommandAsync(string sql, CancellationToken cancellation, params object?[] values)
    {
        await PrepareAsync(cancellation);
        var command = database.CreateCommand(sql);
        foreach (var value in values)
        {
            var parameter = command.CreateParameter();
            parameter.Value = value ?? DBNull.Value;
            command.Parameters.Add(parameter);
        }

        return command;
    }

    private async Task PrepareAsync(CancellationToken cancellation)
    {
        if (_isReady)
        {
            return;
        }

        // Several may do so at once: the lock lets one of them in after the other.
        await using var command = database.CreateCommand(Schema);
        await command.ExecuteNonQueryAsync(cancellation);
        _isReady = true;
    }
}
