using System.CommandLine;
using System.Globalization;
using Smile.Kernel;
using Smile.Rating.Engine;
using Smile.Rating.Runs;

namespace Smile.Cli;

/// <summary><c>smile usage problems</c>: usage whose subscription is known and which cannot be charged.</summary>
internal static class UsageProblemsCommand
{
    public static Command Create()
    {
        var only = new Option<string?>("--subscription") { Description = "USN of the only subscription" };
        var problem = Inputs.OneOf<RatingProblem>().Option("--problem", "The only problem");
        var writtenOff = new Option<bool>("--written-off") { Description = "Those that are written off instead" };
        var subscription = new Argument<string>("subscription") { Description = "USN of the subscription" };
        return new Command("problems", "Usage that cannot be charged, and stops bills")
        {
            CommandSupport.OnSession(
                "list",
                "Shows usage that cannot be charged, the oldest first",
                [only, problem, writtenOff],
                async (parsed, scope, cancellation) =>
                {
                    var found = await scope
                        .Use<RatingProblems>()
                        .ListAsync(
                            parsed.GetValue(only) is { } usn ? new Usn(usn.Trim()) : null,
                            parsed.GetValue(problem),
                            parsed.GetValue(writtenOff),
                            cancellation
                        );
                    Terminal.Standard.WriteTable(
                        ["subscription", "rating period of", ">record", "start", "problem", "since", "written off by"],
                        found.Select(Cells)
                    );
                    return found.Count == RatingProblems.MostShown
                        ? $"The first {RatingProblems.MostShown}: name a subscription or a problem."
                        : null;
                }
            ),
            CommandSupport.OnSession(
                "write-off",
                "Says that usage of a subscription need not be charged: bills go on without it",
                [subscription, problem],
                async (parsed, scope, cancellation) =>
                {
                    var count = await scope
                        .Use<RatingProblems>()
                        .WriteOffAsync(new Usn(parsed.GetValue(subscription)!.Trim()), parsed.GetValue(problem), cancellation);
                    return $"{Counted.Of(count, "record is", "records are")} written off.";
                }
            ),
        };
    }

    private static IReadOnlyList<string> Cells(UnchargedUsage row) =>
        [
            row.Subscription.Value,
            row.PeriodFrom.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
            row.Record.ToString(CultureInfo.InvariantCulture),
            Moments.Text(row.Start),
            $"{row.Problem}",
            Moments.Text(row.Since),
            row.WrittenOffBy ?? "",
        ];
}
