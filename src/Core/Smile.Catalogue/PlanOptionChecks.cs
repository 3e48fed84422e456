using System.Globalization;
using Smile.Kernel;

namespace Smile.Catalogue;

/// <summary>Something wrong with options that are chosen with a plan.</summary>
/// <param name="What">The option, or "Options" where it is about several.</param>
/// <param name="Advice">What would be right.</param>
public sealed record PlanOptionProblem(string What, string? Value, string Advice);

/// <summary>Which options may be taken with a plan (guide, lines 8415, 8885, 11872). Pure.</summary>
public static class PlanOptionChecks
{
    /// <summary>The first option that is unknown, missing, out of bounds, or excluded by another of its group; null for none.</summary>
    public static PlanOptionProblem? FirstProblem(Plan plan, FieldValues options)
    {
        foreach (var field in options.Fields)
        {
            if (plan.Options.FirstOrDefault(candidate => candidate.Code == field.Name) is not { } option)
            {
                return new PlanOptionProblem("Options", field.Name, Known(plan));
            }

            var isRight = option.IsNumeric
                ? field.Kind is FieldKind.Integer && long.TryParse(field.Value, NumberStyles.None, CultureInfo.InvariantCulture, out _)
                : field.Kind is FieldKind.Boolean && field.Value is not null;
            if (!isRight)
            {
                return new PlanOptionProblem(
                    option.Code,
                    field.Value,
                    option.IsNumeric ? "Expected a quantity, as an Integer." : "Expected true or false, as a Boolean."
                );
            }
        }

        foreach (var option in plan.Options.Where(option => option.IsNumeric))
        {
            var quantity = PlanOptionItem.Chosen(options[option.Code]);
            if (quantity < (option.MinimumQuantity ?? 0) || quantity > (option.MaximumQuantity ?? int.MaxValue))
            {
                return new PlanOptionProblem(
                    option.Code,
                    options[option.Code] ?? "",
                    $"The plan {plan.Code} is taken with {option.MinimumQuantity ?? 0} to "
                        + $"{option.MaximumQuantity?.ToString(CultureInfo.InvariantCulture) ?? "any number of"} {option.Name}."
                );
            }
        }

        var excluding = plan
            .Options.Where(option => option.Group is not null && PlanOptionItem.Chosen(options[option.Code]) > 0m)
            .GroupBy(option => option.Group!.Id)
            .FirstOrDefault(group => group.Count() > 1);
        return excluding is null
            ? null
            : new PlanOptionProblem(
                "Options",
                string.Join(", ", excluding.Select(option => option.Code)),
                $"Options of the group {excluding.First().Group!.Name} exclude each other."
            );
    }

    private static string Known(Plan plan) =>
        plan.Options.Count == 0
            ? $"The plan {plan.Code} has no options."
            : $"The plan {plan.Code} has the options {string.Join(", ", plan.Options.Select(option => option.Code))}.";
}
