using Npgsql;
using Smile.Kernel;
using Smile.Rating.Exports;
using Smile.Session;

namespace Smile.Rating.Storage;

/// <summary>Which usage is on which invoice, as the stage's database has it.</summary>
internal sealed class BilledUsageRows(IStageDatabase database) : IBilledUsage
{
    public async Task<IReadOnlyList<(Usn Subscription, DateOnly BilledIn)>> OnInvoiceAsync(
        string transactionNumber,
        CancellationToken cancellation
    )
    {
        await using var command = ((NpgsqlDataSource)database.Source).CreateCommand(
            "SELECT subscription_usn, period_from FROM billed_usage WHERE transaction_number = $1"
        );
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = transactionNumber });
        var billed = new List<(Usn, DateOnly)>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            billed.Add((new Usn(reader.GetString(0)), reader.GetFieldValue<DateOnly>(1)));
        }

        return billed;
    }
}
