using Microsoft.EntityFrameworkCore;
using Npgsql;
using Smile.Prepaid.Vouchers;
using Smile.Session;

namespace Smile.Prepaid.Storage;

/// <summary>Vouchers that are redeemed, and those who guess.</summary>
internal static class VoucherRows
{
    extension(IStageDatabase database)
    {
        /// <summary>A voucher with its batch, locked: of two who redeem it at once, one waits.</summary>
        public async Task<Voucher?> LockVoucherAsync(int company, string number, CancellationToken cancellation)
        {
            var locked = await database
                .Set<Voucher>()
                .FromSql($"SELECT * FROM voucher WHERE company_id = {company} AND number = {number} FOR UPDATE")
                .ToListAsync(cancellation);
            return locked.Count == 0
                ? null
                : await database
                    .Set<Voucher>()
                    .Include(voucher => voucher.Batch)
                    .FirstAsync(voucher => voucher.CompanyId == company && voucher.Number == number, cancellation);
        }

        /// <summary>
        /// Takes a try of somebody, or for something, before it is known whether it is right; by itself, whatever becomes of the unit of
        /// work.
        /// </summary>
        /// <param name="free">So many tries in vain need not wait.</param>
        /// <param name="longest">The longest wait in seconds, which doubles with each further one.</param>
        /// <returns>False where it is too early for another.</returns>
        public async Task<bool> TakeGuessAsync(string subject, int free, int longest, DateTimeOffset now, CancellationToken cancellation)
        {
            await using var command = database.Source.CreateCommand(
                """
                INSERT INTO voucher_guess AS known (subject, failures, until, last) VALUES ($1, 1, $4, $4)
                ON CONFLICT (subject) DO UPDATE SET
                    failures = CASE WHEN known.last < $4 - interval '1 day' THEN 1 ELSE known.failures + 1 END,
                    until = CASE WHEN known.last < $4 - interval '1 day' OR known.failures + 1 < $2 THEN $4
                        ELSE $4 + least(power(2, least(known.failures + 1 - $2, 20)), $3) * interval '1 second' END,
                    last = $4
                WHERE known.until <= $4
                RETURNING failures
                """
            );
            command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = subject });
            command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = free });
            command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = longest });
            command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = now.ToUniversalTime() });
            return await command.ExecuteScalarAsync(cancellation) is not null;
        }

        /// <summary>A try that was right does not count.</summary>
        public async Task ForgiveGuessesAsync(string[] subjects, CancellationToken cancellation)
        {
            await using var command = database.Source.CreateCommand(
                "UPDATE voucher_guess SET failures = greatest(failures - 1, 0), until = last WHERE subject = ANY($1)"
            );
            command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = subjects });
            await command.ExecuteNonQueryAsync(cancellation);
        }
    }
}
