using Smile.Hosting;
using Smile.Hosting.Background;
using Smile.Hosting.Stages;
using Smile.OpenWire;
using Smile.Storage;

namespace Smile.Server.Background;

/// <summary>Runs the bus of every stage that has a broker: the relay and the listener, and the outbox's upkeep for all.</summary>
internal sealed partial class BusService(
    StageRegistry stages,
    ServerSettings settings,
    BrokerConnections brokers,
    RelayMetrics metrics,
    IServiceScopeFactory scopes,
    ILoggerFactory logging
) : BackgroundService
{
    private static readonly TimeSpan UpkeepInterval = TimeSpan.FromHours(1);
    private readonly ILogger _logger = logging.CreateLogger<BusService>();

    protected override Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var work = new List<Task>();
        foreach (var stage in stages.All)
        {
            work.Add(MaintainAsync(stage, stoppingToken));
            if (brokers.For(stage) is { } broker)
            {
                var relay = new MessageRelay(
                    stage,
                    settings.Stages[stage.Name].Database,
                    broker.Relay,
                    metrics,
                    logging.CreateLogger<MessageRelay>()
                );
                work.Add(stage.Gate.RunAsync(relay.RunAsync, stoppingToken));
                var listener = new ProvisionResponseListener(
                    stage,
                    settings.Stages[stage.Name].Database,
                    broker,
                    scopes,
                    logging.CreateLogger<ProvisionResponseListener>()
                );
                work.Add(stage.Gate.RunAsync(listener.RunAsync, stoppingToken));
            }
        }

        return StageWork.RunAllAsync(work, stoppingToken);
    }

    private async Task MaintainAsync(Stage stage, CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(UpkeepInterval);
        do
        {
            try
            {
                await OutboxAdministration.MaintainAsync(stage.Store.Source, settings.KeepMessagesDays, stopping);
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                LogUpkeep(exception, stage.Name);
            }
        } while (await timer.WaitForNextTickAsync(stopping));
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Upkeep of the outbox of stage {Stage} failed")]
    private partial void LogUpkeep(Exception exception, string stage);
}

/// <summary>The broker connections of each stage: the relay's, and the listener's with a client id for its durable subscription.</summary>
internal sealed class BrokerConnections(StageRegistry stages, ServerSettings settings, TimeProvider clock, ILogger<OpenWireClient> logger)
    : IAsyncDisposable
{
    private readonly Dictionary<string, StageBroker> _byStage = stages
        .All.Where(stage => settings.Stages[stage.Name] is { Broker.Length: > 0, UseBroker: true })
        .ToDictionary(
            stage => stage.Name,
            stage => new StageBroker(
                new OpenWireClient(Options(settings.Stages[stage.Name], null), clock, logger),
                new OpenWireClient(
                    Options(settings.Stages[stage.Name], stage.Installation is { } id ? $"smile-{stage.Name}-{id}" : $"smile-{stage.Name}"),
                    clock,
                    logger
                )
            )
        );

    /// <summary>Null where the stage has no broker: its messages wait.</summary>
    public StageBroker? For(Stage stage) => _byStage.GetValueOrDefault(stage.Name);

    public async ValueTask DisposeAsync()
    {
        foreach (var broker in _byStage.Values)
        {
            await broker.Relay.DisposeAsync();
            await broker.Listener.DisposeAsync();
        }
    }

    private static OpenWireOptions Options(StageSettings stage, string? clientId) =>
        new()
        {
            Addresses =
            [
                .. stage
                    .Broker!.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
                    .Select(address => new Uri(address)),
            ],
            UserName = stage.BrokerUser,
            Password = stage.BrokerPassword,
            ClientId = clientId,
            CertificateAuthorityFile = stage.BrokerCertificateAuthority,
        };
}

/// <summary>One stage's two connections.</summary>
internal sealed record StageBroker(OpenWireClient Relay, OpenWireClient Listener)
{
    private volatile string? _listenerTrouble;

    /// <summary>Why this server does not listen although it is its turn, or what keeps it from the turn; null where all is well.</summary>
    public string? ListenerTrouble
    {
        get => _listenerTrouble;
        set => _listenerTrouble = value;
    }
}
