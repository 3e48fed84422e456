using System.CommandLine;
using System.Globalization;
using System.Text;
using Smile.Catalogue;
using Smile.CustomCollections;
using Smile.Hosting.Stages;
using Smile.Kernel;

namespace Smile.Cli;

/// <summary><c>smile collection</c>: the entries of custom collections, and files of them.</summary>
internal static class CollectionCommand
{
    /// <summary>What a terminal can show; files have all.</summary>
    private const int MostShown = 1_000;

    public static Command Create()
    {
        var code = new Argument<string>("code") { Description = "Code of the collection, as the catalogue has it" };
        var file = new Argument<string>("file")
        {
            Description = "A CSV file whose first line names the columns: entryCode, label and fields",
        };
        var output = new Option<string?>("--output") { Description = "A new file to write; standard output where absent" };
        var update = new Option<bool>("--update") { Description = "Changes entries that are there and not as the file has them" };
        var deleteMissing = new Option<bool>("--delete-missing") { Description = "Deletes entries that the file does not have" };
        var dryRun = new Option<bool>("--dry-run") { Description = "Only says what would be done" };
        return new Command("collection", "Custom collections")
        {
            CommandSupport.OnSession(
                "list",
                "Shows the collections and how many entries they have",
                [],
                async (_, scope, cancellation) =>
                {
                    var found = await scope.Use<ExportEntries>().ListAsync(cancellation);
                    Terminal.Standard.WriteTable(
                        ["collection", "name…", ">entries", "fields…"],
                        found.Select(each =>
                            (string[])
                                [
                                    each.Collection.Code,
                                    each.Collection.Name,
                                    each.Entries.ToString(CultureInfo.InvariantCulture),
                                    string.Join(", ", ExportEntries.ColumnsOf(each.Collection)),
                                ]
                        )
                    );
                    return found.Count == 0 ? "The catalogue has no custom collections." : null;
                }
            ),
            CommandSupport.OnSession(
                "show",
                "Shows the entries of a collection",
                [code],
                (parsed, scope, cancellation) => TryAsync(() => ShowAsync(scope, parsed.GetValue(code)!, cancellation))
            ),
            CommandSupport.OnSession(
                "import",
                "Takes the entries of a file: all of them or, where one is wrong, none",
                [code, file, update, deleteMissing, dryRun],
                (parsed, scope, cancellation) =>
                    TryAsync(async () =>
                    {
                        await using var input = PaymentBatchCommand.Open(parsed.GetValue(file)!);
                        var options = new ImportOptions(parsed.GetValue(update), parsed.GetValue(deleteMissing), parsed.GetValue(dryRun));
                        return await ImportAsync(scope, parsed.GetValue(code)!, input, options, cancellation);
                    })
            ),
            CommandSupport.OnSession(
                "export",
                "Writes the entries of a collection as import reads them",
                [code, output],
                (parsed, scope, cancellation) =>
                    TryAsync(() => ExportAsync(scope, parsed.GetValue(code)!, parsed.GetValue(output), cancellation))
            ),
        };
    }

    internal static async Task<string?> ImportAsync(
        UseCaseScope scope,
        string code,
        Stream input,
        ImportOptions options,
        CancellationToken cancellation
    )
    {
        var collection = scope.Use<ExportEntries>().Find(code);
        var entries = CollectionFile.Read(collection, input);
        var result = await scope.Use<ImportEntries>().ExecuteAsync(collection.Code, entries, options, cancellation);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{(options.DryRun ? "Would be " : "")}{result.Added} added, {result.Changed} changed, {result.Deleted} deleted, "
                + $"{result.Same} as they were."
        );
    }

    private static async Task<string?> ExportAsync(UseCaseScope scope, string code, string? path, CancellationToken cancellation)
    {
        var export = scope.Use<ExportEntries>();
        var collection = export.Find(code);
        if (path is null)
        {
            await CollectionFile.WriteAsync(collection, export.ReadAsync(collection), Console.Out, cancellation);
            return null;
        }

        var file = PaymentBatchCommand.NewFile(path);
        await using var writer = new StreamWriter(file.FullName, append: false, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
        var count = await CollectionFile.WriteAsync(collection, export.ReadAsync(collection), writer, cancellation);
        return $"{Counted.Of(count, "entry", "entries")} written to {file.FullName}";
    }

    private static async Task<string?> ShowAsync(UseCaseScope scope, string code, CancellationToken cancellation)
    {
        var export = scope.Use<ExportEntries>();
        var collection = export.Find(code);
        var columns = ExportEntries.ColumnsOf(collection);
        var rows = new List<string[]>();
        await foreach (var entry in export.ReadAsync(collection).WithCancellation(cancellation))
        {
            if (rows.Count == MostShown)
            {
                break;
            }

            rows.Add([
                entry.Key.ToString(CultureInfo.InvariantCulture),
                entry.EntryCode,
                entry.Label,
                .. columns.Select(path => ExportEntries.TextOf(entry, path)),
            ]);
        }

        Terminal.Standard.WriteTable(
            [">key", CustomCollection.CodeColumn, CustomCollection.LabelColumn, .. columns.Select(path => path.ToString())],
            rows
        );
        return rows.Count switch
        {
            0 => "The collection has no entries.",
            MostShown => $"The first {MostShown}. Use smile collection export for all.",
            _ => null,
        };
    }

    private static async Task<string?> TryAsync(Func<Task<string?>> act)
    {
        try
        {
            return await act();
        }
        catch (Exception exception) when (exception is EntryImportException or SmileException)
        {
            throw new CommandException(exception.Message);
        }
    }
}
