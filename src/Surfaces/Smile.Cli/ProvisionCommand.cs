using System.CommandLine;
using System.Globalization;
using Smile.Kernel;
using Smile.Ordering.Provisioning;

namespace Smile.Cli;

/// <summary><c>smile provision</c>: what providers were asked and answered, and asking again after a failure.</summary>
internal static class ProvisionCommand
{
    public static Command Create()
    {
        var usn = new Argument<string>("usn") { Description = "USN of the subscription" };
        var number = Inputs.Number.Argument("number", "Number of the provision request that failed for good");
        return new Command("provision", "Provision requests to external providers")
        {
            CommandSupport.OnSession(
                "list",
                "Shows a subscription's provision requests with their history",
                [usn],
                async (parsed, scope, cancellation) =>
                {
                    var lines = await scope.Use<ProvisionUpdates>().DescribeAsync(parsed.GetValue(usn)!, cancellation);
                    foreach (var line in lines)
                    {
                        Console.WriteLine(line);
                    }

                    return lines.Count == 0 ? $"Subscription {new Usn(parsed.GetValue(usn)!)} has no provision requests." : null;
                }
            ),
            CommandSupport.OnSession(
                "retry",
                "Asks the provider again",
                [number],
                async (parsed, scope, cancellation) =>
                {
                    var again = await scope.Use<ProvisionUpdates>().AskAgainAsync(parsed.GetValue(number), cancellation);
                    return string.Create(
                        CultureInfo.InvariantCulture,
                        $"Subscription {again.USN} is asked for again, with provision request {again.ProvisionRequestId}: {again.Status}."
                    );
                }
            ),
        };
    }
}
