using Smile.Catalogue;
using Smile.Contracts;
using Smile.Customers.Accounts;
using Smile.Kernel;

namespace Smile.Payments;

/// <summary>How much of a payment a document shows: the guide's operations differ.</summary>
internal enum PaymentView
{
    /// <summary>getPayment() (guide, line 13090): the name of the type, no details.</summary>
    Brief,

    /// <summary>processPayment() (guide, line 13638): the type with its number and code, no details.</summary>
    Made,

    /// <summary>recordFailedPayment() (guide, line 13885): the type with its code, no details.</summary>
    Recorded,

    /// <summary>
    /// getPendingPayments() and the changes of scheduled payments (guide, lines 13241, 13989, 14080): details and attempts.
    /// </summary>
    Scheduled,
}

/// <summary>Payments, ways to pay and surcharges as the wire shows them.</summary>
internal static class PaymentDocuments
{
    /// <param name="type">A way to pay.</param>
    /// <param name="currency">The currency that it takes.</param>
    public static PaymentTypeType PaymentType(PaymentTypeItem type, Currency currency) =>
        new()
        {
            PaymentTypeCode = type.Code,
            Name = type.Name,
            Currency = currency.Code,
            Surcharge = Rate(type, currency),
            FieldLabels = new PaymentFieldLabelsType
            {
                Name = type.Labels.Name,
                Number = type.Labels.Number,
                CVV = type.Labels.Cvv,
                ExpiryDate = type.Labels.ExpiryDate,
            },
        };

    public static SurchargeCalculationType Calculation(PaymentTypeItem type, Surcharge surcharge) =>
        new()
        {
            Surcharge = Rate(type, surcharge.Original.Currency),
            TotalAmount = surcharge.TotalAmount.ToDocument(),
            SurchargeTotal = surcharge.Total.ToDocument(),
            SurchargeTax = surcharge.Tax.ToDocument(),
            SurchargeExTax = surcharge.ExTax.ToDocument(),
            OriginalAmount = surcharge.Original.ToDocument(),
        };

    public static PaymentType Payment(CatalogueSnapshot catalogue, Account account, Payment payment, PaymentView view)
    {
        var currency = catalogue.Currency(payment.Currency);
        var zone = catalogue.Zone(account.TimeZoneId);
        var type = catalogue.PaymentType(payment.PaymentTypeCode);
        var isScheduled = view == PaymentView.Scheduled;
        return new PaymentType
        {
            PaymentNumber = payment.Number,
            PaymentTypeValue = new PaymentTypeSummaryType
            {
                PaymentTypeId = view == PaymentView.Made ? type?.Id : null,
                Name = type?.Name ?? payment.PaymentTypeCode,
                PaymentTypeCode = view is PaymentView.Made or PaymentView.Recorded ? payment.PaymentTypeCode : null,
            },
            Account = payment.AccountUsn.Value,
            Amount = new Money(payment.Amount, currency).ToDocument(),
            Surcharge = new PaymentSurchargeType
            {
                Amount = OrPlainZero(payment.SurchargeAmount, currency),
                TaxAmount = OrPlainZero(payment.SurchargeTax, currency),
            },
            Status = payment.Status.ToDocument(),
            NextTransfer = payment.NextTransfer is { } next ? zone.At(next) : null,
            PaymentDetails = isScheduled ? Details(payment) : null,
            ManuallyEntered = isScheduled ? payment.ManuallyEntered : null,
            ManuallyDeclined = isScheduled ? payment.ManuallyDeclined : null,
            AttemptCount = isScheduled ? payment.Attempts.Count : null,
            AttemptLogs = isScheduled ? Attempts(payment, zone) : null,
        };
    }

    public static StoredPaymentDetailsType Stored(CatalogueSnapshot catalogue, StoredPaymentDetails stored, Account account)
    {
        var type =
            catalogue.PaymentType(stored.PaymentTypeCode)
            ?? throw new InvalidOperationException($"The catalogue has lost payment type {stored.PaymentTypeCode}.");
        return new StoredPaymentDetailsType
        {
            StoredPaymentDetailsId = stored.Id.ToString(),
            AccountName = Full(stored.AccountName),
            AccountNumber = Hint(type.Disclosure == NumberDisclosure.Hint ? stored.NumberHint : null),
            ExpiryDate = Full(stored.Expiry is { } expiry ? PaymentDetailsRules.ShowExpiry(expiry) : null),
            PaymentType = PaymentType(type, catalogue.Currency(type.Currency ?? catalogue.Company(account.CompanyId).Currency)),
        };
    }

    internal static PaymentStatusType ToDocument(this PaymentStatus value) =>
        value switch
        {
            PaymentStatus.Waiting => PaymentStatusType.Waiting,
            PaymentStatus.Accepted => PaymentStatusType.Accepted,
            PaymentStatus.Declined => PaymentStatusType.Declined,
            PaymentStatus.Attention => PaymentStatusType.Attention,
            PaymentStatus.Cancelled => PaymentStatusType.Cancelled,
            _ => throw new ArgumentOutOfRangeException(nameof(value), value, null),
        };

    private static DisclosedPaymentDetailsType Details(Payment payment) =>
        new()
        {
            AccountName = Full(payment.AccountName),
            AccountNumber = Hint(payment.NumberHint),
            ExpiryDate = Full(payment.Expiry is { } expiry ? PaymentDetailsRules.ShowExpiry(expiry) : null),
        };

    private static PaymentAttemptLogsType Attempts(Payment payment, BillingTimeZone zone) =>
        new()
        {
            AttemptLog =
            [
                .. payment
                    .Attempts.OrderBy(attempt => attempt.Started)
                    .ThenBy(attempt => attempt.Id)
                    .Select(attempt => new PaymentAttemptLogType
                    {
                        Timestamp = zone.At(attempt.Started),
                        Status = (attempt.Outcome ?? PaymentStatus.Waiting).ToDocument(),
                        Message = attempt.Message,
                    }),
            ],
        };

    private static DisclosedValueType? Full(string? value) =>
        value is null ? null : new DisclosedValueType { Disclosure = DisclosureType.Full, Value = value };

    private static DisclosedValueType? Hint(string? value) =>
        value is null ? null : new DisclosedValueType { Disclosure = DisclosureType.Hint, Value = value };

    /// <summary>No surcharge is printed as 0, without decimals (guide, line 13097).</summary>
    private static CurrencyValueType OrPlainZero(decimal amount, Currency currency) =>
        amount != 0m
            ? new Money(amount, currency).ToDocument()
            : new CurrencyValueType
            {
                Currency = currency.Code,
                Formatted = new Money(0m, currency).Formatted(),
                Value = 0m,
            };

    /// <summary>Empty where there is no surcharge (guide, line 13173).</summary>
    private static SurchargeRateType Rate(PaymentTypeItem type, Currency currency) =>
        !type.HasSurcharge
            ? new SurchargeRateType()
            : new SurchargeRateType
            {
                Percentage = type.SurchargePercent,
                Fixed = new Money(type.SurchargeFixed, currency).ToDocument(),
                Minimum = new Money(type.SurchargeMinimum, currency).ToDocument(),
            };
}
