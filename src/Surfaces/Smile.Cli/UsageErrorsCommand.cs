using System.CommandLine;
using System.Globalization;
using Smile.Catalogue;
using Smile.Kernel;
using Smile.Usage;
using Smile.Usage.Binding;
using Smile.Usage.Errors;

namespace Smile.Cli;

/// <summary><c>smile usage errors</c>: usage that waits for something, or for somebody.</summary>
internal static class UsageErrorsCommand
{
    private const int ShownByDefault = 100;

    public static Command Create()
    {
        var filter = new Filter();
        var key = Inputs.Key.Argument("key", "Key of the usage, as the list shows it");
        var comment = new Option<string>("--comment") { Description = "Why; it is kept with it", Required = true };
        var identifier = new Option<string?>("--set-identifier") { Description = "Whose it is" };
        var type = Inputs.OneOf<UsageIdentifierType>().Option("--set-identifier-type", "How that says it");
        var start = Inputs.Time.Option("--set-start", "When it began, such as 2026-01-31T09:30:00+11:00");
        var seconds = Inputs.Amount.Option("--set-seconds", "How long it is");
        return new Command("errors", "Usage that waits")
        {
            CommandSupport.OnSession(
                "list",
                "Shows usage that waits, and how much of it there is for which reason",
                filter.Inputs,
                async (parsed, scope, cancellation) =>
                {
                    var errors = scope.Use<UsageErrors>();
                    Terminal.Standard.WriteTable(
                        ["source", "reason", ">records", ">seconds", ">wholesale", "since"],
                        (await errors.SumAsync(filter.Read(parsed), cancellation)).Select(Cells)
                    );
                    var rows = await errors.ListAsync(filter.Read(parsed), ShownByDefault, cancellation);
                    Terminal.Standard.WriteTable(
                        ["key", "source", ">file", ">line", "identifier", "start", "reason", "detail…"],
                        rows.Select(Cells)
                    );
                    return rows.Count == ShownByDefault ? $"The first {ShownByDefault}: name a source, a reason or an identifier." : null;
                }
            ),
            CommandSupport.OnSession(
                "show",
                "Shows one record with its line",
                [key],
                async (parsed, scope, cancellation) =>
                {
                    var wanted = new SuspenseFilter { Key = parsed.GetValue(key) };
                    var rows = await scope.Use<UsageErrors>().ListAsync(wanted, 10, cancellation);
                    foreach (
                        var row in rows.Count > 0
                            ? rows
                            : throw new CommandException($"No usage that waits has the key {parsed.GetValue(key)}.")
                    )
                    {
                        Show(row);
                    }

                    return null;
                }
            ),
            CommandSupport.OnSession(
                "edit",
                "Corrects a record that waits, and tries it again",
                [key, identifier, type, start, seconds, comment],
                async (parsed, scope, cancellation) =>
                {
                    var waiting = await scope
                        .Use<UsageErrors>()
                        .EditAsync(
                            parsed.GetValue(key),
                            entry =>
                                entry with
                                {
                                    Identifier = parsed.GetValue(identifier) ?? entry.Identifier,
                                    IdentifierType = parsed.GetValue(type) ?? entry.IdentifierType,
                                    Start = parsed.GetValue(start)?.ToUniversalTime() ?? entry.Start,
                                    Seconds = parsed.GetValue(seconds) ?? entry.Seconds,
                                },
                            parsed.GetValue(comment)!,
                            cancellation
                        );
                    return waiting is null ? "It is bound now." : $"It waits still: {waiting}";
                }
            ),
            CommandSupport.OnSession(
                "recycle",
                "Tries what waits again",
                filter.Inputs,
                async (parsed, scope, cancellation) =>
                {
                    var (tried, bound) = await Terminal.Standard.WatchAsync(
                        "Trying",
                        report =>
                            scope
                                .Use<UsageErrors>()
                                .RecycleAsync(
                                    filter.Read(parsed),
                                    done => report?.Invoke(0, 0, $"{done.ToString(CultureInfo.InvariantCulture)} tried"),
                                    cancellation
                                )
                    );
                    return $"{Counted.Of(tried, "record", "records")} tried, {Figure(bound)} of them bound now.";
                }
            ),
            CommandSupport.OnSession(
                "write-off",
                "Gives up what waits: it is never charged",
                [.. filter.Inputs, comment],
                async (parsed, scope, cancellation) =>
                {
                    var count = await scope.Use<UsageErrors>().WriteOffAsync(filter.Read(parsed), parsed.GetValue(comment)!, cancellation);
                    return $"{Counted.Of(count, "record is", "records are")} written off.";
                }
            ),
        };
    }

    private static IReadOnlyList<string> Cells(SuspenseSum sum) =>
        [sum.Source, $"{sum.Reason}", Figure(sum.Records), Figure(sum.Seconds), Figure(sum.Charge), Moments.Text(sum.Oldest)];

    private static IReadOnlyList<string> Cells(SuspendedUsage row) =>
        [
            $"{row.Key}",
            row.Source,
            Figure(row.FileId),
            Figure(row.Line),
            row.Entry?.Identifier ?? "",
            row.Entry is { } entry ? Moments.Text(entry.Start) : "",
            $"{row.Reason}",
            row.Detail,
        ];

    private static void Show(SuspendedUsage row)
    {
        var output = Terminal.Standard.Output;
        output.WriteLine($"{row.Key}  {row.Reason}: {row.Detail}");
        output.WriteLine($"  from       line {Figure(row.Line)} of file {Figure(row.FileId)} of {row.Source}");
        output.WriteLine(
            $"  tried      {Counted.Of(row.Attempts, "time", "times")}, "
                + $"first {Moments.Text(row.FirstSeen)}, last {Moments.Text(row.LastTried)}"
        );
        if (row.Entry is { } entry)
        {
            output.WriteLine($"  identifier {entry.IdentifierType} {entry.Identifier}");
            output.WriteLine($"  start      {entry.Start.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture)}");
            output.WriteLine($"  usage      {entry.CallType} {entry.Caller} > {entry.Called}, {Figure(entry.Seconds)} seconds");
        }

        if (row.Comment is { } comment)
        {
            output.WriteLine($"  comment    {comment}");
        }

        output.WriteLine($"  line       {row.Raw}");
    }

    private static string Figure(decimal value) => value.ToString("0.######", CultureInfo.InvariantCulture);

    /// <summary>The options that say which records are meant.</summary>
    private sealed class Filter
    {
        private readonly Option<string?> _source = new("--source") { Description = "Code of the only usage source" };
        private readonly Option<SuspenseReason?> _reason = Smile.Cli.Inputs.OneOf<SuspenseReason>().Option("--reason", "The only reason");
        private readonly Option<string?> _identifier = new("--identifier") { Description = "The only identifier" };
        private readonly Option<long?> _file = Smile.Cli.Inputs.LongNumber.Option("--file", "Number of the only file");
        private readonly Option<DateTimeOffset?> _from = Smile.Cli.Inputs.Time.Option("--from", "Usage that began then or later");
        private readonly Option<DateTimeOffset?> _until = Smile.Cli.Inputs.Time.Option("--until", "Usage that began before");

        public IReadOnlyList<Symbol> Inputs => [_source, _reason, _identifier, _file, _from, _until];

        public SuspenseFilter Read(ParseResult parsed) =>
            new()
            {
                Source = parsed.GetValue(_source),
                Reason = parsed.GetValue(_reason),
                Identifier = parsed.GetValue(_identifier),
                FileId = parsed.GetValue(_file),
                From = parsed.GetValue(_from),
                Until = parsed.GetValue(_until),
            };
    }
}
