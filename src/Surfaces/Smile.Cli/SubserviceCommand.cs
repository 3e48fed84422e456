using System.CommandLine;
using Smile.Customers.Subservices;
using Smile.Kernel;

namespace Smile.Cli;

/// <summary><c>smile subservice</c>: whose a further identifier was.</summary>
internal static class SubserviceCommand
{
    public static Command Create()
    {
        var username = new Argument<string>("username")
        {
            Description = "The username of a subservice, such as a telephone number or a mail alias",
        };
        var service = Inputs.Number.Option("--service", "SID of the service; all services where absent");
        var at = Inputs.Time.Option("--at", "Only whose it was at this time, such as 2026-01-31T09:30:00+11:00");
        return new Command("subservice", "Further identifiers of subscriptions")
        {
            CommandSupport.OnSession(
                "who",
                "Shows whose a username was, from when until when",
                [username, service, at],
                async (parsed, scope, cancellation) =>
                {
                    var found = await scope
                        .Use<SubserviceHistory>()
                        .WhoAsync(parsed.GetValue(username)!, parsed.GetValue(service), parsed.GetValue(at), cancellation);
                    Terminal.Standard.WriteTable(
                        [">service", "username", "subscription", "account now", "from", "until"],
                        found.Select(Cells)
                    );
                    return found.Count == SubserviceHistory.MostShown
                        ? $"The latest {SubserviceHistory.MostShown}: name the service or a time."
                        : $"{Counted.Of(found.Count, "holder", "holders")} of the username.";
                }
            ),
        };
    }

    private static string[] Cells(SubserviceHolder holder) =>
        [
            holder.ServiceId.ToString(System.Globalization.CultureInfo.InvariantCulture),
            holder.Username,
            holder.SubscriptionUsn.Value,
            holder.AccountUsn.Value,
            Moments.Text(holder.From),
            holder.Until is { } until ? Moments.Text(until) : "",
        ];
}
