using System.CommandLine;
using System.Globalization;
using Smile.Domain.Dispatch;

namespace Smile.Server.Commands;

/// <summary><c>smile dispatch</c>: what was not sent, and sending it again.</summary>
internal static class DispatchCommand
{
    private const int MostShown = 1_000;

    public static Command Create()
    {
        var status = new Option<DispatchStatus>("--status") { Description = "Queued, Sent, Cancelled or Failed", DefaultValueFactory = _ => DispatchStatus.Failed };
        var ids = new Argument<long[]>("ids") { Description = "Numbers of failed items; all of them where absent", Arity = ArgumentArity.ZeroOrMore };
        return new Command("dispatch", "The dispatch queue: documents and notices to customers")
        {
            CommandSupport.OnSession("list", "Shows the items with a status, the newest first", [status], async (parsed, session, cancellation) =>
            {
                var items = await new DispatchAdministration(session).ListAsync(parsed.GetValue(status), MostShown, cancellation).ConfigureAwait(false);
                foreach (var item in items)
                {
                    Console.WriteLine(Describe(item));
                }

                Console.WriteLine(items.Count == MostShown ? $"The newest {MostShown} items that are {parsed.GetValue(status)}." : $"{Counted.Of(items.Count, "item is", "items are")} {parsed.GetValue(status)}.");
            }),
            CommandSupport.OnSession("retry", "Queues failed items again", [ids], async (parsed, session, cancellation) =>
                Console.WriteLine($"{await new DispatchAdministration(session).RetryAsync(parsed.GetValue(ids) ?? [], cancellation).ConfigureAwait(false)} queued again.")),
        };
    }

    /// <summary>An item as a person reads it.</summary>
    internal static string Describe(DispatchItem item)
    {
        var what = item.TransactionNumber ?? (item.StatementTo is { } to ? to.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) : item.Template);
        return string.Create(CultureInfo.InvariantCulture, $"{item.Id} {item.Queued:yyyy-MM-dd HH:mm} {item.AccountUsn} {item.Kind} {what} {item.Channel} {item.Recipient} {item.Status} after {item.Attempts}: {item.LastError}").TrimEnd(':', ' ');
    }
}
