using Smile.Catalogue;
using Smile.Contracts;

namespace Smile.Modules.Tests.Catalogue.Reading;

/// <summary>What is found wrong in managed plan groups, and what holds where they leave something out.</summary>
public sealed class ManagedPlanProblemTests
{
    private const string More = """
        itemDescriptions: [{ code: fee, description: Changing }]
        plans:
          - { id: 5, code: Large, service: 17, options: [{ code: lines, minimumQuantity: 1, maximumQuantity: 4 }, { code: extra }] }
          - { id: 6, code: incoming, service: 17, planScheduleType: 3 }

        """;

    private const string Head = "id: 9, service: 17, name: G";
    private const string Good = Head + ", choices: [{ id: 1, plan: Gold, position: 1 }]";

    [Theory]
    [InlineData(
        "id: 9, name: G, choices: [{ id: 1, plan: Gold, position: 1 }]",
        "managedPlanGroups[0].service: The key 'service' is missing."
    )]
    [InlineData(
        "id: 9, service: 99, name: G, choices: [{ id: 1, plan: Gold, position: 1 }]",
        "managedPlanGroups[0].service: There is no service 99."
    )]
    [InlineData(Head, "managedPlanGroups[0].choices: A group has at least one choice.")]
    [InlineData(Head + ", choices: [{ id: 1, plan: Gold }]", "managedPlanGroups[0].choices[0].position: The key 'position' is missing.")]
    [InlineData(
        Head + ", choices: [{ id: 1, plan: Golde, position: 1 }]",
        "managedPlanGroups[0].choices[0].plan: There is no plan Golde. Did you mean 'Gold'?"
    )]
    [InlineData(
        Head + ", choices: [{ id: 1, plan: voip, position: 1 }]",
        "managedPlanGroups[0].choices[0].plan: The plan voip is of service 15, the group of service 17."
    )]
    [InlineData(
        Head + ", choices: [{ id: 1, plan: Gold, position: 1 }, { id: 2, plan: incoming, position: 2 }]",
        "managedPlanGroups[0].choices[1].plan: The plan incoming is for plan schedules of type 3, Gold for type 1: a group changes "
            + "one of a subscription's plans."
    )]
    [InlineData(
        Head + ", choices: [{ id: 1, plan: Gold, position: 1 }, { id: 1, plan: Silver, position: 2 }]",
        "managedPlanGroups[0].choices[1].id: managed plan choice id '1' is already used at test.yaml(5)."
    )]
    [InlineData(
        Head + ", choices: [{ id: 1, plan: Large, position: 1 }]",
        "managedPlanGroups[0].choices[0].options: lines '': The plan Large is taken with 1 to 4 lines."
    )]
    [InlineData(
        Head + ", choices: [{ id: 1, plan: Large, position: 1, options: { lines: 5 } }]",
        "managedPlanGroups[0].choices[0].options: lines '5': The plan Large is taken with 1 to 4 lines."
    )]
    [InlineData(
        Head + ", choices: [{ id: 1, plan: Large, position: 1, options: { lines: 1, extra: 2 } }]",
        "managedPlanGroups[0].choices[0].options: extra '2': Expected true or false, as a Boolean."
    )]
    [InlineData(
        Head + ", choices: [{ id: 1, plan: Gold, position: 1, options: { lines: 1 } }]",
        "managedPlanGroups[0].choices[0].options: Options 'lines': The plan Gold has no options."
    )]
    [InlineData(
        Head + ", choices: [{ id: 1, plan: Gold, position: 1, validFrom: 2015-01-02, validTo: 2015-01-01 }]",
        "managedPlanGroups[0].choices[0].validTo: It is valid to the day from which it is, or later."
    )]
    [InlineData(
        Good + ", validFrom: 2015-01-02, validTo: 2015-01-01",
        "managedPlanGroups[0].validTo: It is valid to the day from which it is, or later."
    )]
    [InlineData(
        Good + ", upgrade: { timing: Later }",
        "managedPlanGroups[0].upgrade.timing: Expected one of CurrentPeriod, Immediately, NextPeriod, but this is 'Later'."
    )]
    [InlineData(
        Good + ", downgrade: { charge: { itemCode: fee } }",
        "managedPlanGroups[0].downgrade.charge.rate: The item fee has no rate: the charge needs one."
    )]
    [InlineData(
        Good + ", crossgrade: { charge: { itemCode: feee, rate: 1 } }",
        "managedPlanGroups[0].crossgrade.charge.itemCode: There is no item description feee. Did you mean 'fee'?"
    )]
    [InlineData(
        Good + ", prePaymentRequiredFor: Everybody",
        "managedPlanGroups[0].prePaymentRequiredFor: Expected one of None, EndUsers, but this is 'Everybody'."
    )]
    [InlineData(
        Good + " }, { id: 9, service: 17, name: H, choices: [{ id: 2, plan: Gold, position: 1 }]",
        "managedPlanGroups[1].id: managed plan group id '9' is already used at test.yaml(5)."
    )]
    [InlineData(Good + ", sidegrade: {}", "managedPlanGroups[0].sidegrade: Unknown key 'sidegrade'.")]
    public void A_problem_is_reported_at_its_place(string group, string problem) =>
        Assert.EndsWith(
            problem,
            Assert.Single(CatalogueText.Problems($"{More}managedPlanGroups: [{{ {group} }}]")),
            StringComparison.Ordinal
        );

    [Fact]
    public void What_is_left_out_is_free_of_charge_and_timed_as_print_shows_it()
    {
        var group = CatalogueText
            .Content(
                CatalogueText.Base,
                $"{More}managedPlanGroups: [{{ {Head}, choices: [{{ id: 2, plan: Large, position: 2, options: {{ lines: 2 }} }}, {{ "
                    + $"id: 1, plan: Gold, position: 1 }}] }}]"
            )
            .ManagedPlanGroups.Single();
        Assert.Equal(
            (
                new ManagedPlanChange(ManagedPlanChangeTimingType.CurrentPeriod, null),
                new ManagedPlanChange(ManagedPlanChangeTimingType.Immediately, null),
                new ManagedPlanChange(ManagedPlanChangeTimingType.NextPeriod, null)
            ),
            (group.Upgrade, group.Crossgrade, group.Downgrade)
        );
        Assert.Equal((PrePaymentRequirement.None, true), (group.PrePaymentRequiredFor, group.IsValidOn(DateOnly.MaxValue)));
        Assert.Equal(["1 Gold", "2 Large"], group.Choices.Select(choice => $"{choice.Id} {choice.DisplayName}"));
        Assert.Equal(
            (PlanChangeDirectionType.Upgrade, PlanChangeDirectionType.Downgrade, PlanChangeDirectionType.Crossgrade),
            (
                group.Choices[0].DirectionTo(group.Choices[1]),
                group.Choices[1].DirectionTo(group.Choices[0]),
                group.Choices[0].DirectionTo(group.Choices[0])
            )
        );
    }
}
