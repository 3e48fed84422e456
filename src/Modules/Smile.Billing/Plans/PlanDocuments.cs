using System.Globalization;
using System.Text.Json;
using Smile.Catalogue;
using Smile.Contracts;
using Smile.Customers.Subscriptions;
using Smile.Kernel;
using Smile.Receivables;

namespace Smile.Billing.Plans;

/// <summary>Plans and what they charge, as the wire shows them.</summary>
internal sealed class PlanDocuments(CatalogueSnapshot catalogue, Company company)
{
    private readonly BillingTimeZone _zone = catalogue.Zone(company.TimeZone);

    public PlanConfigurationType Configuration(Plan plan) =>
        new()
        {
            RecurringCharges = Charges(plan.RecurringCharges),
            PlanOptions = new PlanOptionListType { PlanOption = [.. plan.Options.Select(Option)] },
            ChargingRules = new ChargingRulesType { ChargingRule = [.. plan.ChargingRules.Select(rule => ChargingRule(plan, rule))] },
            IncludedValuePools = new IncludedValuePoolsType { IncludedValuePool = [.. plan.ValuePools.Select(ValuePool)] },
        };

    /// <summary>The same in a list of plans, with its code and name (guide, line 8934).</summary>
    public PlanConfigurationType NamedConfiguration(Plan plan)
    {
        var configuration = Configuration(plan);
        return new PlanConfigurationType
        {
            Plan = plan.Code,
            PlanName = plan.Name,
            Company = company.Id,
            RecurringCharges = configuration.RecurringCharges,
            PlanOptions = configuration.PlanOptions,
            ChargingRules = configuration.ChargingRules,
            IncludedValuePools = configuration.IncludedValuePools,
        };
    }

    public RecurringChargeType RecurringCharge(RecurringChargeItem charge) =>
        new()
        {
            Id = charge.Id,
            ChargeQuantity = charge.Quantity,
            Frequency = new FrequencyType { Type = charge.Frequency.Name(), Value = charge.Every },
            WhenToCharge = charge.Timing.Name(),
            AdvancePeriods = charge.Timing == ChargeTiming.InAdvance ? charge.AdvancePeriods : null,
            ProRataAction = charge.ProRata.Name(),
            MinProRataDays = charge.MinimumProRataDays,
            LineItemDescription = Item(charge.ItemCode, charge.Rate, charge.DisplayRate, charge.Description),
            ValidFrom = charge.ValidFrom is { } from ? _zone.ToXml(from) : null,
            ValidTo = charge.ValidTo is { } to ? _zone.ToXml(to) : null,
        };

    public static PlanScheduleItemType ScheduleItem(PlanScheduleItem item, BillingTimeZone zone) =>
        new()
        {
            PlanCode = item.PlanCode,
            PlanScheduleType = item.PlanScheduleType,
            Start = zone.At(item.Start),
            Options = new PropertiesType { Object = item.Options.ToDocument() },
            TariffOverrides = item.TariffOverrides is { } tariffs ? JsonSerializer.Deserialize<TariffOverridesType>(tariffs) : null,
            ChargingRuleOverrides = item.ChargingRuleOverrides is { } rules
                ? JsonSerializer.Deserialize<ChargingRuleOverridesType>(rules)
                : null,
            PlanScheduleItem = (int)item.Id,
        };

    /// <summary>An item with the price that a charge puts in place of its own.</summary>
    private LineItemDescriptionType? Item(string code, decimal? rate, string? displayRate, string? description) =>
        catalogue.ItemDescription(company.Id, code) is { } item
            ? ItemDescriptionDocuments.Document(catalogue, item, company, rate, displayRate, description, inPlan: true)
            : null;

    private ChargingRuleType ChargingRule(Plan plan, ChargingRuleItem rule)
    {
        var chargeType = catalogue.Service(plan.Service)!.UsageChargeTypes.First(type => type.Id == rule.ChargeType);
        var rate = rule.Source.Kind == RateSourceKind.Fixed ? rule.Source.Rate : 0m;
        return new ChargingRuleType
        {
            Id = rule.Id,
            ChargeType = new KeyedValueType { Key = chargeType.Id, Value = chargeType.Name },
            LineItemDescription = Item(rule.ItemCode, rate, rule.DisplayRate, rule.Description),
            RateSource = RateSource(rule.Source, chargeType.Measure),
            Constraints = Constraints(plan, rule.Constraints),
            PrepaidRules = new PrepaidRulesType(),
            AppliesFeatures =
                rule.AppliesFeatures.Count == 0
                    ? null
                    : new AppliesFeaturesType
                    {
                        Feature =
                        [
                            .. rule.AppliesFeatures.Select(id => new KeyedValueType { Key = id, Value = catalogue.Feature(id)!.Name }),
                        ],
                    },
            IncludedValuePoolRef = rule.ValuePool is { } pool
                ? new KeyedValueType { Key = pool, Value = plan.ValuePools.First(each => each.Id == pool).Name }
                : null,
            AllowOverride = rule.AllowsOverride,
        };
    }

