using Smile.Server.Tests.Fixture;
using Smile.Testing;

namespace Smile.Server.Tests.Ledger;

/// <summary>What must hold of accounts' money whatever was done, checked by the database on what is stored.</summary>
internal static class LedgerInvariants
{
    /// <summary>What does not hold; empty where all does.</summary>
    public static async Task<string> BrokenAsync(ServerFixture server, IReadOnlyList<string> usns) =>
        await server.QueryAsync<string>(LedgerSql.Broken, (object)usns.ToArray());

    /// <summary>Everything that a refused operation must leave as it was.</summary>
    public static async Task<string> StateAsync(ServerFixture server, IReadOnlyList<string> usns) =>
        string.Join(" | ", await Task.WhenAll(usns.Select(usn => new Money(server, usn).StateAsync())));
}
