using System.Globalization;
using Npgsql;
using Smile.Conformance.Running;
using Smile.Testing;

namespace Smile.Conformance.Chaos;

/// <summary>A billing run that is killed in the middle, again and again, makes the same ledger as one that nobody disturbs.</summary>
public sealed class BillingCrashTests
{
    private const int Kills = 3;
    private static readonly DateOnly FirstPeriod = new(2026, 8, 31);
    private static readonly DateOnly LastPeriod = new(2026, 9, 30);

    private static int Accounts => Verification.Accounts ?? (Verification.IsFull ? 5_000 : 400);

    /// <summary>Two bills of each account, at a tenth of what the run should do.</summary>
    private static TimeSpan Patience => Until.Patience + TimeSpan.FromSeconds(Accounts * 2 / 40);

    [Fact]
    public async Task A_run_that_is_killed_three_times_and_resumed_bills_what_an_undisturbed_one_does()
    {
        var databases = await PreparedDatabases.All.AcquireAsync();
        try
        {
            var (undisturbed, killed) = (await databases.CopyAsync(), await databases.CopyAsync());
            await using var calm = NpgsqlDataSource.Create(undisturbed);
            await using var rough = NpgsqlDataSource.Create(killed);
            foreach (var database in new[] { calm, rough })
            {
                await CustomerGenerator.GenerateAsync(database, Accounts, FirstPeriod, "G");
            }

            await BillAsync(undisturbed);
            for (var kill = 1; kill <= Kills; kill++)
            {
                var enough = Accounts * 2L * kill / (Kills + 1);
                using var run = SmileProcess.StartCommand(PreparedDatabases.Settings(killed), Bill());
                await Until.TrueAsync("a part is billed", async () => run.HasExited || await CountAsync(rough) >= enough, Patience);
                Assert.False(run.HasExited, "The run ended before it could be killed.");
                run.Kill(entireProcessTree: true);
                await run.WaitForExitAsync();
                Assert.InRange(await CountAsync(rough), enough, (Accounts * 2L) - 1);
            }

            // Two servers share what is left.
            await Task.WhenAll(BillAsync(killed), BillAsync(killed));
            Assert.Equal(Accounts * 2L, await CountAsync(calm));
            Assert.Equal(Accounts * 2L, await CountAsync(rough));
            Assert.Equal(await LedgerAsync(calm), await LedgerAsync(rough));
            Assert.Equal("", await BrokenAsync(rough));

            // Once more does nothing.
            await BillAsync(killed);
            Assert.Equal(await LedgerAsync(calm), await LedgerAsync(rough));
        }
        finally
        {
            await PreparedDatabases.All.ReleaseAsync();
        }
    }

    private static Task BillAsync(string database) => SmileProcess.CommandAsync(PreparedDatabases.Settings(database), Patience, Bill());

    private static string[] Bill() =>
        ["bill", "--through", LastPeriod.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), "--batch", "20"];

    private static async Task<long> CountAsync(NpgsqlDataSource database) =>
        (long)(await ScalarAsync(database, "SELECT count(*) FROM bill WHERE status = 'Closed'"))!;

    /// <summary>Everything that the bills made, numbers and times aside.</summary>
    private static async Task<object?> LedgerAsync(NpgsqlDataSource database) =>
        await ScalarAsync(
            database,
            """
            SELECT md5(string_agg(line, E'\n' ORDER BY line)) || ' ' || count(*) FROM (
                SELECT concat_ws(' ', 'line', item.usn, line_number, item_code, charge_from, charge_to, item.description, item.amount,
                    item.gst_amount, is_gst, charge_source, covers_from, covers_to,
                        number.transaction_date, number.due_date, number.amount) AS line
                FROM transaction_item item JOIN financial_transaction number ON number.number = item.transaction_number
                UNION ALL SELECT concat_ws(' ', 'entry', account_usn, posting_date, ledger_account, amount, event) FROM ledger_entry
                UNION ALL SELECT concat_ws(' ', 'account', usn, balance, billed_through, next_bill, message_sequence) FROM account
                UNION ALL SELECT concat_ws(' ', 'subscription', usn, billed_through) FROM subscription
                UNION ALL SELECT concat_ws(' ', 'bill', account_usn, period_end, status, amount, cardinality(transaction_numbers))
                    FROM bill) AS ledger
            """
        );

    private static async Task<object?> BrokenAsync(NpgsqlDataSource database)
    {
        await using var command = database.CreateCommand(LedgerSql.Broken);
        command.CommandTimeout = 0;
        command.Parameters.Add(
            new NpgsqlParameter
            {
                Value = Enumerable
                    .Range(1, Math.Min(Accounts, 200))
                    .Select(number => string.Create(CultureInfo.InvariantCulture, $"G{number}"))
                    .ToArray(),
            }
        );
        return await command.ExecuteScalarAsync();
    }

    private static async Task<object?> ScalarAsync(NpgsqlDataSource database, string sql)
    {
        await using var command = database.CreateCommand(sql);
        command.CommandTimeout = 0;
        return await command.ExecuteScalarAsync();
    }
}
