using System.CommandLine;
using Smile.Catalogue;
using Smile.Catalogue.Reading;
using Smile.Catalogue.Wording;
using Smile.Hosting.Mail;
using Smile.Kernel;
using Smile.Storage;

namespace Smile.Cli;

/// <summary><c>smile catalogue apply FILES</c>: checks catalogue files, shows what they change, and makes a new version of them.</summary>
internal static class CatalogueCommand
{
    public static Command Create()
    {
        var files = new Argument<string[]>("files")
        {
            Description = "YAML files, or folders of them; together they are the whole catalogue",
            Arity = ArgumentArity.OneOrMore,
        };
        var dryRun = new Option<bool>("--dry-run") { Description = "Only check the files and show what would change" };
        var ifNone = new Option<bool>("--if-none") { Description = "Only where the stage has no catalogue yet" };
        var stage = CommandSupport.StageOption();
        var apply = new Command("apply", "Makes a new version of the catalogue from files") { files, dryRun, ifNone, stage };
        apply.SetAction(
            async (parsed, cancellation) =>
                await ApplyAsync(
                    parsed.GetValue(files)!,
                    parsed.GetValue(dryRun),
                    parsed.GetValue(ifNone),
                    parsed.GetValue(stage),
                    cancellation
                )
        );
        return new Command("catalogue", "The catalogue: companies, services, plans, packages …") { apply, Words() };
    }

    private static async Task<int> ApplyAsync(string[] files, bool dryRun, bool ifNone, string? stageName, CancellationToken cancellation)
    {
        var read = CatalogueReader.ReadFiles(files);
        if (read.Content is not { } content)
        {
            foreach (var problem in read.Problems)
            {
                await Console.Error.WriteLineAsync(problem.ToString());
            }

            throw new CommandException($"{Counted.Of(read.Problems.Count, "problem")}; nothing was applied.");
        }

        RequireLogins(content);
        var settings = CommandSupport.ReadSettings();
        await using var stage = await CommandSupport.OpenStageAsync(settings, stageName, cancellation);
        if (ifNone && stage.HasCatalogue)
        {
            Console.WriteLine($"Stage {stage.Name}: catalogue version {stage.Catalogue.Version} is left as it is");
            return 0;
        }

        var difference = CatalogueDifference.Between(stage.HasCatalogue ? stage.Catalogue.Content : null, content);
        foreach (var line in difference.Lines())
        {
            Console.WriteLine(line);
        }

        var today = DateOnly.FromDateTime(stage.Clock.GetUtcNow().UtcDateTime);
        var changes = stage.HasCatalogue ? CatalogueWarnings.OfChanges(stage.Catalogue.Content, content, today) : [];
        foreach (
            var line in changes.Concat(
                await CatalogueWarnings.OfAsync(content, new MailTemplates(settings.MailTemplates), today, cancellation)
            )
        )
        {
            Console.WriteLine(line);
        }

        if (dryRun)
        {
            await CatalogueStore.ApplyAsync(stage.Store.Source, content, CommandSupport.Operator, cancellation, dryRun: true);
            Console.WriteLine(difference.IsEmpty ? "Nothing would change." : "Nothing was applied (--dry-run).");
            return 0;
        }

        var version = await CatalogueStore.ApplyAsync(
            stage.Store.Source,
            content,
            CommandSupport.Operator,
            cancellation,
            stage.ClockMayMove ? stage.Clock.GetUtcNow() : null
        );
        Console.WriteLine($"Stage {stage.Name}: catalogue version {version}{(difference.IsEmpty ? ", unchanged" : "")}");
        return 0;
    }

    /// <exception cref="CommandException">The catalogue has no service that logs in to the API.</exception>
    internal static void RequireLogins(CatalogueContent content)
    {
        if (!content.Services.Any(service => service.IsCatAccess))
        {
            throw new CommandException(
                "No service of the catalogue has isCatAccess: true, so there would be no API users and the server would not start. "
                    + "Add one, such as { id: 2, name: CAT, isCatAccess: true }; nothing was applied."
            );
        }
    }

    /// <summary>Prints a language's words as a section of a catalogue file, for translating.</summary>
    private static Command Words()
    {
        var language = new Argument<string>("language")
        {
            Description = "A built-in language, from which to begin",
            DefaultValueFactory = _ => BuiltInLanguages.English,
        };
        var words = new Command(
            "words",
            "Prints the words of documents in a built-in language as a file of the catalogue, to change or translate"
        )
        {
            language,
        };
        words.SetAction(parsed =>
        {
            var code = parsed.GetValue(language)!;
            if (BuiltInLanguages.Find(code) is null)
            {
                throw new CommandException(
                    $"There is no built-in language '{code}'. There are: {string.Join(", ", BuiltInLanguages.Codes)}."
                );
            }

            Console.WriteLine($"languages:\n  - code: {code} # of the language that you make of it, such as fr\n    words:");
            foreach (var line in BuiltInLanguages.ReadFile(code).Split('\n'))
            {
                Console.WriteLine(line.Length == 0 ? "" : "      " + line);
            }

            return 0;
        });
        return words;
    }
}
