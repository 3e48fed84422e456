namespace Smile.Catalogue.Reading;

/// <summary>Reads the prepaid blocks that subscriptions can be given.</summary>
internal static class PrepaidSections
{
    private const int LongestValidity = 10_000;

    private const decimal LeastRate = 0.00001m;
    private const int RateDecimals = 5;
    private const int MostTiers = 100;

    /// <summary>Hours of a year.</summary>
    private const int LongestWarning = 8_784;

    public static void Block(MappingReader at, CatalogueDraft draft)
    {
        var service = draft.Services.Refer(at, "service", at.Integer("service", 1, int.MaxValue));
        var block = new PrepaidBlockItem(
            CodeOf(at),
            at.Text("name"),
            service,
            ChargingRuleSections.ChargeTypeOf(at, draft, service),
            at.OptionalDecimal("quantity", 0.001m, ChargingRuleSections.LargestQuantity, ChargingRuleSections.UnitDecimals),
            at.Optional("validity", Validity)
        )
        {
            Plans = UsageSections.OfService(at, "plans", at.Texts("plans"), draft.Plans, service, plan => plan.Service),
            Thresholds = UsageSections.Thresholds(at),
            ExpiryWarnings = at.Integers("expiryWarnings", 1, LongestWarning),
            SelfServe = at.Optional("selfServe", selfServe => SelfServe(selfServe, draft)),
            Type = at.Optional("type", type => new PrepaidTypeOfBlock(type.Integer("id", 1, int.MaxValue), type.Text("name"))),
        };
        if (block is { Quantity: null, Validity: null })
        {
            at.Problem("quantity", "A block without a quantity needs a validity: it would never end.");
        }

        if (block is { Quantity: null, Thresholds.Count: > 0 })
        {
            at.Problem("thresholds", "Thresholds are percentages of a quantity, and the block has none.");
        }

        block = block with { ChargingRules = Rules(at, draft, block) };
        draft.Unique(at, "prepaid block", "code", block.Code);
        draft.PrepaidBlocks.Add(block.Code, block);
    }

    /// <summary>Also one with spaces in it, as in the guide's example (line 15063).</summary>
    private static string CodeOf(MappingReader at)
    {
        var code = at.Text("code");
        if (at.IsGood("code") && (code.Length > CompanySections.LongestCode || code != code.Trim() || code.Any(char.IsControl)))
        {
            at.Problem("code", $"'{code}' is not a code: at most {CompanySections.LongestCode} characters, without spaces around them.");
        }

        return code;
    }

    private static SelfServePrepaid SelfServe(MappingReader at, CatalogueDraft draft)
    {
        var paymentTypes = at.Texts("paymentTypes");
        for (var index = 0; index < paymentTypes.Count; index++)
        {
            draft.PaymentTypes.Knows(at, "paymentTypes", index, paymentTypes[index]);
        }

        return new SelfServePrepaid(
            draft.ItemDescriptions.Refer(at, "itemCode", at.Code("itemCode", CompanySections.LongestCode)),
            at.Decimal("rate", LeastRate, CompanySections.LargestAmount, RateDecimals),
            at.Integer("tier", 1, MostTiers, CatalogueDefaults.PrepaidTier)
        )
        {
            PaymentTypes = paymentTypes,
        };
    }

    private static PrepaidValidity Validity(MappingReader at) =>
        new(at.Choice("unit", CatalogueDefaults.PrepaidValidityUnit), at.Integer("count", 1, LongestValidity));

    /// <summary>Rules of the block's plans, and of its charge type: others would never use it.</summary>
    private static IReadOnlyList<int> Rules(MappingReader at, CatalogueDraft draft, PrepaidBlockItem block)
    {
        var known = draft
            .Plans.Items.Where(plan => plan.Service == block.Service && (block.Plans.Count == 0 || block.Plans.Contains(plan.Code)))
            .SelectMany(plan => plan.ChargingRules)
            .Where(rule => rule.ChargeType == block.ChargeType)
            .Select(rule => rule.Id)
            .ToHashSet();
        var ids = at.Integers("chargingRules", 1, int.MaxValue);
        for (var index = 0; index < ids.Count; index++)
        {
            if (at.IsGood("chargingRules") && !at.IsPartial && !known.Contains(ids[index]))
            {
                at.Problem("chargingRules", index, $"No charging rule {ids[index]} of the block's plans has its charge type.");
            }
        }

        return ids;
    }
}
