using Npgsql;
using Smile.Session;

namespace Smile.Storage;

/// <summary>
/// Takes numbers from the database's sequences. Outside any transaction: a number that was taken is gone. Those of transactions and tickets
/// come one by one, so that they follow time on all servers; of the others each process takes blocks, so that most calls cost no round
/// trip.
/// </summary>
internal sealed class NumberAllocator(NpgsqlDataSource source) : IDisposable
{
    /// <summary>What the sequences are incremented by (migration 0001).</summary>
    private const int BlockSize = 100;

    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly Dictionary<NumberSequence, Queue<long>> _free = new()
    {
        [NumberSequence.Usn] = new(),
        [NumberSequence.Order] = new(),
        [NumberSequence.ProvisionRequest] = new(),
    };

    public async Task<long[]> TakeAsync(NumberSequence sequence, int count, CancellationToken cancellation)
    {
        if (InOrder(sequence) is { } inOrder)
        {
            return await TakeInOrderAsync(inOrder, count, cancellation);
        }

        await _gate.WaitAsync(cancellation);
        try
        {
            var free = _free[sequence];
            var missing = count - free.Count;
            if (missing > 0)
            {
                await FetchAsync(sequence, (missing + BlockSize - 1) / BlockSize, free, cancellation);
            }

            var taken = new long[count];
            for (var index = 0; index < count; index++)
            {
                taken[index] = free.Dequeue();
            }

            return taken;
        }
        finally
        {
            _gate.Release();
        }
    }

    public void Dispose() => _gate.Dispose();

    /// <summary>The database's sequence of numbers that come one by one; null for those that come in blocks.</summary>
    private static string? InOrder(NumberSequence sequence) =>
        sequence switch
        {
            NumberSequence.Transaction => "transaction_in_order",
            NumberSequence.Ticket => "ticket_number",
            _ => null,
        };

    private async Task<long[]> TakeInOrderAsync(string name, int count, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand($"SELECT nextval('{name}') FROM generate_series(1, $1)");
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = count });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var taken = new List<long>(count);
        while (await reader.ReadAsync(cancellation))
        {
            taken.Add(reader.GetInt64(0));
        }

        return [.. taken];
    }

    private async Task FetchAsync(NumberSequence sequence, int blocks, Queue<long> free, CancellationToken cancellation)
    {
        var name = sequence switch
        {
            NumberSequence.Usn => "usn_number",
            NumberSequence.Order => "order_number",
            NumberSequence.ProvisionRequest => "provision_request_number",
            _ => throw new ArgumentOutOfRangeException(nameof(sequence), sequence, null),
        };
        await using var command = source.CreateCommand($"SELECT nextval('{name}') FROM generate_series(1, $1)");
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = blocks });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            var first = reader.GetInt64(0);
            for (var number = first; number < first + BlockSize; number++)
            {
                free.Enqueue(number);
            }
        }
    }
}
