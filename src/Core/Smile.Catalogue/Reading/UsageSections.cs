namespace Smile.Catalogue.Reading;

/// <summary>Reads what usage is counted in and what is watched of it: charge types, tariff types, value pools, groups and limits.</summary>
internal static class UsageSections
{
    public const int PriceDecimals = 8;

    private const int LargestThreshold = 1_000;
    private const int LongestTemplate = 50;
    private const int LimitDecimals = 2;

    /// <summary>A year of months.</summary>
    private const int MostRollOverPeriods = 12;
    private const int LongestSharedName = 50;

    /// <summary>The components of usage of a service.</summary>
    public static IReadOnlyList<UsageChargeType> ChargeTypes(MappingReader at)
    {
        var types = new List<UsageChargeType>();
        foreach (var item in at.Mappings("usageChargeTypes"))
        {
            var type = item.Read(reader => new UsageChargeType(
                reader.Integer("id", 0, int.MaxValue),
                reader.Text("name"),
                reader.Choice("measure", CatalogueDefaults.UsageMeasure)
            ));
            if (types.Any(other => other.Id == type.Id))
            {
                item.Problem("id", $"The service already has a charge type {type.Id}.");
            }

            if (types.FirstOrDefault(other => other.Measure == type.Measure) is { } same)
            {
                item.Problem("measure", $"{same.Name} has this measure already: usage would be charged twice.");
            }

            types.Add(type);
        }

        return types;
    }

    public static void TariffType(MappingReader at, CatalogueDraft draft)
    {
        var type = new TariffTypeItem(
            at.Integer("id", 1, int.MaxValue),
            at.Text("name"),
            draft.Services.Refer(at, "service", at.Integer("service", 1, int.MaxValue)),
            MoneySections.OptionalCompany(at, draft)
        );
        draft.Unique(at, "tariff type", "id", type.Id);
        draft.TariffTypes.Add(type.Id, type);
    }

    public static void AlertGroup(MappingReader at, CatalogueDraft draft)
    {
        var group = new UsageAlertGroupItem(
            at.Integer("id", 1, int.MaxValue),
            draft.Companies.Refer(at, "company", at.Integer("company", 1, int.MaxValue)),
            at.Text("name"),
            Thresholds(at)
        )
        {
            Notices = Notices(at),
        };
        draft.Unique(at, "usage alert group", "id", group.Id);
        draft.UsageAlertGroups.Add(group.Id, group);
    }

    public static void SpendLimit(MappingReader at, CatalogueDraft draft)
    {
        var service = draft.Services.Refer(at, "service", at.Integer("service", 1, int.MaxValue));
        var limit = new SpendLimitItem(
            at.Integer("id", 1, int.MaxValue),
            service,
            at.Text("name"),
            at.Decimal("limit", 0m, CompanySections.LargestAmount, LimitDecimals),
            TariffTypesOf(at, draft, service),
            Thresholds(at),
            FeaturesOf(at, draft, service)
        )
        {
            Notices = Notices(at),
            FirstEnd = at.OptionalDate("firstEnd"),
            LastEnd = at.OptionalDate("lastEnd"),
        };
        if (limit.TariffTypes.Count == 0)
        {
            at.Problem("tariffTypes", "A spend limit needs at least one type of tariffs.");
        }

        if (limit.LastEnd < limit.FirstEnd)
        {
            at.Problem("lastEnd", "The limit holds to the rating periods that end on firstEnd, or later.");
        }

        draft.Unique(at, "spend limit", "id", limit.Id);
        draft.SpendLimits.Add(limit.Id, limit);
    }

    /// <summary>The value pools of a plan.</summary>
    public static IReadOnlyList<ValuePoolItem> ValuePools(MappingReader at, CatalogueDraft draft) =>
        at.List(
            "valuePools",
            pool =>
            {
                var item = new ValuePoolItem(
                    pool.Integer("id", 1, int.MaxValue),
                    pool.Text("name"),
                    pool.Decimal("valueIncTax", 0m, CompanySections.LargestAmount, LimitDecimals),
                    Thresholds(pool)
                )
                {
                    RollOverPeriods = pool.OptionalInteger("rollOverPeriods", 0, MostRollOverPeriods) ?? 0,
                    RollOverMost = pool.OptionalDecimal("rollOverMost", 0m, CompanySections.LargestAmount, LimitDecimals),
                    SharedAs = pool.OptionalCode("sharedAs", LongestSharedName),
                    Notices = Notices(pool),
                };
                if (item is { RollOverPeriods: 0, RollOverMost: not null })
                {
                    pool.Problem("rollOverMost", "It limits what rolls over: say in how many rollOverPeriods that can be used.");
                }

                if (item is { RollOverPeriods: > 0, SharedAs: not null })
                {
                    pool.Problem("sharedAs", "What subscriptions share does not roll over: leave out one of rollOverPeriods and sharedAs.");
                }

                draft.Unique(pool, "value pool", "id", item.Id);
                return item;
            }
        );

