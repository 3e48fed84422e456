using System.CommandLine;
using System.Globalization;
using Smile.Customers.DueWork;
using Smile.Kernel;

namespace Smile.Cli;

/// <summary><c>smile work</c>: dated work that failed too often, such as a plan that could not begin.</summary>
internal static class WorkCommand
{
    private const int MostShown = 1_000;

    public static Command Create()
    {
        var ids = Inputs.LongNumber.Arguments("ids", "Numbers of failed work; all of it where absent", ArgumentArity.ZeroOrMore);
        var named = Inputs.LongNumber.Arguments("ids", "Numbers of failed work", ArgumentArity.OneOrMore);
        return new Command("work", "Work with a date that failed too often and waits for an operator")
        {
            CommandSupport.OnSession(
                "list",
                "Shows it, the oldest first",
                [],
                async (_, scope, cancellation) =>
                {
                    var failed = await scope.Use<DueWorkAdministration>().FailedAsync(MostShown, cancellation);
                    Terminal.Standard.WriteTable(
                        [">number", "work", "of", "account", "due", "why it failed…"],
                        failed.Select(work =>
                            (string[])
                                [
                                    work.Id.ToString(CultureInfo.InvariantCulture),
                                    work.Kind.ToString(),
                                    work.Subject,
                                    work.AccountUsn.Value,
                                    Moments.Text(work.Due),
                                    work.LastError ?? "",
                                ]
                        )
                    );
                    Console.WriteLine(failed.Count == MostShown ? $"The oldest {MostShown}." : $"Failed work: {failed.Count}.");
                    return null;
                }
            ),
            CommandSupport.OnSession(
                "retry",
                "Has it tried again at once",
                [ids],
                async (parsed, scope, cancellation) =>
                {
                    var work = scope.Use<DueWorkAdministration>();
                    var count = await work.RetryAsync(parsed.GetValue(ids) ?? [], cancellation);
                    var pieces = Counted.Of(count, "piece of failed work is", "pieces of failed work are");
                    return $"{pieces} due now: a running server tries again at once.";
                }
            ),
            CommandSupport.OnSession(
                "end",
                "Takes it off the calendar: it is not done",
                [named],
                async (parsed, scope, cancellation) =>
                {
                    var count = await scope.Use<DueWorkAdministration>().EndAsync(parsed.GetValue(named)!, cancellation);
                    return $"{Counted.Of(count, "piece of failed work is", "pieces of failed work are")} off the calendar and not done.";
                }
            ),
        };
    }
}
