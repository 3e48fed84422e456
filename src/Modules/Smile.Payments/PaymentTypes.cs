using Smile.Catalogue;
using Smile.Contracts;
using Smile.Contracts.Faults;
using Smile.Customers.Accounts;
using Smile.Kernel;
using Smile.Session;

namespace Smile.Payments;

/// <summary>getPaymentTypes() and computeSurcharge() (guide, lines 13139, 13405).</summary>
[UseCase]
public sealed class PaymentTypes(StageSession session)
{
    /// <summary>The ways in which the caller may pay its own company.</summary>
    /// <param name="currency">ISO 4217; null for all.</param>
    /// <exception cref="SmileException">The company neither invoices in the currency nor takes it.</exception>
    public async Task<PaymentTypesType> ListAsync(string? currency, CancellationToken cancellation)
    {
        var company = session.Catalogue.Company(await session.CallersCompanyAsync(cancellation));
        var types = session.Catalogue.Content.PaymentTypes.Where(type => PaymentTypeRules.IsOf(type, company)).ToList();
        if (currency is not null && currency != company.Currency && types.All(type => type.Currency != currency))
        {
            throw Refuse.NotFound("currency", currency, "The currency is not configured for your company.", Missing.Currency);
        }

        return new PaymentTypesType
        {
            PaymentType =
            [
                .. types
                    .Where(type => PaymentTypeRules.IsForCaller(session, type))
                    .Select(type => PaymentDocuments.PaymentType(type, session.Catalogue.Currency(type.Currency ?? company.Currency)))
                    .Where(document => currency is null || document.Currency == currency),
            ],
        };
    }

    /// <param name="usn">The account that pays.</param>
    /// <param name="code">Code of the payment type.</param>
    /// <param name="amount">What is to be paid, without the surcharge.</param>
    /// <param name="day">The day of the payment in the account's time zone; null for today.</param>
    public async Task<SurchargeCalculationType> ComputeSurchargeAsync(
        string usn,
        string code,
        CurrencyValueType amount,
        DateOnly? day,
        CancellationToken cancellation
    )
    {
        var account = await session.ReadAccountAsync(usn, cancellation);

        var type = PaymentTypeRules.Find(session, "paymentTypeCode", code, account.CompanyId);
        var today = session.DayOf(account);
        var surcharge = Surcharges.On(
            Amount(amount, type, account),
            type,
            session.Catalogue.GstPercent(account.AccountTypeId, day ?? today)
        );
        return PaymentDocuments.Calculation(type, surcharge);
    }

    private Money Amount(CurrencyValueType amount, PaymentTypeItem type, Account account)
    {
        var currency = session.CurrencyOf(account);
        PaymentTypeRules.RequireCurrency(session, "paymentTypeCode", type, account);
        if (amount.Currency is { } stated && stated != account.Currency)
        {
            throw Refuse.Invalid("currency", stated, $"The account is kept in {account.Currency}.");
        }

        if (amount.Value <= 0m || amount.Value > AmountRules.Largest || currency.Round(amount.Value) != amount.Value)
        {
            throw Refuse.Invalid("amount", amount.Value, $"An amount is more than zero and has at most {currency.Decimals} decimals.");
        }

        if (amount.Value < type.MinimumAmount || amount.Value > type.MaximumAmount)
        {
            throw Refuse.Invalid("amount", amount.Value, "The amount is outside the limits of the payment type.");
        }

        // Trailing zeros beyond the minor unit would show in the answer.
        return new Money(amount.Value, currency).Rounded();
    }
}
