namespace Smile.Catalogue.Reading;

/// <summary>Reads contracts, and the plans that offer them.</summary>
internal static class ContractSections
{
    private const int MostMonths = 600;
    private const int MostGraceDays = 366;
    private const int AmountDecimals = 4;
    private const int PercentDecimals = 5;
    private const decimal LargestPercentage = 1_000m;

    public static void Contract(MappingReader at, CatalogueDraft draft)
    {
        var service = draft.Services.Refer(at, "service", at.Integer("service", 1, int.MaxValue));
        var contract = new ContractItem(
            at.Integer("id", 1, int.MaxValue),
            service,
            at.Text("name"),
            Amount(at, "baseValue"),
            at.Decimal(
                "planRecurringChargePercentage",
                0m,
                LargestPercentage,
                PercentDecimals,
                CatalogueDefaults.PlanRecurringChargePercentage
            ),
            at.Integer("duration", 1, MostMonths),
            at.Integer("graceDays", 0, MostGraceDays, CatalogueDefaults.GraceDays),
            at.Date("validFrom"),
            at.Mapping("earlyTerminationFee", fee => Fee(fee, draft)) ?? new ContractFee("", null, 0m)
        )
        {
            ValidTo = at.OptionalDate("validTo"),
            SetupFees = at.List("setupFees", fee => Fee(fee, draft)),
            MinimumTerminationCharge = Amount(at, "minimumTerminationCharge"),
            MaximumTerminationCharge = Amount(at, "maximumTerminationCharge"),
            AllowedManagedPlanChanges = at.Choice("allowedManagedPlanChanges", CatalogueDefaults.AllowedManagedPlanChanges),
            Comments = at.OptionalText("comments"),
            MayAlterValues = at.Flag("mayAlterValues", CatalogueDefaults.MayAlterValues),
            Plans = Plans(at, draft, service),
        };
        if (contract.ValidTo < contract.ValidFrom && at.IsGood("validTo"))
        {
            at.Problem("validTo", "A contract is valid to the day from which it is, or later.");
        }

        if (contract.MaximumTerminationCharge != 0m && contract.MaximumTerminationCharge < contract.MinimumTerminationCharge)
        {
            at.Problem("maximumTerminationCharge", "The largest charge is less than the least one.");
        }

        draft.Unique(at, "contract", "id", contract.Id);
        draft.Contracts.Add(contract.Id, contract);
    }

    private static IReadOnlyList<PlanContractItem> Plans(MappingReader at, CatalogueDraft draft, int service)
    {
        var offers = new List<PlanContractItem>();
        foreach (var item in at.Mappings("plans"))
        {
            var offer = item.Read(reader =>
            {
                var plan = draft.Plans.Refer(reader, "plan", reader.Text("plan"));
                var name = reader.TextFromOthers("name", draft.Plans.Find(plan)?.Name ?? plan);
                var selfService = reader.Flag("selfService", CatalogueDefaults.SelfService);
                return new PlanContractItem(reader.Integer("id", 1, int.MaxValue), plan, name, selfService);
            });
            if (draft.Plans.Find(offer.Plan) is { } known && known.Service != service && at.IsGood("service"))
            {
                item.Problem("plan", $"The plan {offer.Plan} is of service {known.Service}, the contract of service {service}.");
            }

            if (item.IsGood("plan") && offers.Any(other => other.Plan == offer.Plan))
            {
                item.Problem("plan", $"The contract is already offered by plan {offer.Plan}.");
            }

            draft.Unique(item, "plan contract", "id", offer.Id);
            offers.Add(offer);
        }

        return offers;
    }

    private static ContractFee Fee(MappingReader at, CatalogueDraft draft)
    {
        var (itemCode, rate) = ChargeSections.PricedItem(at, draft);
        return new ContractFee(itemCode, at.OptionalText("description"), rate);
    }

    private static decimal Amount(MappingReader at, string key) =>
        at.Decimal(key, 0m, CompanySections.LargestAmount, AmountDecimals, CatalogueDefaults.ContractAmount);
}
