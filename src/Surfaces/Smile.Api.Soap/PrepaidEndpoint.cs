using Smile.Catalogue;
using Smile.Contracts;
using Smile.Hosting.Prepaid;
using Smile.Payments;
using Smile.Prepaid;
using Smile.Prepaid.Vouchers;
using Smile.Receivables;

namespace Smile.Api.Soap;

internal sealed class PrepaidEndpoint(UseCases use) : IPrepaidEndpoint
{
    public async Task<SubscriptionPrepaidStateType?> GetPrepaidState(string usn, CancellationToken cancellation)
    {
        var (subscription, states) = await use.Of<PrepaidStates>().ListAsync(usn, cancellation);
        return new SubscriptionPrepaidStateType
        {
            USN = subscription.Usn.Value,
            PrepaidStateElements = new PrepaidStateElementsType { PrepaidStateElement = [.. states.Select(PrepaidDocuments.Element)] },
        };
    }

    public Task AddPrepaid(
        string usn,
        string prepaidCode,
        AddPrepaidRequestOverrideType? addPrepaidRequestOverride,
        CancellationToken cancellation
    ) =>
        use.Of<AddPrepaid>()
            .ExecuteAsync(
                usn,
                prepaidCode,
                addPrepaidRequestOverride is { } other
                    ? new PrepaidOverride(
                        other.Quantity?.Value,
                        other.Quantity?.Unlimited == true,
                        other.ExpiryDate,
                        other.ExpiryDuration is { } duration ? new PrepaidValidity(UnitOf(duration.Unit), duration.Value) : null
                    )
                    : null,
                cancellation
            );

    public Task UpdatePrepaid(string usn, PrepaidUpdateType prepaidUpdate, CancellationToken cancellation) =>
        use.Of<UpdatePrepaid>()
            .ExecuteAsync(
                usn,
                new PrepaidChange(
                    prepaidUpdate.PrepaidId,
                    prepaidUpdate.StartDate,
                    prepaidUpdate.EndDate,
                    prepaidUpdate.PurchasedQuantity is not null,
                    prepaidUpdate.PurchasedQuantity?.Value,
                    prepaidUpdate.RemainingQuantity
                ),
                cancellation
            );

    public async Task<SelfServePrepaidListType?> GetSelfServePrepaidList(string usn, CancellationToken cancellation)
    {
        var offers = await use.Of<SelfServeOffers>().ListAsync(usn, cancellation);
        return new SelfServePrepaidListType
        {
            PrepaidDescription =
            [
                .. offers.Select(offer => new PrepaidDescriptionType
                {
                    PrepaidCode = offer.Block.Code,
                    Description = offer.Block.Name,
                    DisplayAmount = offer.Price.Rounded().Formatted(),
                    Rate = offer.Price.Amount,
                    Currency = offer.Price.Currency.Code,
                }),
            ],
        };
    }

    public async Task<PaymentTypesType?> GetPrepaidPaymentTypes(string usn, string prepaidCode, CancellationToken cancellation)
    {
        var (account, types) = await use.Of<SelfServeOffers>().PaymentTypesAsync(usn, prepaidCode, cancellation);
        return use.Of<PaymentTypes>().Documents(account, types);
    }

    public async Task<ItemisedTransactionDetailType?> GetQuote(
        string usn,
        string prepaidCode,
        string paymentTypeCode,
        CancellationToken cancellation
    )
    {
        var (account, lines) = await use.Of<SelfServeOffers>().QuoteAsync(usn, prepaidCode, paymentTypeCode, cancellation);
        return await use.Of<Ledger>().QuoteAsync(account, lines, cancellation);
    }

    public Task AddSelfServePrepaid(string usn, string prepaidCode, PaymentRequestType paymentRequest, CancellationToken cancellation) =>
        use.Of<BuyPrepaid>().ExecuteAsync(usn, prepaidCode, RequestedPayment.Of(paymentRequest), cancellation);

    public async Task<VoucherValidationResponseType?> ValidateVoucher(
        int? company,
        string voucherNumber,
        string voucherCode,
        CancellationToken cancellation
    )
    {
        var problem = await use.Of<RedeemVoucher>().ValidateAsync(company, voucherNumber, voucherCode, cancellation);
        return new VoucherValidationResponseType { Valid = problem is null, Reason = problem };
    }

    public Task RedeemVoucher(string usn, string voucherNumber, string voucherCode, CancellationToken cancellation) =>
        use.Of<RedeemVoucher>().ExecuteAsync(usn, voucherNumber, voucherCode, cancellation);

    private static PrepaidValidityUnit UnitOf(PrepaidPeriodUnitType unit) =>
        unit switch
        {
            PrepaidPeriodUnitType.RatingPeriods => PrepaidValidityUnit.RatingPeriods,
            PrepaidPeriodUnitType.Months => PrepaidValidityUnit.Months,
            PrepaidPeriodUnitType.Days => PrepaidValidityUnit.Days,
            PrepaidPeriodUnitType.Hours => PrepaidValidityUnit.Hours,
            _ => PrepaidValidityUnit.Minutes,
        };
}