    /// <summary>How much of usage alert groups a plan includes.</summary>
    public static IReadOnlyList<PlanUsageAlertGroup> PlanAlertGroups(MappingReader at, CatalogueDraft draft)
    {
        var groups = new List<PlanUsageAlertGroup>();
        foreach (var item in at.Mappings("usageAlertGroups"))
        {
            var group = item.Read(reader => new PlanUsageAlertGroup(
                draft.UsageAlertGroups.Refer(reader, "group", reader.Integer("group", 1, int.MaxValue)),
                reader.Decimal("limit", 0m, long.MaxValue, LimitDecimals),
                reader.Flag("proRated", CatalogueDefaults.IsAlertGroupProRated)
            ));
            if (groups.Any(other => other.Group == group.Group))
            {
                item.Problem("group", $"The plan already includes usage alert group {group.Group}.");
            }

            groups.Add(group);
        }

        return groups;
    }

    public static IReadOnlyList<int> TariffTypesOf(MappingReader at, CatalogueDraft draft, int service) =>
        OfService(at, "tariffTypes", at.Integers("tariffTypes", 1, int.MaxValue), draft.TariffTypes, service, type => type.Service);

    public static IReadOnlyList<int> FeaturesOf(MappingReader at, CatalogueDraft draft, int service, string key = "features") =>
        OfService(at, key, at.Integers(key, 1, int.MaxValue), draft.Features, service, feature => feature.Service);

    /// <summary>A price without tax; null where it is left out.</summary>
    public static decimal? OptionalPrice(MappingReader at, string key) =>
        at.OptionalDecimal(key, 0m, CompanySections.LargestAmount, PriceDecimals);

    /// <summary>A list of things of one service.</summary>
    public static IReadOnlyList<TKey> OfService<TKey, TItem>(
        MappingReader at,
        string key,
        IReadOnlyList<TKey> ids,
        DraftItems<TKey, TItem> items,
        int service,
        Func<TItem, int> serviceOf
    )
        where TKey : notnull
        where TItem : class
    {
        for (var index = 0; index < ids.Count; index++)
        {
            if (at.IsGood(key) && items.Knows(at, key, index, ids[index]) && serviceOf(items.Find(ids[index])!) != service)
            {
                at.Problem(key, index, $"{ids[index]} belongs to another service.");
            }
        }

        return ids;
    }

    public static IReadOnlyList<decimal> Thresholds(MappingReader at)
    {
        var thresholds = at.Integers("thresholds", 1, LargestThreshold);
        if (at.IsGood("thresholds") && thresholds.Zip(thresholds.Skip(1)).Any(pair => pair.First >= pair.Second))
        {
            at.Problem("thresholds", "Thresholds are percentages in ascending order.");
        }

        return [.. thresholds.Select(threshold => (decimal)threshold)];
    }

    private static UsageNotices Notices(MappingReader at)
    {
        var notices = new UsageNotices(Template(at, "notice"), Template(at, "resetNotice"));
        if (notices != UsageNotices.None && at.IsGood("thresholds") && !at.Has("thresholds"))
        {
            at.Problem("thresholds", "Notices are sent when a threshold is reached: at least one is needed.");
        }

        return notices;
    }

    public static string? Template(MappingReader at, string key)
    {
        var template = at.OptionalCode(key, LongestTemplate);
        if (template is not null && at.IsGood(key) && !template.StartsWith(UsageNotices.Prefix, StringComparison.Ordinal))
        {
            at.Problem(key, $"The template of a notice of usage has a name that begins with {UsageNotices.Prefix}, and not '{template}'.");
        }

        return template;
    }
}
