using Smile.Contracts;
using Smile.Kernel;

namespace Smile.Catalogue.Reading;

/// <summary>Reads managed plan groups.</summary>
internal static class ManagedPlanSections
{
    public static void Group(MappingReader at, CatalogueDraft draft)
    {
        var service = draft.Services.Refer(at, "service", at.Integer("service", 1, int.MaxValue));
        var group = new ManagedPlanGroup(
            at.Integer("id", 1, int.MaxValue),
            service,
            at.Text("name"),
            Change(at, "upgrade", CatalogueDefaults.UpgradeTiming, draft),
            Change(at, "crossgrade", CatalogueDefaults.CrossgradeTiming, draft),
            Change(at, "downgrade", CatalogueDefaults.DowngradeTiming, draft)
        )
        {
            PrePaymentRequiredFor = at.Choice("prePaymentRequiredFor", CatalogueDefaults.PrePaymentRequiredFor),
            ValidFrom = at.OptionalDate("validFrom"),
            ValidTo = at.OptionalDate("validTo"),
            Choices = [.. Choices(at, draft, service).OrderBy(choice => choice.Position).ThenBy(choice => choice.Id)],
        };
        RequireOrder(at, group.ValidFrom, group.ValidTo);
        draft.Unique(at, "managed plan group", "id", group.Id);
        draft.ManagedPlanGroups.Add(group.Id, group);
    }

    private static ManagedPlanChange Change(MappingReader at, string key, ManagedPlanChangeTimingType timing, CatalogueDraft draft) =>
        at.Optional(
            key,
            change => new ManagedPlanChange(change.Choice("timing", timing), change.Optional("charge", charge => Charge(charge, draft)))
        ) ?? new ManagedPlanChange(timing, null);

    private static PlanChangeCharge Charge(MappingReader at, CatalogueDraft draft)
    {
        var (itemCode, rate) = ChargeSections.PricedItem(at, draft);
        return new PlanChangeCharge(itemCode, rate);
    }

    private static List<ManagedPlanChoice> Choices(MappingReader at, CatalogueDraft draft, int service)
    {
        var choices = new List<ManagedPlanChoice>();
        Plan? first = null;
        foreach (var item in at.Mappings("choices"))
        {
            var choice = item.Read(reader => Choice(reader, draft));
            draft.Unique(item, "managed plan choice", "id", choice.Id);
            choices.Add(choice);
            if (!item.IsGood("plan") || draft.Plans.Find(choice.Plan) is not { } plan)
            {
                continue;
            }

            first ??= plan;
            if (plan.Service != service && at.IsGood("service"))
            {
                item.Problem("plan", $"The plan {plan.Code} is of service {plan.Service}, the group of service {service}.");
            }
            else if (plan.PlanScheduleType != first.PlanScheduleType)
            {
                item.Problem(
                    "plan",
                    $"The plan {plan.Code} is for plan schedules of type {plan.PlanScheduleType}, {first.Code} for type "
                        + $"{first.PlanScheduleType}: a group changes one of a subscription's plans."
                );
            }

            // Nobody can be asked for options when a choice is quoted: what the plan needs must be in the choice.
            if (PlanOptionChecks.FirstProblem(plan, new FieldValues(choice.Options)) is { } problem)
            {
                item.Problem("options", $"{problem.What} '{problem.Value}': {problem.Advice}");
            }
        }

        at.NoteRequired("choices");
        if (choices.Count == 0)
        {
            at.Problem("choices", "A group has at least one choice.");
        }

        return choices;
    }

    private static ManagedPlanChoice Choice(MappingReader at, CatalogueDraft draft)
    {
        var plan = draft.Plans.Refer(at, "plan", at.Text("plan"));
        var displayName = at.TextFromOthers("displayName", draft.Plans.Find(plan)?.Name ?? plan);
        var choice = new ManagedPlanChoice(at.Integer("id", 1, int.MaxValue), plan, displayName, at.Integer("position", 1, int.MaxValue))
        {
            Description = at.OptionalText("description"),
            Options = FieldSections.Values(at, "options"),
            ValidFrom = at.OptionalDate("validFrom"),
            ValidTo = at.OptionalDate("validTo"),
        };
        RequireOrder(at, choice.ValidFrom, choice.ValidTo);
        return choice;
    }

    private static void RequireOrder(MappingReader at, DateOnly? from, DateOnly? to)
    {
        if (to < from && at.IsGood("validTo"))
        {
            at.Problem("validTo", "It is valid to the day from which it is, or later.");
        }
    }
}
