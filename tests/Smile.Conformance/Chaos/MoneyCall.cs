using System.Globalization;

namespace Smile.Conformance.Chaos;

/// <summary>What a client asked for that leaves something behind, and what became of it.</summary>
/// <param name="Operation">Of the endpoints account and payment.</param>
/// <param name="Key">Tells this call's trace from that of all others: a chargeId, a comment, an amount, a pair of transactions.</param>
/// <param name="Amount">The amount that was asked for, signed as its transaction has it.</param>
internal sealed record MoneyCall(string Operation, string Usn, string Key, decimal Amount)
{
    /// <summary>The transaction that the server answered; empty for an operation that answers none; null without an answer.</summary>
    public string? Answered { get; init; }

    public static string Text(decimal amount) => amount.ToString("0.00", CultureInfo.InvariantCulture);
}
