using Smile.Catalogue;
using Smile.Contracts;
using Smile.Hosting.Prepaid;
using Smile.Prepaid;

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
