using System.Text.Json;
using System.Text.Json.Serialization;
using Smile.Catalogue;

namespace Smile.Customers.Subscriptions;

/// <summary>
/// What a plan schedule item puts in place of a recurring charge's configuration (guide, line 8733). What is null stays the plan's.
/// </summary>
/// <param name="Charge">The recurring charge's number.</param>
/// <param name="Rate">Price without tax, in the company's currency.</param>
public sealed record ChargeOverride(
    int Charge,
    decimal? Rate = null,
    decimal? Quantity = null,
    string? Description = null,
    string? Comment = null,
    ChargeFrequency? Frequency = null,
    int? Every = null,
    ChargeTiming? Timing = null,
    int? AdvancePeriods = null
)
{
    /// <summary>The charge as it is then.</summary>
    public RecurringChargeItem Apply(RecurringChargeItem charge) =>
        charge with
        {
            Rate = Rate ?? charge.Rate,
            DisplayRate = Rate is null ? charge.DisplayRate : null,
            Quantity = Quantity ?? charge.Quantity,
            Description = Description ?? charge.Description,
            Comment = Comment ?? charge.Comment,
            Frequency = Frequency ?? charge.Frequency,
            Every = Every ?? charge.Every,
            Timing = Timing ?? charge.Timing,
            AdvancePeriods = (Timing ?? charge.Timing) == ChargeTiming.InAdvance ? Math.Max(1, AdvancePeriods ?? charge.AdvancePeriods) : 0,
        };
}

/// <summary>The overrides of a plan schedule item; immutable.</summary>
public sealed class ChargeOverrides(IReadOnlyList<ChargeOverride> charges)
{
    private static readonly JsonSerializerOptions Json = new()
    {
        Converters = { new JsonStringEnumConverter() },
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    public static ChargeOverrides None { get; } = new([]);

    public IReadOnlyList<ChargeOverride> Charges { get; } = charges;

    public ChargeOverride? Of(int charge) => Charges.FirstOrDefault(candidate => candidate.Charge == charge);

    /// <summary>The charge as it is then: as it was where nothing overrides it.</summary>
    public RecurringChargeItem Apply(RecurringChargeItem charge) => Of(charge.Id)?.Apply(charge) ?? charge;

    /// <summary>The plan with its charges, and those of its options, as they are then.</summary>
    public Plan Apply(Plan plan) =>
        plan with
        {
            RecurringCharges = [.. plan.RecurringCharges.Select(Apply)],
            Options = [.. plan.Options.Select(option => option with { RecurringCharges = [.. option.RecurringCharges.Select(Apply)] })],
        };

    public string ToJson() => JsonSerializer.Serialize(Charges, Json);

    public static ChargeOverrides FromJson(string json) =>
        json == "[]" ? None : new(JsonSerializer.Deserialize<ChargeOverride[]>(json, Json) ?? []);
}
