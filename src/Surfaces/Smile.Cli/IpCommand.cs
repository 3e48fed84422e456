using System.CommandLine;
using Smile.Kernel;
using Smile.NumberPools.IpRanges;

namespace Smile.Cli;

/// <summary><c>smile ip</c>: whose an address was.</summary>
internal static class IpCommand
{
    public static Command Create()
    {
        var address = new Argument<string>("address") { Description = "An IPv4 or IPv6 address" };
        var at = Inputs.Time.Option("--at", "Only whose it was at this time, such as 2026-01-31T09:30:00+11:00");
        return new Command("ip", "Addresses of subscriptions")
        {
            CommandSupport.OnSession(
                "who",
                "Shows whose an address was, from when until when",
                [address, at],
                async (parsed, scope, cancellation) =>
                {
                    var found = await scope.Use<IpHistory>().WhoAsync(parsed.GetValue(address)!, parsed.GetValue(at), cancellation);
                    Terminal.Standard.WriteTable(["subscription", "account now", "first", "last", "from", "until"], found.Select(Cells));
                    return found.Count == IpHistory.MostShown
                        ? $"The latest {IpHistory.MostShown}: name a time."
                        : $"{Counted.Of(found.Count, "holder", "holders")} of the address.";
                }
            ),
        };
    }

    private static string[] Cells(IpHolder holder) =>
        [
            holder.SubscriptionUsn.Value,
            holder.AccountUsn.Value,
            holder.FromAddress,
            holder.ToAddress,
            Moments.Text(holder.From),
            holder.Until is { } until ? Moments.Text(until) : "",
        ];
}
