using System.Globalization;
using Smile.Catalogue;
using Smile.Contracts;
using Smile.Kernel;

namespace Smile.Billing.ManagedPlans;

/// <summary>Managed plans as the wire shows them.</summary>
internal static class ManagedPlanDocuments
{
    /// <param name="choices">Those of the group that the caller may see.</param>
    public static ManagedPlanGroupType Group(ManagedPlanGroup group, IEnumerable<ManagedPlanChoice> choices) =>
        new()
        {
            ManagedPlanGroupId = Text(group.Id),
            Name = group.Name,
            SID = group.Service,
            UpgradeTiming = group.Upgrade.Timing,
            CrossgradeTiming = group.Crossgrade.Timing,
            DowngradeTiming = group.Downgrade.Timing,
            PrePaymentRequiredFor = group.PrePaymentRequiredFor.ToString(),
            ManagedPlanChoices = new ManagedPlanChoicesType { ManagedPlan = [.. choices.Select(choice => Choice(group, choice))] },
        };

    public static ManagedPlanType Choice(ManagedPlanGroup group, ManagedPlanChoice choice) =>
        new()
        {
            ManagedPlanChoiceId = Text(choice.Id),
            DisplayName = choice.DisplayName,
            Description = choice.Description,
            Position = choice.Position,
            ManagedPlanGroupRef = new ManagedPlanGroupRefType { ManagedPlanGroupId = Text(group.Id), Name = group.Name },
            ManagedPlanOptions = new PropertiesType
            {
                Object = choice.Options.Count == 0 ? null : new FieldValues(choice.Options).ToDocument(),
            },
        };

    private static string Text(int id) => id.ToString(CultureInfo.InvariantCulture);
}
