using Smile.Hosting.Billing;
using Smile.Hosting.Stages;
using Smile.Kernel;
using Smile.Rating.Bills;
using Smile.Rating.Credit;
using Smile.Rating.Notices;
using Smile.Rating.Runs;
using Smile.Session;
using Smile.Usage.Errors;
using Smile.Usage.Files;
using Smile.Usage.Import;

namespace Smile.Hosting.Background;

/// <summary>
/// Brings usage in from watched folders, binds what waited for a subscription once there is one, and rates what was bound. Every server
/// does it; none waits for another.
/// </summary>
public sealed partial class UsageService(
    StageRegistry stages,
    IServiceScopeFactory scopes,
    ServerSettings settings,
    TimeProvider time,
    ILogger<UsageService> logger
) : BackgroundService
{
    private static readonly TimeSpan RecycleInterval = TimeSpan.FromMinutes(1);

    /// <summary>A bill of which nothing is heard for longer has broken off, or waits for the account's lock.</summary>
    private static readonly TimeSpan LongestBill = TimeSpan.FromMinutes(1);

    /// <summary>What was committed while the last look went on is seen at the next.</summary>
    private static readonly TimeSpan Overlap = TimeSpan.FromMinutes(5);

    /// <summary>A file that was written to more recently may not be whole.</summary>
    private static readonly TimeSpan Settled = TimeSpan.FromSeconds(10);

    private static readonly Usn Name = new("usage");

    private static readonly string[] Unfinished = [".tmp", ".part", ".filepart", ".writing"];

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        StageWork.RunAllAsync(
            stages.All.SelectMany(stage =>
                new[]
                {
                    StageWork.RepeatAsync(stage, settings.UsageInterval, "Usage", RateAsync, logger, stoppingToken),
                    StageWork.RepeatAsync(stage, settings.UsageInterval, "The folder of usage", ReadFoldersAsync, logger, stoppingToken),
                    StageWork.RepeatAsync(
                        stage,
                        Longer(settings.UsageInterval, RecycleInterval),
                        "Usage on bills",
                        SettleAsync,
                        logger,
                        stoppingToken
                    ),
                    StageWork.RepeatAsync(
                        stage,
                        Longer(settings.UsageInterval, RecycleInterval),
                        "Suspended usage",
                        RecycleAsync,
                        logger,
                        stoppingToken
                    ),
                }
            ),
            stoppingToken
        );

    /// <summary>
    /// Rates all that waits, also what is charged otherwise now, and acts on what has come about by it. What a rating period that is over
    /// had reached is told to be gone before anything of the next one is.
    /// </summary>
    public async Task RateAsync(Stage stage, CancellationToken cancellation)
    {
        if (!stage.HasCatalogue)
        {
            return;
        }

        await AllAsync<TakeRatingChanges>(changes => changes.ExecuteAsync(cancellation));
        await AllAsync<EndAlerts>(alerts => alerts.ExecuteAsync(cancellation));
        if ((await WaitingUsage.RateAsync(scopes, stage, Caller.Server(Name), null, cancellation)).Failure is { } failure)
        {
            LogUnrateable(failure.Why, failure.Subscription, stage.Name);
        }

        await AllAsync<TellUsageNotices>(notices => notices.ExecuteAsync(cancellation));
        await AllAsync<CheckCreditLimits>(limits => limits.ExecuteAsync(cancellation));

        async Task AllAsync<TUseCase>(Func<TUseCase, Task<bool>> some)
            where TUseCase : class
        {
            while (await scopes.RunAsync(stage, Caller.Server(Name), some)) { }
        }
    }

    /// <summary>Settles the rating periods of bills that broke off.</summary>
    public async Task SettleAsync(Stage stage, CancellationToken cancellation)
    {
        if (stage.HasCatalogue)
        {
            await scopes.RunAsync<UsageCharges, int>(
                stage,
                Caller.Server(Name),
                charges => charges.SettleInterruptedAsync(LongestBill, cancellation)
            );
        }
    }

    /// <summary>Brings in the files that lie in the folders of the stage's usage sources.</summary>
    public async Task ReadFoldersAsync(Stage stage, CancellationToken cancellation)
    {
        if (!stage.HasCatalogue || settings.Stages[stage.Name].UsageFolder is not { Length: > 0 } root)
        {
            return;
        }

        foreach (var source in stage.Catalogue.Content.UsageSources.Where(source => source.Folder is not null))
        {
            var folder = new DirectoryInfo(Path.Combine(root, source.Folder!));
            if (!folder.Exists)
            {
                continue;
            }

            foreach (var file in folder.EnumerateFiles().Where(IsWhole).OrderBy(file => file.Name, StringComparer.Ordinal).ToList())
            {
                await ReadAsync(stage, source.Code, file, cancellation);
            }
        }
    }

    /// <summary>Tries what waits for subscriptions that have come about since the last look.</summary>
    public async Task RecycleAsync(Stage stage, CancellationToken cancellation)
    {
        if (!stage.HasCatalogue)
        {
            return;
        }

        var now = stage.Clock.GetUtcNow();
        var since = stage.Usage.RecycledUntil is { } until ? until - Overlap : now - TimeSpan.FromDays(1);
        var bound = await scopes.RunAsync<UsageErrors, int>(
            stage,
            Caller.Server(Name),
            errors => errors.RecycleChangedAsync(since, cancellation)
        );
        stage.Usage.RecycledUntil = now;
        if (bound > 0)
        {
            LogRecycled(stage.Name, bound);
        }
    }

    private static TimeSpan Longer(TimeSpan one, TimeSpan other) => one > other ? one : other;

    private bool IsWhole(FileInfo file) =>
        !file.Name.StartsWith('.')
        && !Unfinished.Contains(file.Extension, StringComparer.OrdinalIgnoreCase)
        && time.GetUtcNow() - file.LastWriteTimeUtc > Settled;

    private async Task ReadAsync(Stage stage, string source, FileInfo file, CancellationToken cancellation)
    {
        try
        {
            // Whoever may write to the folder must neither have other files of the server read by links, nor hold up the rest by a pipe.
            if (file.LinkTarget is not null || file.Length == 0)
            {
                Move(file, "refused");
                LogRefused(stage.Name, source, file.Name, "It is empty, a link, or no file at all.");
                return;
            }

            UsageFile read;
            await using (var content = file.OpenRead())
            {
                (read, _) = await scopes.RunAsync<ImportUsage, (UsageFile, bool)>(
                    stage,
                    Caller.Server(Name),
                    import => import.ExecuteAsync(source, file.Name, content, null, cancellation)
                );
            }

            if (read.Status != UsageFileStatus.Reading)
            {
                Move(file, read.Status == UsageFileStatus.Refused ? "refused" : "done");
                LogRead(stage.Name, source, file.Name, read.Id, read.Status, read.Counts.Bound, read.Counts.Suspended, read.Message);
            }
        }
        catch (Exception exception) when (exception is UsageFileException or SmileException)
        {
            Move(file, "refused");
            LogRefused(stage.Name, source, file.Name, exception.Message);
        }
        catch (FileNotFoundException)
        {
            // Another server has moved it.
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Those behind it are not held up.
            LogUnavailable(stage.Name, source, file.Name, exception.Message);
        }
    }

    private static void Move(FileInfo file, string folder)
    {
        var target = Directory.CreateDirectory(Path.Combine(file.DirectoryName!, folder));
        try
        {
            File.Move(file.FullName, Path.Combine(target.FullName, file.Name), overwrite: true);
        }
        catch (FileNotFoundException)
        {
            // Another server has moved it.
        }
    }

    [LoggerMessage(
        Level = LogLevel.Information,
        Message = "Usage file {File} ({Name} of {Source}) of stage {Stage} is {Status}: {Bound} bound, {Suspended} suspended. {Remark}"
    )]
    private partial void LogRead(
        string stage,
        string source,
        string name,
        long file,
        UsageFileStatus status,
        int bound,
        int suspended,
        string? remark
    );

    [LoggerMessage(Level = LogLevel.Warning, Message = "Usage file {Name} of {Source} of stage {Stage} is refused: {Why}")]
    private partial void LogRefused(string stage, string source, string name, string why);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Usage file {Name} of {Source} of stage {Stage} cannot be read or moved now: {Why}")]
    private partial void LogUnavailable(string stage, string source, string name, string why);

    [LoggerMessage(
        Level = LogLevel.Error,
        Message = "Usage of subscription {Subscription} of stage {Stage} cannot be rated, perhaps of others"
    )]
    private partial void LogUnrateable(Exception why, Usn subscription, string stage);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Bound} records of usage that waited on stage {Stage} are bound")]
    private partial void LogRecycled(string stage, int bound);
}
