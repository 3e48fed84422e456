using Smile.Contracts;
using Smile.Domain.Catalogue;
using Smile.Domain.Foundation;

namespace Smile.Domain.Payments;

/// <summary>Ways to pay and surcharges as the wire shows them.</summary>
internal static class PaymentDocuments
{
    /// <param name="type">A way to pay.</param>
    /// <param name="currency">The currency that it takes.</param>
    public static PaymentTypeType PaymentType(PaymentTypeItem type, Currency currency) => new()
    {
        PaymentTypeCode = type.Code,
        Name = type.Name,
        Currency = currency.Code,
        Surcharge = Rate(type, currency),
        FieldLabels = new PaymentFieldLabelsType { Name = type.Labels.Name, Number = type.Labels.Number, CVV = type.Labels.Cvv, ExpiryDate = type.Labels.ExpiryDate },
    };

    public static SurchargeCalculationType Calculation(PaymentTypeItem type, Surcharge surcharge) => new()
    {
        Surcharge = Rate(type, surcharge.Original.Currency),
        TotalAmount = surcharge.TotalAmount.ToDocument(),
        SurchargeTotal = surcharge.Total.ToDocument(),
        SurchargeTax = surcharge.Tax.ToDocument(),
        SurchargeExTax = surcharge.ExTax.ToDocument(),
        OriginalAmount = surcharge.Original.ToDocument(),
    };

    /// <summary>Empty where there is no surcharge (guide, line 13173).</summary>
    private static SurchargeRateType Rate(PaymentTypeItem type, Currency currency) => !type.HasSurcharge
        ? new SurchargeRateType()
        : new SurchargeRateType
        {
            Percentage = type.SurchargePercent,
            Fixed = new Money(type.SurchargeFixed, currency).ToDocument(),
            Minimum = new Money(type.SurchargeMinimum, currency).ToDocument(),
        };
}
