using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Globalization;
using Smile.Catalogue.Wording;
using Smile.Correspondence.Dispatch;
using Smile.Hosting;
using Smile.Hosting.Stages;
using Smile.Storage;

namespace Smile.Hosting.Background;

/// <summary>
/// Every few minutes, for each stage: counts what waits for an operator (meter <c>Smile.Attention</c>), tells the operator once a day where
/// there is something, and deletes what is older than it is kept.
/// </summary>
public sealed class HousekeepingService : BackgroundService
{
    public const string MeterName = "Smile.Attention";
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan DeleteInterval = TimeSpan.FromHours(1);

    private readonly StageRegistry _stages;
    private readonly ServerSettings _settings;
    private readonly IMailSender _mail;
    private readonly TimeProvider _time;
    private readonly ILogger<HousekeepingService> _logger;
    private readonly ConcurrentDictionary<string, OperatorWork> _counts = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, DateTimeOffset> _deleted = new(StringComparer.Ordinal);

    public HousekeepingService(
        StageRegistry stages,
        ServerSettings settings,
        IMailSender mail,
        TimeProvider time,
        IMeterFactory meters,
        ILogger<HousekeepingService> logger
    )
    {
        (_stages, _settings, _mail, _time, _logger) = (stages, settings, mail, time, logger);
        var meter = meters.Create(MeterName);
        Gauge(
            meter,
            "smile.attention.dispatch",
            "Documents and notices that could not be sent (smile dispatch list)",
            counts => counts.FailedDispatch
        );
        Gauge(meter, "smile.attention.work", "Pieces of due work that failed too often (smile work list)", counts => counts.FailedWork);
        Gauge(
            meter,
            "smile.attention.payments",
            "Payments whose outcome is not known (smile payment list)",
            counts => counts.PaymentsInAttention
        );
        Gauge(meter, "smile.attention.bills", "Bills that could not be made (smile bill report)", counts => counts.FailedBills);
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        StageWork.RunAllAsync(
            _stages.All.Select(stage => StageWork.RepeatAsync(stage, Interval, "Housekeeping", RunOnceAsync, _logger, stoppingToken)),
            stoppingToken
        );

    public async Task RunOnceAsync(Stage stage, CancellationToken cancellation)
    {
        var counts = _counts[stage.Name] = await OperatorNotice.CountAsync(stage.Store.Source, cancellation);
        if (_settings.OperatorAddress is { Length: > 0 } address && !counts.IsNone)
        {
            var now = stage.Clock.GetUtcNow();
            await OperatorNotice.OnceAsync(
                stage.Store.Source,
                DateOnly.FromDateTime(now.UtcDateTime),
                now,
                () => _mail.SendAsync(Notice(stage, counts, address), cancellation),
                cancellation
            );
        }

        if (_time.GetUtcNow() - _deleted.GetValueOrDefault(stage.Name) >= DeleteInterval)
        {
            await Retention.DeleteAsync(
                stage.Store.Source,
                stage.Usage,
                _settings.Retention,
                new RetentionTimes(stage.Clock.GetUtcNow(), _time.GetUtcNow()),
                "retention",
                cancellation
            );
            _deleted[stage.Name] = _time.GetUtcNow();
        }
    }

    private static Correspondence.Dispatch.Mail Notice(Stage stage, OperatorWork counts, string address) =>
        new(
            "operator-notice",
            address,
            new Dictionary<string, string>
            {
                ["stage"] = stage.Name,
                ["dispatch"] = Show(counts.FailedDispatch),
                ["work"] = Show(counts.FailedWork),
                ["payments"] = Show(counts.PaymentsInAttention),
                ["bills"] = Show(counts.FailedBills),
            }
        )
        {
            Language = stage.HasCatalogue ? stage.Catalogue.Content.Companies[0].Language : BuiltInLanguages.English,
        };

    private static string Show(long count) => count.ToString(CultureInfo.InvariantCulture);

    private void Gauge(Meter meter, string name, string description, Func<OperatorWork, long> count) =>
        meter.CreateObservableGauge(
            name,
            () => _counts.Select(stage => new Measurement<long>(count(stage.Value), new KeyValuePair<string, object?>("stage", stage.Key))),
            description: description
        );
}
