using Smile.Catalogue;
using Smile.Contracts;
using Smile.Contracts.Faults;
using Smile.Customers.Accounts;
using Smile.Kernel;
using Smile.Receivables;
using Smile.Session;

namespace Smile.Payments;

/// <summary>getPaymentTypes() and computeSurcharge() (guide, lines 13139, 13405).</summary>
[UseCase]
public sealed class PaymentTypes(StageSession session, IPaymentGateways gateways)
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

    /// <summary>The ways in which the caller may pay an amount of an account so that it is known at once whether it is paid.</summary>
    /// <param name="amount">Without the surcharge, in the account's currency.</param>
    public IReadOnlyList<PaymentTypeItem> AtOnce(Account account, Money amount)
    {
        var company = session.Catalogue.Company(account.CompanyId);
        const GatewayCapabilities Needed = GatewayCapabilities.Charge | GatewayCapabilities.Inquire;
        return
        [
            .. session.Catalogue.Content.PaymentTypes.Where(type =>
                PaymentTypeRules.IsOf(type, company)
                && PaymentTypeRules.IsForCaller(session, type)
                && (type.Currency ?? company.Currency) == account.Currency
                && !(amount.Amount < type.MinimumAmount || amount.Amount > type.MaximumAmount)
                && type.Gateway != PaymentTypeItem.BatchGateway
                && (type.Kind == PaymentTypeKind.Manual || PaymentTypeRules.FindGateway(gateways, type, Needed) is not null)
            ),
        ];
    }

    /// <summary>
    /// What it costs to pay an amount so, as lines of a quote: the surcharge and its tax, which is no part of the tax on what is paid for.
    /// </summary>
    /// <param name="usn">Whom the lines are for.</param>
    /// <param name="first">The number of the first line.</param>
    public IReadOnlyList<TransactionItem> SurchargeLines(Account account, PaymentTypeItem type, Money amount, Usn usn, int first)
    {
        var surcharge = PaymentAmounts.On(session, amount, type, account);
        if (surcharge.Total.Amount == 0m)
        {
            return [];
        }

        var day = session.DayOf(account);
        var line = new TransactionItem
        {
            AccountUsn = account.Usn,
            Usn = usn,
            LineNumber = 0,
            ItemCode = type.SurchargeCategory,
            ChargeFrom = day,
            ChargeTo = day,
            Description = type.Name,
            Quantity = 1m,
            Currency = account.Currency,
            Amount = surcharge.ExTax.Amount,
            IsGst = false,
            ChargeGst = surcharge.Tax.Amount != 0m,
            GstAmount = surcharge.Tax.Amount,
            Discount = 0m,
            Count = 0,
            SalesReportCategory = type.SurchargeCategory,
            GlCode = type.SurchargeGlCode,
            Properties = FieldValues.None,
            Created = session.Now,
        };
        var lines = InvoiceLines.Complete(session.Catalogue, account, [line], day, session.Now, roundToCash: false);
        foreach (var each in lines)
        {
            each.LineNumber += first;
        }

        return lines;
    }

    /// <summary>Some of them, as answers show them.</summary>
    public PaymentTypesType Documents(Account account, IEnumerable<PaymentTypeItem> types) =>
        new() { PaymentType = [.. types.Select(type => PaymentDocuments.PaymentType(type, session.CurrencyOf(account)))] };

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
