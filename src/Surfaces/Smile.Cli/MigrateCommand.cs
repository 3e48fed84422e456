using System.CommandLine;
using Smile.Hosting;
using Smile.Storage;

namespace Smile.Cli;

/// <summary><c>smile migrate</c>: creates databases and brings their schema up to date.</summary>
public static class MigrateCommand
{
    public static Command Create()
    {
        var command = new Command("migrate", "Creates the stages' databases where missing and brings their schema up to date");
        command.SetAction(
            async (_, cancellation) =>
            {
                await MigrateAsync(CommandSupport.ReadSettings(), cancellation);
                return 0;
            }
        );
        return command;
    }

    public static async Task MigrateAsync(ServerSettings settings, CancellationToken cancellation)
    {
        foreach (var (name, stage) in settings.Stages)
        {
            await Migrator.CreateDatabaseAsync(stage.Database, cancellation);
            await Migrator.CreateDatabaseAsync(stage.DatabaseOfUsage(), cancellation);
            List<string> applied =
            [
                .. await Migrator.MigrateAsync(stage.Database, cancellation),
                .. await Migrator.MigrateAsync(stage.DatabaseOfUsage(), MigrationSet.Usage, cancellation),
            ];
            Console.WriteLine(
                applied.Count == 0 ? $"Stage {name}: the schema is up to date" : $"Stage {name}: applied {string.Join(", ", applied)}"
            );
        }
    }
}
