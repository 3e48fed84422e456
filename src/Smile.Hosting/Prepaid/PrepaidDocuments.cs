using System.Globalization;
using Smile.Catalogue;
using Smile.Catalogue.Wording;
using Smile.Contracts;
using Smile.Customers.Subscriptions;
using Smile.Prepaid;
using Smile.Session;

namespace Smile.Hosting.Prepaid;

/// <summary>Prepaid blocks as documents of the wire (guide, lines 14786 to 14823): one mapping, for answers and messages.</summary>
public sealed class PrepaidDocuments : IPrepaidDocuments
{
    private const int SecondsOfAnHour = 3_600;
    private const int SecondsOfAMinute = 60;

    public string Added(StageSession session, Subscription subscription, PrepaidBlockState state) =>
        SmileDocuments.PrepaidAdded.Write(
            new PrepaidAddedType
            {
                Subscription = SubscriptionDocuments.ForMessage(session.Catalogue, subscription),
                EventTimestamp = state.Zone.At(session.Now),
                PrepaidState = Element(state),
            }
        );

    public string Updated(StageSession session, Subscription subscription, PrepaidBlockState state) =>
        SmileDocuments.PrepaidUpdated.Write(
            new PrepaidUpdatedType
            {
                Subscription = SubscriptionDocuments.ForMessage(session.Catalogue, subscription),
                EventTimestamp = state.Zone.At(session.Now),
                PrepaidState = Element(state),
            }
        );

    public string Warning(StageSession session, Subscription subscription, PrepaidBlockState state, int log) =>
        SmileDocuments.PrepaidExpiryWarningEvent.Write(
            new PrepaidExpiryWarningEventType
            {
                Subscription = SubscriptionDocuments.ForMessage(session.Catalogue, subscription),
                PrepaidWarningLogId = log,
                EventTimestamp = state.Zone.At(session.Now),
                PrepaidState = Element(state),
            }
        );

    public static PrepaidStateElementType Element(PrepaidBlockState state) =>
        new()
        {
            PrepaidId = state.Id,
            StartDate = state.Zone.At(state.Start),
            EndDate = state.End is { } end ? PrepaidDays.Shown(state.Zone, end) : null,
            PrepaidDescription = new KeyedTextValueType { Key = state.Code, Value = state.Name },
            PrepaidType = state.Type is { } type ? new KeyedValueType { Key = type.Id, Value = type.Name } : null,
            PurchasedQuantity = Quantity(state, state.Purchased),
            RemainingQuantity = Quantity(state, state.Remaining),
            VoucherNumber = state.Voucher,
            ChargeType = new KeyedValueType { Key = state.ChargeType.Id, Value = state.ChargeType.Name },
        };

    /// <summary>Empty for any number of units (guide, line 14951).</summary>
    private static PrepaidQuantityType Quantity(PrepaidBlockState state, decimal? quantity) =>
        quantity is { } units
            ? new PrepaidQuantityType
            {
                Value = PrepaidQuantities.Plain(units),
                Formatted = Formatted(state.Language, state.ChargeType.Measure, units),
            }
            : new PrepaidQuantityType();

    /// <summary>Seconds as <c>0:10:00</c> (guide, line 14795), bytes in the unit that says them best, all else as a number.</summary>
    private static string Formatted(Language language, UsageMeasure measure, decimal units) =>
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
