using Smile.Kernel;

namespace Smile.Rating.Exports;

/// <summary>Says which usage is on which invoice.</summary>
internal interface IBilledUsage
{
    /// <summary>
    /// The subscriptions whose usage is on an invoice, with the first day of the rating period that was billed: their ratings that are
    /// billed in it.
    /// </summary>
    Task<IReadOnlyList<(Usn Subscription, DateOnly BilledIn)>> OnInvoiceAsync(string transactionNumber, CancellationToken cancellation);
}
