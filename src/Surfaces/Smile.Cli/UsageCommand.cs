using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Smile.Hosting.Stages;
using Smile.Kernel;
using Smile.Usage;
using Smile.Usage.Files;
using Smile.Usage.Import;

namespace Smile.Cli;

/// <summary><c>smile usage</c>: files of usage, and what waits of them.</summary>
internal static class UsageCommand
{
    private const int ShownByDefault = 50;

    public static Command Create()
    {
        var source = new Argument<string>("source") { Description = "Code of the usage source, as the catalogue has it" };
        var files = new Argument<string[]>("files")
        {
            Description = "Files of the source, also packed by gzip or zip",
            Arity = ArgumentArity.OneOrMore,
        };
        var ofSource = new Option<string?>("--source") { Description = "Code of the only usage source" };
        var number = Inputs.LongNumber.Argument("number", "Number of the file");
        return new Command("usage", "Usage of subscriptions: files of switches and carriers")
        {
            CommandSupport.OnSession(
                "sources",
                "Shows the usage sources of the catalogue",
                [],
                (_, scope, _) => Task.FromResult(ShowSources(scope))
            ),
            CommandSupport.OnSession(
                "import",
                "Brings files in; one that was stopped goes on, one that came before brings nothing new",
                [source, files],
                async (parsed, scope, cancellation) =>
                {
                    var refused = new List<string>();
                    foreach (var path in parsed.GetValue(files)!)
                    {
                        var (told, isRefused) = await ImportAsync(scope, parsed.GetValue(source)!, path, cancellation);
                        if (isRefused)
                        {
                            refused.Add(told);
                        }
                        else
                        {
                            Terminal.Standard.Output.WriteLine(told);
                        }
                    }

                    return refused.Count == 0 ? null : throw new CommandException(string.Join('\n', refused));
                }
            ),
            CommandSupport.OnSession(
                "files",
                "Shows the files that came last, and what became of their lines",
                [ofSource],
                async (parsed, scope, cancellation) =>
                {
                    var found = await scope.Use<UsageFiles>().ListAsync(parsed.GetValue(ofSource), ShownByDefault, cancellation);
                    Terminal.Standard.WriteTable(
                        [
                            ">file",
                            "source",
                            "name",
                            "status",
                            "arrived",
                            ">lines",
                            ">bound",
                            ">suspended",
                            ">duplicate",
                            ">conflict",
                            ">ignored",
                            "remark…",
                        ],
                        found.Select(Cells)
                    );
                    return found.Count == ShownByDefault ? $"The latest {ShownByDefault}." : null;
                }
            ),
            CommandSupport.OnSession(
                "file",
                "Shows a file: every line is accounted for",
                [number],
                async (parsed, scope, cancellation) =>
                {
                    var wanted = parsed.GetValue(number);
                    Show(
                        await scope.Use<UsageFiles>().FindAsync(wanted, cancellation)
                            ?? throw new CommandException($"There is no file {wanted}.")
                    );
                    return null;
                }
            ),
            UsageRateCommand.Create(),
            UsageErrorsCommand.Create(),
            UsageProblemsCommand.Create(),
            UsageArchiveCommand.Create(),
            UsageDistributeCommand.Create(),
        };
    }

    private static string? ShowSources(UseCaseScope scope)
    {
        var sources = scope.Session.Catalogue.Content.UsageSources;
        Terminal.Standard.WriteTable(
            ["source", "format", "identifies by", "folder", "services"],
            sources.Select(source =>
                (IReadOnlyList<string>)
                    [
                        source.Code,
                        $"{source.Format}",
                        source.IdentifierField ?? $"{source.IdentifierType}",
                        source.Folder ?? "",
                        source.Services.Count == 0 ? "all" : string.Join(", ", source.Services),
                    ]
            )
        );
        return sources.Count == 0 ? "The catalogue has no usageSources." : null;
    }

