using Npgsql;
using Smile.Hosting.Background;
using Smile.Hosting.Stages;
using Smile.Kernel;
using Smile.Storage;

namespace Smile.Server.Background;

/// <summary>Hears what other servers and the command line change: credentials, permissions, the catalogue.</summary>
internal sealed partial class StageListener(StageRegistry stages, ILogger<StageListener> logger) : BackgroundService
{
    /// <summary>
    /// Carries the USN of a login whose password, name, state or permissions changed (a trigger of migration 0001 notifies).
    /// </summary>
    private const string CredentialsChannel = "smile_credentials";
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(1);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        StageWork.RunAllAsync(stages.All.Select(stage => RunAsync(stage, stoppingToken)), stoppingToken);

    private async Task RunAsync(Stage stage, CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                await ListenAsync(stage, stopping);
            }
            catch (Exception exception) when (exception is NpgsqlException or IOException or InvalidOperationException)
            {
                // What was missed meanwhile is not known: credentials are verified anew, the catalogue is read again.
                stage.Callers.Clear();
                LogLost(exception, stage.Name);
                await Task.Delay(Retry, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private static async Task ListenAsync(Stage stage, CancellationToken stopping)
    {
        await using var connection = await stage.Store.OpenSessionAsync("smile listener", stopping);
        var (reload, clockMoved, opened) = (true, true, true);
        connection.Notification += (_, notification) =>
        {
            if (notification.Channel == CredentialsChannel)
            {
                stage.Callers.Remove(new Usn(notification.Payload));
            }
            else if (notification.Channel == ClockStore.Channel)
            {
                clockMoved = true;
            }
            else if (notification.Channel == Installation.Channel)
            {
                opened = true;
            }
            else
            {
                reload = true;
            }
        };
        await using (
            var listen = new NpgsqlCommand(
                $"LISTEN {CredentialsChannel}; LISTEN {CatalogueStore.Channel}; LISTEN {ClockStore.Channel}; LISTEN {Installation.Channel}",
                connection
            )
        )
        {
            await listen.ExecuteNonQueryAsync(stopping);
        }

        stage.Callers.Clear();
        while (true)
        {
            if (clockMoved)
            {
                clockMoved = false;
                await stage.ReadClockAsync(stopping);
            }

            if (opened)
            {
                opened = false;
                await stage.ReadInstallationAsync(stopping);
            }

            if (reload)
            {
                reload = false;
                if (await CatalogueStore.LoadAsync(stage.Store.Source, stopping) is { } catalogue)
                {
                    stage.Catalogue = catalogue;
                }
            }

            await connection.WaitAsync(stopping);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Stage {Stage} cannot be listened to now")]
    private partial void LogLost(Exception exception, string stage);
}