    private RateSourceType RateSource(RateSource source, UsageMeasure measure) =>
        source.Kind switch
        {
            RateSourceKind.Fixed => new RateSourceType
            {
                FixedCharge = new FixedChargeType
                {
                    Rate = new Money(source.Rate, catalogue.Currency(company.Currency)).ToRateDocument(),
                    PerUnit = new PerUnitType { UnitQuantity = source.UnitQuantity, Value = measure.UnitName() },
                },
            },
            RateSourceKind.Wholesale => new RateSourceType { RetailMarkup = source.Percent + 0.00m },
            _ => new RateSourceType { Tariff = source.Kind == RateSourceKind.TariffFlagfall ? "Flagfall" : "Rate" },
        };

    /// <summary>Hours carry the offset of the company's standard time: print has some offset there (guide, line 8681).</summary>
    private ChargingRuleConstraintsType Constraints(Plan plan, RuleConstraints constraints)
    {
        var hasHours = constraints.Hours != HoursOfDay.All;
        return new ChargingRuleConstraintsType
        {
            DaysOfWeek =
                constraints.Weekdays.Count == 0
                    ? new DaysOfWeekType { All = true }
                    : new DaysOfWeekType { DayOfWeek = [.. constraints.Weekdays.Order().Select(day => $"{day}")] },
            FromDate = constraints.From is { } from ? _zone.ToXml(from) : null,
            ToDate = constraints.To is { } to ? _zone.ToXml(to) : null,
            FromTime = hasHours ? Time(constraints.Hours.From * 60) : null,
            ToTime = hasHours ? Time((constraints.Hours.To * 60) - 1) : null,
            PlanOption = constraints.PlanOption is { } code ? OptionReference(plan, code) : null,
            MaximumUnits = constraints.MaximumUnits is { } units ? units + 0.000m : null,
            MaximumUnitsPerDayOptionMultiplier = constraints.MaximumUnitsPerDayOptionMultiplier,
            MaximumUnitsPerSession = constraints.MaximumUnitsPerSession is { } ofSession ? ofSession + 0.000m : null,
            MaximumSessionLengthSeconds = (long?)constraints.MaximumSessionLengthSeconds,
        };
    }

    /// <summary>The number of an option is its group's, as in print (guide, line 8682), or its place in the plan.</summary>
    private static KeyedValueType OptionReference(Plan plan, string code)
    {
        var option = plan.Options.First(each => each.Code == code);
        return new KeyedValueType
        {
            Key = option.Group?.Id ?? plan.Options.TakeWhile(each => each != option).Count() + 1,
            Value = option.Name,
        };
    }

    private string Time(int second)
    {
        var offset = _zone.Info.BaseUtcOffset;
        var sign = offset < TimeSpan.Zero ? '-' : '+';
        return string.Create(CultureInfo.InvariantCulture, $@"{TimeSpan.FromSeconds(second):hh\:mm\:ss\.fff}{sign}{offset:hh\:mm}");
    }

    private IncludedValuePoolType ValuePool(ValuePoolItem pool) =>
        new()
        {
            Id = pool.Id,
            Name = pool.Name,
            ValueIncTax = new Money(pool.ValueIncTax, catalogue.Currency(company.Currency)).ToDocument(),
        };

    private PlanOptionType Option(PlanOptionItem option) =>
        new()
        {
            Option = option.Code,
            Name = option.Name,
            DisplayType = option.IsNumeric ? PlanOptionDisplayType.NUMERIC : PlanOptionDisplayType.BOOLEAN,
            MinimumQuantity = option.MinimumQuantity,
            MaximumQuantity = option.MaximumQuantity,
            Group = option.Group is { } group ? new KeyedValueType { Key = group.Id, Value = group.Name } : null,
            RecurringCharges = Charges(option.RecurringCharges),
        };

    private RecurringChargesType Charges(IReadOnlyList<RecurringChargeItem> charges) =>
        new() { RecurringCharge = [.. charges.Select(RecurringCharge)] };
}
