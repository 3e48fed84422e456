using Smile.Kernel;

namespace Smile.Receivables;

/// <summary>A part of a credit that goes to a debit.</summary>
/// <param name="Amount">Positive, in the account's currency.</param>
public readonly record struct PlannedAllocation(FinancialTransaction Debit, FinancialTransaction Credit, decimal Amount);

/// <summary>
/// What goes to what where nobody says it: the oldest credit to the oldest debit, then the next (guide, lines 4413, 13531). Pure: it reads
/// nothing and changes nothing.
/// </summary>
public static class AllocationOrder
{
    /// <summary>Whether a transaction of the account takes part: closed, not allocated whole, and no reversal of another.</summary>
    public static bool Includes(Usn account, FinancialTransaction transaction) =>
        transaction.AccountUsn == account
        && transaction is { IsClosed: true, UnallocatedAmount: not 0m }
        && transaction.Type.Reverses() is null;

    /// <summary>By transaction date, effective time and number, as they are read from the database.</summary>
    public static IReadOnlyList<FinancialTransaction> OldestFirst(IEnumerable<FinancialTransaction> transactions) =>
        [
            .. transactions
                .OrderBy(transaction => transaction.TransactionDate)
                .ThenBy(transaction => transaction.Effective)
                .ThenBy(transaction => transaction.Number, StringComparer.Ordinal),
        ];

    /// <summary>Each credit is used up before the next one is begun, and each debit is paid before the next one.</summary>
    /// <param name="debits">Oldest first.</param>
    /// <param name="credits">Oldest first.</param>
    public static IReadOnlyList<PlannedAllocation> Pair(IEnumerable<FinancialTransaction> debits, IEnumerable<FinancialTransaction> credits)
    {
        var planned = new List<PlannedAllocation>();
        using var next = credits.GetEnumerator();
        var left = 0m;
        foreach (var debit in debits)
        {
            for (var owed = debit.UnallocatedAmount; owed > 0m; )
            {
                while (left <= 0m)
                {
                    if (!next.MoveNext())
                    {
                        return planned;
                    }

                    left = -next.Current.UnallocatedAmount;
                }

                var amount = Math.Min(owed, left);
                planned.Add(new PlannedAllocation(debit, next.Current, amount));
                (owed, left) = (owed - amount, left - amount);
            }
        }

        return planned;
    }
}
