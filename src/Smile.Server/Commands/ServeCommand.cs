using System.CommandLine;
using Smile.Data;

namespace Smile.Server.Commands;

/// <summary><c>smile serve</c>: runs the server.</summary>
internal static class ServeCommand
{
    public static Command Create()
    {
        var migrate = new Option<bool>("--migrate") { Description = "Create databases and bring their schema up to date first" };
        var command = new Command("serve", "Runs the server (the default)") { migrate };
        command.TreatUnmatchedTokensAsErrors = false;
        command.SetAction(async (parsed, cancellation) =>
        {
            var builder = SmileHost.CreateBuilder([.. parsed.UnmatchedTokens]);
            var settings = ServerSettings.Read(builder.Configuration);
            if (parsed.GetValue(migrate))
            {
                await MigrateCommand.MigrateAsync(settings, cancellation).ConfigureAwait(false);
            }

            await using var app = SmileHost.Build(builder, settings);
            await SmileHost.PrepareAsync(app, cancellation).ConfigureAwait(false);
            await app.RunAsync(cancellation).ConfigureAwait(false);
            return 0;
        });
        return command;
    }
}

/// <summary><c>smile migrate</c>: creates databases and brings their schema up to date.</summary>
internal static class MigrateCommand
{
    public static Command Create()
    {
        var command = new Command("migrate", "Creates the stages' databases where missing and brings their schema up to date");
        command.SetAction(async (_, cancellation) =>
        {
            await MigrateAsync(CommandSupport.ReadSettings(), cancellation).ConfigureAwait(false);
            return 0;
        });
        return command;
    }

    public static async Task MigrateAsync(ServerSettings settings, CancellationToken cancellation)
    {
        foreach (var (name, stage) in settings.Stages)
        {
            await Migrator.CreateDatabaseAsync(stage.Database, cancellation).ConfigureAwait(false);
            var applied = await Migrator.MigrateAsync(stage.Database, cancellation).ConfigureAwait(false);
            Console.WriteLine(applied.Count == 0 ? $"Stage {name}: the schema is up to date" : $"Stage {name}: applied {string.Join(", ", applied)}");
        }
    }
}
