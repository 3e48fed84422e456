using System.CommandLine;
using System.Globalization;
using Smile.Correspondence.Dispatch;
using Smile.Kernel;

namespace Smile.Cli;

/// <summary><c>smile dispatch</c>: what was not sent, and sending it again.</summary>
internal static class DispatchCommand
{
    private const int MostShown = 1_000;

    public static Command Create()
    {
        var status = Inputs.OneOf<DispatchStatus>().OptionOr(DispatchStatus.Failed, "--status", "Queued, Sent, Cancelled or Failed");
        var ids = Inputs.LongNumber.Arguments("ids", "Numbers of failed items; all of them where absent", ArgumentArity.ZeroOrMore);
        return new Command("dispatch", "The dispatch queue: documents and notices to customers")
        {
            CommandSupport.OnSession(
                "list",
                "Shows the items with a status, the newest first",
                [status],
                async (parsed, scope, cancellation) =>
                {
                    await ListAsync(scope.Use<DispatchAdministration>(), parsed.GetValue(status), Terminal.Standard, cancellation);
                    return null;
                }
            ),
            CommandSupport.OnSession(
                "retry",
                "Queues failed items again",
                [ids],
                async (parsed, scope, cancellation) =>
                {
                    var queue = scope.Use<DispatchAdministration>();
                    var count = await queue.RetryAsync(parsed.GetValue(ids) ?? [], cancellation);
                    return $"{Counted.Of(count, "item is", "items are")} queued again, to the addresses that the accounts now have.";
                }
            ),
        };
    }

    /// <summary>Writes the items with a status, and how many they are.</summary>
    internal static async Task ListAsync(
        DispatchAdministration dispatch,
        DispatchStatus status,
        Terminal terminal,
        CancellationToken cancellation
    )
    {
        var items = await dispatch.ListAsync(status, MostShown, cancellation);
        terminal.WriteTable(
            [">number", "queued", "account", "kind", "of", "by", "to", "status", ">attempts", "last error…"],
            items.Select(Cells)
        );
        await terminal.Output.WriteLineAsync(
            items.Count == MostShown
                ? $"The newest {MostShown} items that are {status}."
                : $"{Counted.Of(items.Count, "item is", "items are")} {status}."
        );
    }

    /// <summary>An item as a row of the table.</summary>
    internal static string[] Cells(DispatchItem item) =>
        [
            item.Id.ToString(CultureInfo.InvariantCulture),
            Moments.Text(item.Queued),
            item.AccountUsn.Value,
            item.Kind.ToString(),
            item.TransactionNumber ?? (item.StatementTo is { } to ? to.Iso() : item.Template) ?? "",
            item.Channel.ToString(),
            item.Recipient ?? "",
            item.Status.ToString(),
            item.Attempts.ToString(CultureInfo.InvariantCulture),
            item.LastError ?? "",
        ];
}
