using Smile.Kernel;
using Smile.Session;

namespace Smile.Correspondence.Documents;

/// <summary>What was used of what invoices charge.</summary>
[Port]
public interface IInvoicedUsage
{
    /// <summary>The records that are on an invoice, by subscription and time. Who may see them is not asked.</summary>
    /// <param name="most">Most lines that are read.</param>
    Task<InvoicedUsage> OfAsync(string transactionNumber, int most, CancellationToken cancellation);
}

/// <param name="IsWhole">Whether there are no more.</param>
public sealed record InvoicedUsage(IReadOnlyList<InvoicedUsageLine> Lines, bool IsWhole)
{
    /// <summary>Whether some of it is archived and can be read no more.</summary>
    public bool IsArchived { get; init; }
}

/// <summary>What a record is charged on an invoice, of one type.</summary>
/// <param name="Type">Of its tariff, or else what its charging rule is called.</param>
/// <param name="Number">The other party's; empty for none.</param>
/// <param name="Destination">Empty for none.</param>
/// <param name="AmountExTax">Not rounded, less what a value pool has paid.</param>
public sealed record InvoicedUsageLine(
    Usn Subscription,
    string Username,
    string Type,
    DateTimeOffset Start,
    string Number,
    string Destination,
    decimal Seconds,
    decimal Bytes,
    int Pages,
    int Events,
    decimal AmountExTax
);
