namespace Smile.Catalogue.Reading;

/// <summary>Reads what plans charge.</summary>
internal static class ChargeSections
{
    private const int MostPeriods = 1_200;
    private const int RateDecimals = 5;
    private const int LongestCode = CompanySections.LongestCode;

    public static IReadOnlyList<RecurringChargeItem> RecurringCharges(MappingReader at, CatalogueDraft draft) =>
        at.List("recurringCharges", charge => RecurringCharge(charge, draft));

    public static PlanOptionItem PlanOption(MappingReader at, CatalogueDraft draft)
    {
        var code = at.Code("code", LongestCode);
        var numeric = at.Has("minimumQuantity") || at.Has("maximumQuantity");
        var option = new PlanOptionItem(
            code,
            at.TextFromOthers("name", code),
            numeric,
            at.OptionalInteger("minimumQuantity", 0, int.MaxValue),
            at.OptionalInteger("maximumQuantity", 0, int.MaxValue),
            at.Optional("group", group => new PlanOptionGroup(group.Integer("id", 1, int.MaxValue), group.Text("name"))),
            RecurringCharges(at, draft)
        );
        if (option.MaximumQuantity < option.MinimumQuantity)
        {
            at.Problem("maximumQuantity", "The largest quantity is less than the least one.");
        }

        return option;
    }

    public static SetupChargeItem SetupCharge(MappingReader at, CatalogueDraft draft) =>
        new(ItemCode(at, draft), MoneySections.OptionalRate(at));

    public static MinimumChargeItem MinimumCharge(MappingReader at, CatalogueDraft draft) =>
        new(ItemCode(at, draft), at.Decimal("rate", 0m, CompanySections.LargestAmount, RateDecimals));

    /// <summary>What lines are for: the code of an item.</summary>
    public static string ItemCode(MappingReader at, CatalogueDraft draft) =>
        draft.ItemDescriptions.Refer(at, "itemCode", at.Code("itemCode", LongestCode));

    /// <summary>An item with a rate of its own or the charge's.</summary>
    public static (string ItemCode, decimal? Rate) PricedItem(MappingReader at, CatalogueDraft draft)
    {
        var itemCode = ItemCode(at, draft);
        var rate = MoneySections.OptionalRate(at);
        if (rate is null && at.IsGood("itemCode") && draft.ItemDescriptions.Find(itemCode) is { Rate: null } && !at.IsPartial)
        {
            at.Problem("rate", $"The item {itemCode} has no rate: the charge needs one.");
        }

        return (itemCode, rate);
    }

    private static RecurringChargeItem RecurringCharge(MappingReader at, CatalogueDraft draft)
    {
        var timing = at.Choice("timing", CatalogueDefaults.ChargeTiming);
        var (itemCode, rate) = PricedItem(at, draft);
        var charge = new RecurringChargeItem(
            at.Integer("id", 1, int.MaxValue),
            itemCode,
            rate,
            at.Decimal("quantity", 0m, CompanySections.LargestAmount, RateDecimals, CatalogueDefaults.ChargeQuantity),
            at.Choice("frequency", CatalogueDefaults.ChargeFrequency),
            at.Integer("every", 1, MostPeriods, CatalogueDefaults.ChargePeriods),
            timing,
            timing == ChargeTiming.InAdvance
                ? at.Integer("advancePeriods", 1, MostPeriods, CatalogueDefaults.ChargePeriods)
                : at.Integer("advancePeriods", 0, 0, 0),
            at.Choice("proRata", CatalogueDefaults.ProRata),
            at.Integer("minimumProRataDays", 0, 366, 0),
            at.OptionalText("description")
        )
        {
            ValidFrom = at.OptionalDate("validFrom"),
            ValidTo = at.OptionalDate("validTo"),
            DisplayRate = at.OptionalText("displayRate"),
        };
        if (charge.ValidTo < charge.ValidFrom)
        {
            at.Problem("validTo", "A charge is valid to the day from which it is, or later.");
        }

        draft.Unique(at, "recurring charge", "id", charge.Id);
        return charge;
    }
}
