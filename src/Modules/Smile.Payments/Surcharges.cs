using Smile.Catalogue;
using Smile.Kernel;

namespace Smile.Payments;

/// <summary>What a payment of an amount costs on top.</summary>
/// <param name="Original">The amount that is to be paid.</param>
/// <param name="ExTax">The surcharge without tax.</param>
/// <param name="Tax">The tax on the surcharge.</param>
internal sealed record Surcharge(Money Original, Money ExTax, Money Tax)
{
    /// <summary>The surcharge with its tax.</summary>
    public Money Total => ExTax + Tax;

    /// <summary>What the customer pays.</summary>
    public Money TotalAmount => Original + Total;
}

/// <summary>
/// Computes surcharges: a percentage of the amount plus something fixed, and no less than the minimum; the tax comes on top. So $0.90 at 1%
/// plus $0.50, at least $1.00, costs $1.00 and $0.10 of GST (guide, lines 13164, 13444).
/// </summary>
internal static class Surcharges
{
    /// <param name="amount">What is to be paid, without the surcharge, in the currency that the type takes.</param>
    /// <param name="type">Its fixed and minimum amounts are in the amount's currency.</param>
    /// <param name="gstPercent">The GST that the account pays on the day of the payment.</param>
    /// <returns>Amounts rounded half away from zero to the currency's minor unit.</returns>
    public static Surcharge On(Money amount, PaymentTypeItem type, decimal gstPercent)
    {
        var exact = (amount.Amount * type.SurchargePercent / 100m) + type.SurchargeFixed;
        var exTax = (amount with { Amount = Math.Max(exact, type.SurchargeMinimum) }).Rounded();
        var tax = (exTax with { Amount = exTax.Amount * gstPercent / 100m }).Rounded();
        return new Surcharge(amount, exTax, tax);
    }
}
