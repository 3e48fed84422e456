using Smile.Catalogue;
using Smile.Contracts.Faults;
using Smile.Kernel;

namespace Smile.Billing.Plans;

/// <summary>Refuses options that may not be taken with a plan.</summary>
internal static class PlanOptionRules
{
    /// <exception cref="SmileException">An option is unknown, missing, out of bounds, or excluded by another of its group.</exception>
    public static void Require(Plan plan, FieldValues options, Fault fault)
    {
        if (PlanOptionChecks.FirstProblem(plan, options) is { } problem)
        {
            throw Refuse.With(fault, problem.What, problem.Value, problem.Advice);
        }
    }
}
