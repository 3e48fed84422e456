using Smile.Contracts;
using Smile.Kernel;

namespace Smile.Billing;

/// <summary>
/// Charges that come back with an offer, from callers who may not choose amounts: they are what was offered, or the offer is refused.
/// </summary>
internal static class OfferedCharges
{
    /// <param name="sent">What came back.</param>
    /// <param name="offered">What is offered now.</param>
    /// <param name="all">Whether none may be left out.</param>
    /// <param name="proposal">The operation that gives the offer.</param>
    public static void RequireUnchanged(NewInvoiceRequestType? sent, NewInvoiceRequestType? offered, bool all, string proposal)
    {
        var prices = (offered?.ChargeRequest ?? []).Select(Priced).ToHashSet();
        var charges = (sent?.ChargeRequest ?? []).Select(Priced).ToHashSet();
        var sameInvoice =
            sent is null
            || (sent.InvoiceOperation is null && Same(sent.EffectiveDate, offered?.EffectiveDate) && Same(sent.DueDate, offered?.DueDate));
        if (
            !sameInvoice
            || charges.Count != (sent?.ChargeRequest.Count ?? 0)
            || !(all ? charges.SetEquals(prices) : charges.IsSubsetOf(prices))
        )
        {
            throw Refuse.Forbidden(
                $"Charges other than those of the offer need the permission 'money'. Send the offer of {proposal}() back as it is."
            );
        }
    }

    /// <summary>All that decides what a charge is of, and how much it is.</summary>
    private static object Priced(ChargeRequestType charge) =>
        new
        {
            USN = charge.USN?.Trim(),
            charge.ItemCode,
            charge.Quantity,
            charge.Count,
            charge.Amount,
            charge.ChargeGst,
            Gst = charge.Gst?.Amount,
            charge.Gst?.GstId,
            ChargeId = charge.ChargeId?.Trim(),
            Retracted = charge.RetractChargeId?.Trim(),
            Discount = charge.Discount?.Amount,
            charge.Discount?.DiscountID,
            charge.StartDate,
            charge.EndDate,
            charge.PurchaseOrderNumber,
        };

    private static bool Same(string? sent, string? offered) => sent is null || sent.Trim() == offered;
}
