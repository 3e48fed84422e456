using Smile.Catalogue;
using Smile.Contracts;
using Smile.Contracts.Faults;
using Smile.Customers.Accounts;
using Smile.Customers.Subscriptions;
using Smile.Kernel;

namespace Smile.Billing.Plans;

/// <summary>
/// What a plan schedule item puts in place of its plan's recurring charges, as the wire has it. Print shows it in what the item charges
/// (guide, line 8722); that changes of plans take it in the same form is ours.
/// </summary>
internal static class ChargeOverrideDocuments
{
    private const int LongestComment = 200;

    /// <param name="fault">The operation's own.</param>
    /// <exception cref="SmileException">The plan has no such charge, or something of it cannot be overridden.</exception>
    public static ChargeOverrides Read(PlanScheduleItemOverridesType document, Plan plan, Account account, Fault fault)
    {
        if (document.ChargingRules?.ChargingRule.Count > 0)
        {
            throw Refuse.With(fault, "ChargingRules", "", "Override charging rules by ChargingRuleOverrides.");
        }

        var reading = new ChargeReading(fault);
        var charges = plan
            .RecurringCharges.Concat(plan.Options.SelectMany(option => option.RecurringCharges))
            .ToDictionary(charge => charge.Id);
        var overrides = (document.RecurringCharges?.RecurringCharge ?? []).Select(Override).ToList();
        return overrides.CountBy(charge => charge.Charge).FirstOrDefault(count => count.Value > 1) is { Value: > 1, Key: var twice }
                ? throw Refuse.With(fault, "id", twice, "The recurring charge is overridden twice.")
            : overrides.Count == 0 ? ChargeOverrides.None
            : new ChargeOverrides(overrides);

        ChargeOverride Override(RecurringChargeType charge)
        {
            if (charge.Id is not { } id || !charges.TryGetValue(id, out var configured))
            {
                throw Refuse.With(
                    fault,
                    "id",
                    charge.Id,
                    $"The plan {plan.Code} has no such recurring charge. It has {string.Join(", ", charges.Keys.Order())}."
                );
            }

            if (Fixed(charge) is { } what)
            {
                throw Refuse.With(
                    fault,
                    what,
                    "",
                    "A plan schedule item overrides rate, comment, quantity, description, frequency, timing and advance periods."
                );
            }

            var frequency = reading.Frequency(charge.Frequency);
            var timing = reading.Timing(charge.WhenToCharge);
            var periods = reading.AdvancePeriods(charge.AdvancePeriods);
            return periods is not null && (timing ?? configured.Timing) != ChargeTiming.InAdvance
                ? throw Refuse.With(fault, "AdvancePeriods", periods, "Only a charge in advance has advance periods.")
                : new ChargeOverride(
                    id,
                    reading.Rate(account, charge.Rate),
                    reading.Quantity(charge.ChargeQuantity),
                    reading.Description(charge.Description),
                    reading.Text(charge.Comment, LongestComment, "Comment"),
                    frequency?.Frequency,
                    frequency?.Every,
                    timing,
                    periods
                );
        }
    }

    /// <summary>What is overridden, and nothing else (guide, line 8724).</summary>
    /// <param name="currency">The account's.</param>
    public static PlanScheduleItemOverridesType Document(ChargeOverrides overrides, Currency currency) =>
        new()
        {
            RecurringCharges = new RecurringChargesType
            {
                RecurringCharge =
                [
                    .. overrides.Charges.Select(charge => new RecurringChargeType
                    {
                        Id = charge.Charge,
                        Rate = charge.Rate is { } rate ? new Money(rate, currency).ToRateDocument() : null,
                        Comment = charge.Comment,
                        ChargeQuantity = charge.Quantity,
                        Description = charge.Description,
                        Frequency = charge is { Frequency: { } frequency, Every: { } every }
                            ? new FrequencyType { Type = frequency.Name(), Value = every }
                            : null,
                        WhenToCharge = charge.Timing?.Name(),
                        AdvancePeriods = charge.AdvancePeriods,
                    }),
                ],
            },
            ChargingRules = new ChargingRulesType(),
        };

    /// <summary>The first element that is there and cannot be overridden.</summary>
    private static string? Fixed(RecurringChargeType charge) =>
        charge switch
        {
            { ProRataAction: not null } => "ProRataAction",
            { MinProRataDays: not null } => "MinProRataDays",
            { LineItemDescription: not null } => "LineItemDescription",
            { ValidFrom: not null } => "ValidFrom",
            { ValidTo: not null } => "ValidTo",
            _ => null,
        };
}
