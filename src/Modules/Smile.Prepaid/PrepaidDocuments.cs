using System.Globalization;
using Smile.Catalogue;
using Smile.Catalogue.Wording;
using Smile.Contracts;
using Smile.Customers.Accounts;
using Smile.Customers.Subscriptions;
using Smile.Kernel;
using Smile.Session;

namespace Smile.Prepaid;

/// <summary>Prepaid blocks as the wire has them (guide, lines 14786 to 14823).</summary>
internal static class PrepaidDocuments
{
    private const int SecondsOfAnHour = 3_600;
    private const int SecondsOfAMinute = 60;

    public static SubscriptionPrepaidStateType State(
        StageSession session,
        Account account,
        Subscription subscription,
        IEnumerable<PrepaidBlockState> states
    ) =>
        new()
        {
            USN = subscription.Usn.Value,
            PrepaidStateElements = new PrepaidStateElementsType
            {
                PrepaidStateElement = [.. states.Select(state => Element(session, account, subscription, state))],
            },
        };

    public static PrepaidStateElementType Element(StageSession session, Account account, Subscription subscription, PrepaidBlockState state)
    {
        var (block, item, zone) = (state.Block, state.Item, session.ZoneOf(account));
        var type = session.Catalogue.Service(subscription.ServiceId)?.UsageChargeTypes.FirstOrDefault(each => each.Id == block.ChargeType);
        var language = session.Catalogue.Language(account.CompanyId, account.Properties);
        return new PrepaidStateElementType
        {
            PrepaidId = block.Id,
            StartDate = zone.At(block.Start),
            EndDate = block.End is { } end ? PrepaidDays.Shown(zone, end) : null,
            PrepaidDescription = new KeyedTextValueType { Key = block.Code, Value = item?.Name ?? block.Code },
            PrepaidType = item?.Type is { } category ? new KeyedValueType { Key = category.Id, Value = category.Name } : null,
            PurchasedQuantity = Quantity(language, type?.Measure, block.Purchased),
            RemainingQuantity = Quantity(language, type?.Measure, state.Remaining),
            ChargeType = new KeyedValueType { Key = block.ChargeType, Value = type?.Name ?? "" },
        };
    }

    /// <summary>Empty for any number of units (guide, line 14951).</summary>
    private static PrepaidQuantityType Quantity(Language language, UsageMeasure? measure, decimal? quantity) =>
        quantity is { } units
            ? new PrepaidQuantityType { Value = PrepaidQuantities.Plain(units), Formatted = Formatted(language, measure, units) }
            : new PrepaidQuantityType();

    /// <summary>Seconds as <c>0:10:00</c> (guide, line 14795), bytes in the unit that says them best, all else as a number.</summary>
    private static string Formatted(Language language, UsageMeasure? measure, decimal units) =>
        measure switch
        {
            UsageMeasure.Time => Clock(units),
            UsageMeasure.Bytes or UsageMeasure.BytesReceived or UsageMeasure.BytesSent => language.Bytes(units, like: units),
            _ => PrepaidQuantities.Text(units),
        };

    /// <summary>Whole seconds: what is left of one is not shown.</summary>
    private static string Clock(decimal seconds)
    {
        var whole = (long)decimal.Floor(seconds);
        var (hours, minutes, rest) = (whole / SecondsOfAnHour, whole % SecondsOfAnHour / SecondsOfAMinute, whole % SecondsOfAMinute);
        return string.Create(CultureInfo.InvariantCulture, $"{hours}:{minutes:00}:{rest:00}");
    }
}
