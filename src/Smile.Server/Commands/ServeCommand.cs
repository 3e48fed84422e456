using System.CommandLine;
using Npgsql;
using Smile.Cli;
using Smile.Hosting;
using Smile.Storage;

namespace Smile.Server.Commands;

/// <summary><c>smile serve</c>: runs the server.</summary>
internal static class ServeCommand
{
    public static Command Create()
    {
        var migrate = new Option<bool>("--migrate") { Description = "Create databases and bring their schema up to date first" };
        var command = new Command("serve", "Runs the server (the default)") { migrate };
        command.TreatUnmatchedTokensAsErrors = false;
        command.SetAction(
            async (parsed, cancellation) =>
            {
                var builder = SmileHost.CreateBuilder([.. parsed.UnmatchedTokens]);
                var settings = ServerSettings.Read(builder.Configuration);
                await RequireDatabasesAsync(settings, cancellation);
                if (parsed.GetValue(migrate))
                {
                    await MigrateCommand.MigrateAsync(settings, cancellation);
                }

                await RequireSchemasAsync(settings, cancellation);
                await using var app = SmileHost.Build(builder, settings);
                await SmileHost.PrepareAsync(app, cancellation);
                await app.RunAsync(cancellation);
                return 0;
            }
        );
        return command;
    }

    /// <summary>Waits for the databases' server: after a power cut all start at once.</summary>
    /// <exception cref="CommandException">One does not answer in time.</exception>
    public static async Task RequireDatabasesAsync(ServerSettings settings, CancellationToken cancellation)
    {
        var until = TimeProvider.System.GetUtcNow() + settings.StartupWait;
        foreach (var (name, stage) in settings.Stages)
        {
            // Whether there is such a database is for 'migrate' to say, or to mend.
            var address = new NpgsqlConnectionStringBuilder(stage.Database)
            {
                Database = "postgres",
                Pooling = false,
                Timeout = 5,
            };
            while (await WhyNotAsync(address.ConnectionString, cancellation) is { } reason)
            {
                if (TimeProvider.System.GetUtcNow() > until)
                {
                    throw new CommandException($"Stage {name}: its database on {address.Host}:{address.Port} does not answer: {reason}");
                }

                await Console.Error.WriteLineAsync($"Stage {name}: waiting for its database on {address.Host}:{address.Port}");
                await Task.Delay(TimeSpan.FromSeconds(1), cancellation);
            }
        }
    }

    /// <exception cref="CommandException">A stage's schema is older than this server.</exception>
    public static async Task RequireSchemasAsync(ServerSettings settings, CancellationToken cancellation)
    {
        foreach (var (name, stage) in settings.Stages)
        {
            await using var source = NpgsqlDataSource.Create(stage.Database);
            if (await Migrator.LackingAsync(source, cancellation) is { } lacking)
            {
                throw new CommandException($"Stage {name}: {lacking}");
            }

            await using var usage = NpgsqlDataSource.Create(stage.DatabaseOfUsage());
            if (await Migrator.LackingAsync(usage, MigrationSet.Usage, cancellation) is { } lackingOfUsage)
            {
                throw new CommandException($"Stage {name}, usage: {lackingOfUsage}");
            }
        }
    }

    /// <summary>Why there is no connection; null where there is, or where the server answers that there is to be none.</summary>
    private static async Task<string?> WhyNotAsync(string connectionString, CancellationToken cancellation)
    {
        try
        {
            await using var connection = new NpgsqlConnection(connectionString);
            await connection.OpenAsync(cancellation);
            return null;
        }
        catch (PostgresException exception) when (exception.SqlState != PostgresErrorCodes.CannotConnectNow)
        {
            return null;
        }
        catch (Exception exception)
            when (exception is NpgsqlException or TimeoutException or IOException or System.Net.Sockets.SocketException)
        {
            return exception.InnerException?.Message ?? exception.Message;
        }
    }
}
