using System.CommandLine;
using System.Globalization;
using Smile.Data;
using Smile.Domain.Catalogue;
using Smile.Domain.Catalogue.Reading;

namespace Smile.Server.Commands;

/// <summary><c>smile catalogue apply FILES</c>: checks catalogue files, shows what they change, and makes a new version of them.</summary>
internal static class CatalogueCommand
{
    public static Command Create()
    {
        var files = new Argument<string[]>("files") { Description = "YAML files, or folders of them; together they are the whole catalogue", Arity = ArgumentArity.OneOrMore };
        var dryRun = new Option<bool>("--dry-run") { Description = "Only check the files and show what would change" };
        var ifNone = new Option<bool>("--if-none") { Description = "Only where the stage has no catalogue yet" };
        var stage = CommandSupport.StageOption();
        var apply = new Command("apply", "Makes a new version of the catalogue from files") { files, dryRun, ifNone, stage };
        apply.SetAction(async (parsed, cancellation) =>
            await ApplyAsync(parsed.GetValue(files)!, parsed.GetValue(dryRun), parsed.GetValue(ifNone), parsed.GetValue(stage), cancellation).ConfigureAwait(false));
        return new Command("catalogue", "The catalogue: companies, services, plans, packages …") { apply };
    }

    /// <summary>A line for each table of periods that ends within a year.</summary>
    internal static IEnumerable<string> EndingCycles(CatalogueContent content, DateOnly today) =>
        from cycle in content.BillingCycles
        where cycle.Ends < today.AddYears(1)
        select string.Create(CultureInfo.InvariantCulture, $"! BillingCycle {cycle.Name} ends on {cycle.Ends:yyyy-MM-dd}: whoever is billed by it has no bill for its last period until more are added.");

    private static async Task<int> ApplyAsync(string[] files, bool dryRun, bool ifNone, string? stageName, CancellationToken cancellation)
    {
        var read = CatalogueReader.ReadFiles(files);
        if (read.Content is not { } content)
        {
            foreach (var problem in read.Problems)
            {
                await Console.Error.WriteLineAsync(problem.ToString()).ConfigureAwait(false);
            }

            throw new CommandException($"{read.Problems.Count} problems; nothing was applied.");
        }

        await using var stage = await CommandSupport.OpenStageAsync(CommandSupport.ReadSettings(), stageName, cancellation).ConfigureAwait(false);
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

        foreach (var line in EndingCycles(content, DateOnly.FromDateTime(stage.Clock.GetUtcNow().UtcDateTime)))
        {
            Console.WriteLine(line);
        }

        if (dryRun)
        {
            await CatalogueStore.ApplyAsync(stage.Store.Source, content, CommandSupport.Operator, cancellation, dryRun: true).ConfigureAwait(false);
            Console.WriteLine(difference.IsEmpty ? "Nothing would change." : "Nothing was applied (--dry-run).");
            return 0;
        }

        var version = await CatalogueStore.ApplyAsync(stage.Store.Source, content, CommandSupport.Operator, cancellation, stage.ClockMayMove ? stage.Clock.GetUtcNow() : null).ConfigureAwait(false);
        Console.WriteLine($"Stage {stage.Name}: catalogue version {version}{(difference.IsEmpty ? ", unchanged" : "")}");
        return 0;
    }
}
