using System.Globalization;
using Smile.Server.Tests.Fixture;
using Smile.Testing;

namespace Smile.Server.Tests.Ledger;

/// <summary>
/// Keeps books of the messages that accounts have announced, in the order of their sequences, and holds them against the server's. M7.
/// </summary>
internal sealed class MessageReader(ServerFixture server, IReadOnlyList<string> usns)
{
    private readonly BooksOfMessages _books = new();
    private readonly Dictionary<string, long> _heard = usns.ToDictionary(usn => usn, _ => 0L);

    /// <summary>What was announced since the last call is heard; then balances and what is unallocated are the server's.</summary>
    public async Task RequireEqualAsync()
    {
        foreach (var usn in usns)
        {
            await HearAsync(usn);
            Assert.Equal(await server.QueryAsync<decimal>("SELECT balance FROM account WHERE usn = $1", usn), _books.Balance(usn));
        }

        var rows = await server.QueryAsync<string[]>(
            """
            SELECT coalesce(array_agg(number || ' ' || CASE WHEN state = 'Closed' THEN unallocated_amount ELSE 0 END
            ORDER BY number), ARRAY[]::text[]) FROM financial_transaction WHERE account_usn = ANY ($1)
            """,
            (object)usns.ToArray()
        );
        Assert.All(
            rows.Select(row => row.Split(' ')),
            row => Assert.Equal(decimal.Parse(row[1], CultureInfo.InvariantCulture), _books.Unallocated(row[0]))
        );
    }

    private async Task HearAsync(string usn)
    {
        var messages = await server.QueryAsync<string[]>(
            """
            SELECT coalesce(array_agg(sequence || '|' || message_type || '|' || coalesce((SELECT header ->> 2
            FROM jsonb_array_elements(headers) header WHERE header ->> 0 = 'allocationType'), '') || '|' || body
            ORDER BY sequence), ARRAY[]::text[])
            """ + " FROM outbox_message WHERE aggregate = $1 AND sequence > $2",
            usn,
            _heard[usn]
        );
        foreach (var message in messages.Select(message => message.Split('|', 4)))
        {
            _heard[usn] = long.Parse(message[0], CultureInfo.InvariantCulture);
            _books.Hear(message[1], message[2], message[3]);
        }
    }
}
