using Smile.Catalogue;

namespace Smile.Modules.Tests.Catalogue.Reading;

/// <summary>What is found wrong in contracts, and what holds where they leave something out.</summary>
public sealed class ContractProblemTests
{
    private const string Items =
        "itemDescriptions: [{ code: fee, description: Leaving early }, { code: setup, description: Setup, rate: 40 }]\n";
    private const string Good =
        "id: 9, service: 17, name: C, duration: 12, validFrom: 2015-01-01, earlyTerminationFee: { itemCode: fee, rate: 10 }";

    [Theory]
    [InlineData(
        "id: 9, name: C, duration: 12, validFrom: 2015-01-01, earlyTerminationFee: { itemCode: fee, rate: 10 }",
        "contracts[0].service: The key 'service' is missing."
    )]
    [InlineData(
        "id: 9, service: 99, name: C, duration: 12, validFrom: 2015-01-01, earlyTerminationFee: { itemCode: fee, rate: 10 }",
        "contracts[0].service: There is no service 99."
    )]
    [InlineData(
        "id: 9, service: 17, name: C, validFrom: 2015-01-01, earlyTerminationFee: { itemCode: fee, rate: 10 }",
        "contracts[0].duration: The key 'duration' is missing."
    )]
    [InlineData(
        "id: 9, service: 17, name: C, duration: 0, validFrom: 2015-01-01, earlyTerminationFee: { itemCode: fee, rate: 10 }",
        "contracts[0].duration: '0' is out of range: 1 to 600."
    )]
    [InlineData(
        "id: 9, service: 17, name: C, duration: 12, earlyTerminationFee: { itemCode: fee, rate: 10 }",
        "contracts[0].validFrom: The key 'validFrom' is missing."
    )]
    [InlineData(
        "id: 9, service: 17, name: C, duration: 12, validFrom: 2015-01-01",
        "contracts[0].earlyTerminationFee: The key 'earlyTerminationFee' is missing."
    )]
    [InlineData(
        "id: 9, service: 17, name: C, duration: 12, validFrom: 2015-01-01, earlyTerminationFee: 10",
        "contracts[0].earlyTerminationFee: Expected a mapping, but this is '10'."
    )]
    [InlineData(
        "id: 9, service: 17, name: C, duration: 12, validFrom: 2015-01-01, earlyTerminationFee: { itemCode: fee }",
        "contracts[0].earlyTerminationFee.rate: The item fee has no rate: the charge needs one."
    )]
    [InlineData(
        "id: 9, service: 17, name: C, duration: 12, validFrom: 2015-01-01, earlyTerminationFee: { itemCode: feee, rate: 1 }",
        "contracts[0].earlyTerminationFee.itemCode: There is no item description feee. Did you mean 'fee'?"
    )]
    [InlineData(Good + ", validTo: 2014-12-31", "contracts[0].validTo: A contract is valid to the day from which it is, or later.")]
    [InlineData(
        Good + ", minimumTerminationCharge: 20, maximumTerminationCharge: 10",
        "contracts[0].maximumTerminationCharge: The largest charge is less than the least one."
    )]
    [InlineData(Good + ", baseValue: -1", "contracts[0].baseValue: '-1' is out of range: 0 to 1000000000.")]
    [InlineData(
        Good + ", planRecurringChargePercentage: 1001",
        "contracts[0].planRecurringChargePercentage: '1001' is out of range: 0 to 1000."
    )]
    [InlineData(Good + ", graceDays: 400", "contracts[0].graceDays: '400' is out of range: 0 to 366.")]
    [InlineData(Good + ", setupFees: [{ itemCode: nothing }]", "contracts[0].setupFees[0].itemCode: There is no item description nothing.")]
    [InlineData(Good + ", plans: [{ id: 1, plan: Golde }]", "contracts[0].plans[0].plan: There is no plan Golde. Did you mean 'Gold'?")]
    [InlineData(
        Good + ", plans: [{ id: 1, plan: voip }]",
        "contracts[0].plans[0].plan: The plan voip is of service 15, the contract of service 17."
    )]
    [InlineData(
        Good + ", plans: [{ id: 1, plan: Gold }, { id: 2, plan: Gold }]",
        "contracts[0].plans[1].plan: The contract is already offered by plan Gold."
    )]
    [InlineData(
        Good + ", plans: [{ id: 1, plan: Gold }, { id: 1, plan: Silver }]",
        "contracts[0].plans[1].id: plan contract id '1' is already used at test.yaml(2)."
    )]
    [InlineData(Good + " }, { " + Good, "contracts[1].id: contract id '9' is already used at test.yaml(2).")]
    [InlineData(
        Good + ", allowedManagedPlanChanges: Some",
        "contracts[0].allowedManagedPlanChanges: Expected one of All, UpgradesAndCrossgrades, Upgrades, None, but this is 'Some'."
    )]
    [InlineData(Good + ", months: 12", "contracts[0].months: Unknown key 'months'.")]
    public void A_problem_is_reported_at_its_place(string contract, string problem) =>
        Assert.EndsWith(problem, Assert.Single(CatalogueText.Problems($"{Items}contracts: [{{ {contract} }}]")), StringComparison.Ordinal);

    [Fact]
    public void What_is_left_out_is_all_recurring_charges_and_no_bounds()
    {
        var contract = CatalogueText
            .Content(
                CatalogueText.Base,
                $"{Items}contracts: [{{ {Good}, setupFees: [{{ itemCode: setup }}], plans: [{{ id: 1, plan: Gold }}] }}]"
            )
            .Contracts.Single();
        Assert.Equal(
            (0m, 100m, 0, null, 0m, 0m),
            (
                contract.BaseValue,
                contract.PlanRecurringChargePercentage,
                contract.GraceDays,
                contract.ValidTo,
                contract.MinimumTerminationCharge,
                contract.MaximumTerminationCharge
            )
        );
        Assert.Equal(
            (AllowedPlanChanges.All, null, true),
            (contract.AllowedManagedPlanChanges, contract.Comments, contract.MayAlterValues)
        );
        Assert.Equal(
            (1, "Gold", "Gold", false),
            contract.Plans.Single() is var offer ? (offer.Id, offer.Plan, offer.Name, offer.SelfService) : default
        );
        Assert.Equal(("setup", null, null), contract.SetupFees.Single() is var fee ? (fee.ItemCode, fee.Description, fee.Rate) : default);
        Assert.Equal(
            (false, true, true),
            (
                contract.IsOfferedOn(new DateOnly(2014, 12, 31)),
                contract.IsOfferedOn(new DateOnly(2015, 1, 1)),
                contract.IsOfferedOn(new DateOnly(2999, 1, 1))
            )
        );
    }
}
