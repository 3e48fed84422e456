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
            ChargingRules = new ChargingRulesType(),
            IncludedValuePools = new IncludedValuePoolsType(),
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
