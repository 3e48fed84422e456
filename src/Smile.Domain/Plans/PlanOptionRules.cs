using System.Globalization;
using Smile.Domain.Catalogue;
using Smile.Domain.CustomFields;
using Smile.Domain.Foundation;

namespace Smile.Domain.Plans;

/// <summary>Which options may be taken with a plan (guide, lines 8415, 8885, 11872).</summary>
internal static class PlanOptionRules
{
    /// <exception cref="SmileException">An option is unknown, missing, out of bounds, or excluded by another of its group.</exception>
    public static void Demand(Plan plan, FieldValues options, string fault)
    {
        foreach (var field in options.Fields)
        {
            var option = plan.Options.FirstOrDefault(candidate => candidate.Code == field.Name) ?? throw Refuse.With(fault, "Options", field.Name, Known(plan));
            var isRight = option.IsNumeric
                ? field.Kind is FieldKind.Integer && long.TryParse(field.Value, NumberStyles.None, CultureInfo.InvariantCulture, out _)
                : field.Kind is FieldKind.Boolean && field.Value is not null;
            if (!isRight)
            {
                throw Refuse.With(fault, option.Code, field.Value, option.IsNumeric ? "Expected a quantity, as an Integer." : "Expected true or false, as a Boolean.");
            }
        }

        foreach (var option in plan.Options.Where(option => option.IsNumeric))
        {
            var quantity = PlanOptionItem.Chosen(options[option.Code]);
            if (quantity < (option.MinimumQuantity ?? 0) || quantity > (option.MaximumQuantity ?? int.MaxValue))
            {
                throw Refuse.With(fault, option.Code, options[option.Code] ?? "", $"The plan {plan.Code} is taken with {option.MinimumQuantity ?? 0} to {option.MaximumQuantity?.ToString(CultureInfo.InvariantCulture) ?? "any number of"} {option.Name}.");
            }
        }

        var excluding = plan.Options.Where(option => option.Group is not null && PlanOptionItem.Chosen(options[option.Code]) > 0m).GroupBy(option => option.Group!.Id).FirstOrDefault(group => group.Count() > 1);
        if (excluding is not null)
        {
            throw Refuse.With(fault, "Options", string.Join(", ", excluding.Select(option => option.Code)), $"Options of the group {excluding.First().Group!.Name} exclude each other.");
        }
    }

    private static string Known(Plan plan) =>
        plan.Options.Count == 0 ? $"The plan {plan.Code} has no options." : $"The plan {plan.Code} has the options {string.Join(", ", plan.Options.Select(option => option.Code))}.";
}