    /// <returns>What became of it, and whether nothing of it was taken.</returns>
    private static async Task<(string Told, bool IsRefused)> ImportAsync(
        UseCaseScope scope,
        string source,
        string path,
        CancellationToken cancellation
    )
    {
        var name = Path.GetFileName(CommandSupport.RequireFile("files", path));
        await using var content = PaymentBatchCommand.Open(path);
        var clock = Stopwatch.StartNew();
        try
        {
            var (file, isKnown) = await Terminal.Standard.WatchAsync(
                name,
                report =>
                    scope
                        .Use<ImportUsage>()
                        .ExecuteAsync(source, name, content, progress => report?.Invoke(0, 0, Words(name, progress, clock)), cancellation)
            );
            return (Told(name, file, isKnown), file.Status == UsageFileStatus.Refused);
        }
        catch (UsageFileException exception)
        {
            return ($"{name}: {exception.Message} Nothing of it was taken.", true);
        }
    }

    private static string Words(string name, UsageProgress progress, Stopwatch clock) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{name}: {progress.Read:#,0} lines, {progress.Read / Math.Max(0.001, clock.Elapsed.TotalSeconds):#,0} a second"
        );

    private static string Told(string name, UsageFile file, bool isKnown) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{name}: file {file.Id}, {(isKnown ? $"which came before ({Moments.Text(file.Arrived)}) and is " : "")}{file.Status}. "
        ) + $"{Counts(file.Counts)}.{(file.Message is null ? "" : $" {file.Message}")}";

    private static string Counts(UsageCounts counts) =>
        $"{Counted.Of(counts.Read, "line", "lines")}: {Figure(counts.Bound)} bound, {Figure(counts.Suspended)} suspended, "
        + $"{Counted.Of(counts.Duplicates, "duplicate", "duplicates")}, {Counted.Of(counts.Conflicts, "conflict", "conflicts")}, "
        + $"{Figure(counts.Ignored)} ignored, {Counted.Of(counts.Headers, "header", "headers")}, "
        + Counted.Of(counts.Trailers, "trailer", "trailers");

    private static IReadOnlyList<string> Cells(UsageFile file) =>
        [
            Figure(file.Id),
            file.Source,
            file.Name,
            $"{file.Status}",
            Moments.Text(file.Arrived),
            Figure(file.Counts.Read),
            Figure(file.Counts.Bound),
            Figure(file.Counts.Suspended),
            Figure(file.Counts.Duplicates),
            Figure(file.Counts.Conflicts),
            Figure(file.Counts.Ignored),
            file.Message ?? "",
        ];

    private static void Show(UsageFile file)
    {
        var output = Terminal.Standard.Output;
        output.WriteLine($"File {Figure(file.Id)}: {file.Name} of {file.Source}, {file.Status}");
        output.WriteLine(
            $"  arrived    {Moments.Text(file.Arrived)}{(file.Finished is { } finished ? $", finished {Moments.Text(finished)}" : "")}"
        );
        output.WriteLine($"  lines      {Counts(file.Counts)}");
        output.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"  taken      {file.Counts.Seconds:0.######} seconds, wholesale charges of {file.Counts.Charge:0.######}"
            )
        );
        foreach (var (reason, lines) in file.IgnoredFor)
        {
            output.WriteLine($"  ignored    {Counted.Of(lines, "line", "lines")}: {reason}");
        }

        foreach (var earlier in file.Supersedes)
        {
            output.WriteLine($"  supersedes file {Figure(earlier.Id)}: {earlier.Name}");
        }

        if (file.Supersedes.Count > 0)
        {
            output.WriteLine($"  taken back {Counted.Of(file.TakenBack, "record", "records")} that it does not have, or has otherwise");
        }

        if (file.SupersededBy is { } later)
        {
            output.WriteLine($"  superseded by file {Figure(later)}");
        }

        if (file.MissingBefore.Count > 0)
        {
            output.WriteLine($"  missing    files before it: {string.Join(", ", file.MissingBefore.Select(Figure))}");
        }

        if (file.Message is { } message)
        {
            output.WriteLine($"  remark     {message}");
        }
    }

    private static string Figure(long value) => value.ToString(CultureInfo.InvariantCulture);
}
