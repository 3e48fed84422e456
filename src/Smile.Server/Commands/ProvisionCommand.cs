using System.CommandLine;
using System.Globalization;
using Smile.Domain.Contracts;
using Smile.Domain.DueWork;
using Smile.Domain.Foundation;
using Smile.Domain.Provisioning;
using Smile.Domain.Receivables;
using Smile.Kernel;

namespace Smile.Server.Commands;

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
                async (parsed, session, cancellation) =>
                {
                    var lines = await Updates(session).DescribeAsync(parsed.GetValue(usn)!, cancellation);
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
                async (parsed, session, cancellation) =>
                {
                    var again = await Updates(session).AskAgainAsync(parsed.GetValue(number), cancellation);
                    return string.Create(
                        CultureInfo.InvariantCulture,
                        $"Subscription {again.USN} is asked for again, with provision request {again.ProvisionRequestId}: {again.Status}."
                    );
                }
            ),
        };
    }

    private static ProvisionUpdates Updates(StageSession session)
    {
        var retractions = new Retractions(session);
        var deferred = new DeferredCharges(session, TransactionCommand.LedgerOf(session), new Charges(session, retractions), retractions);
        return new(
            session,
            new Fulfilment(session, new AddSubscriptionContract(session, new ContractRules(session), deferred, new Discounts(session))),
            new DueWorkSchedule(session)
        );
    }
}
