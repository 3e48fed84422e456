using System.Data.Common;
using MailKit;
using Smile.Crm.Mail;
using Smile.Hosting.Mail;
using Smile.Hosting.Stages;
using Smile.Kernel;
using Smile.Session;
using Smile.Storage;

namespace Smile.Hosting.Background;

/// <summary>
/// Brings customers' mail from mailboxes to tickets. A mail is fetched whole before the database is asked anything, and moved when what was
/// made of it is committed: whoever is killed in between, it is recognised the next time. Of several servers one reads at a time.
/// </summary>
public sealed partial class TicketMailService(
    StageRegistry stages,
    IServiceScopeFactory scopes,
    ServerSettings settings,
    TicketMailStates states,
    TimeProvider time,
    ILogger<TicketMailService> logger
) : BackgroundService
{
    private readonly Guid _id = Guid.NewGuid();

    /// <summary>How often is asked whether it is time.</summary>
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(1);

    /// <summary>More are looked at the next time.</summary>
    private const int MostMails = 5_000;

    /// <summary>A mail that waits for its sender's hour, or that could not be added, is looked at again then.</summary>
    private static readonly TimeSpan Postponement = TimeSpan.FromMinutes(10);

    /// <summary>Hours' worth of mail of one address that may wait; what is more is set aside, so that nobody fills the mailbox.</summary>
    private const int MostHours = 24;

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        StageWork.RunAllAsync(
            stages
                .All.Where(stage => settings.Stages[stage.Name].TicketMail.IsOn)
                .Select(stage => StageWork.RepeatAsync(stage, Tick, "The mailbox of tickets", RunWhenDueAsync, logger, stoppingToken)),
            stoppingToken
        );

    /// <summary>Reads the mailbox where its interval has passed, or the pause after a failure.</summary>
    public async Task RunWhenDueAsync(Stage stage, CancellationToken cancellation)
    {
        var mailbox = settings.Stages[stage.Name].TicketMail;
        if (!mailbox.IsOn || !stage.HasCatalogue || !states.Of(stage.Name).Begin(time.GetUtcNow(), mailbox.Interval))
        {
            return;
        }

        try
        {
            await RunOnceAsync(stage, cancellation);
            if (states.Of(stage.Name).Succeed())
            {
                LogBack(stage.Name);
            }
        }
        catch (MailboxException exception)
        {
            if (states.Of(stage.Name).Fail(exception.Message, time.GetUtcNow(), mailbox.Interval))
            {
                LogTrouble(stage.Name, exception.Message);
            }
        }
    }

    /// <summary>Reads all mail that lies in the mailbox, unless another server does.</summary>
    /// <returns>How many were added to tickets.</returns>
    /// <exception cref="MailboxException">The mailbox cannot be used.</exception>
    public async Task<int> RunOnceAsync(Stage stage, CancellationToken cancellation)
    {
        var source = stage.Store.Source;
        if (!await MailboxLease.HoldAsync(source, _id, cancellation))
        {
            return 0;
        }

        try
        {
            return await ReadAsync(stage, cancellation);
        }
        finally
        {
            await MailboxLease.ReleaseAsync(source, _id);
        }
    }

    private async Task<int> ReadAsync(Stage stage, CancellationToken cancellation)
    {
        var reading = new Reading(stage, settings.Stages[stage.Name].TicketMail, states.Of(stage.Name));
        await using var mailbox = await TicketMailbox.OpenAsync(reading.Settings, cancellation);
        reading.State.Open(mailbox.Validity);
        var waiting = await mailbox.ListAsync(MostMails, cancellation);
        reading.State.Keep([.. waiting.Select(mail => mail.Id)]);
        var added = 0;
        foreach (var mail in waiting.Where(mail => !reading.State.IsPostponed(mail.Id, time.GetUtcNow())))
        {
            if (!await MailboxLease.HoldAsync(stage.Store.Source, _id, cancellation))
            {
                // This server stood still for so long that another one has begun.
                break;
            }

            added += await TreatAsync(reading, mailbox, mail, cancellation) ? 1 : 0;
        }

        return added;
    }

    private async Task<bool> TreatAsync(Reading reading, TicketMailbox mailbox, WaitingMail waiting, CancellationToken cancellation)
    {
        var most = reading.Settings.MaxMailBytes;
        if (waiting.Bytes > most)
        {
            await SetAsideAsync(reading, mailbox, waiting.Id, "unread", $"it has more than {most} bytes", cancellation);
            return false;
        }

        if (await mailbox.FetchAsync(waiting.Id, most, cancellation) is not { } content)
        {
            return false;
        }

        var read = MailReader.Read(content, reading.Settings, OwnAddresses(reading.Settings));
        if (read.Mail is not { } mail)
        {
            await SetAsideAsync(reading, mailbox, waiting.Id, "nobody", read.Why!, cancellation);
            return false;
        }

        var outcome = await AddAsync(reading, waiting.Id, mail, cancellation);
        switch (outcome)
        {
            case MailOutcome.Added or MailOutcome.Known:
                reading.State.Forget(waiting.Id);
                await mailbox.MoveToDoneAsync(waiting.Id, cancellation);
                break;
            case MailOutcome.Refused:
                await SetAsideAsync(
                    reading,
                    mailbox,
                    waiting.Id,
                    mail.Sender,
                    "it names no ticket of its sender's, and none is raised of it",
                    cancellation
                );
                break;
            default:
                var count = reading.State.Postpone(waiting.Id, mail.Sender, time.GetUtcNow() + Postponement);
                if (count > reading.Settings.MaxMailsPerHour * MostHours)
                {
                    await SetAsideAsync(reading, mailbox, waiting.Id, mail.Sender, "too much of its sender's waits already", cancellation);
                }

                break;
        }

        return outcome == MailOutcome.Added;
    }

    private async Task<MailOutcome> AddAsync(Reading reading, UniqueId id, ReceivedMail mail, CancellationToken cancellation)
    {
        try
        {
            var owner = await scopes.RunAsync<TicketMailOwners, MailOwner>(
                reading.Stage,
                Caller.Server(AddTicketMail.Author),
                owners => owners.FindAsync(mail, cancellation)
            );
            if (owner.IsKnown || owner.Account is not { } account)
            {
                return owner.IsKnown ? MailOutcome.Known : MailOutcome.Refused;
            }

            return await scopes.RunAsync<AddTicketMail, MailOutcome>(
                reading.Stage,
                AddTicketMail.CallerOf(account),
                add => add.ExecuteAsync(mail, reading.Settings.MaxMailsPerHour, cancellation)
            );
        }
        catch (SmileException refusal)
        {
            LogRefusal(reading.Stage.Name, id.Id, refusal.Message);
            return MailOutcome.Refused;
        }
        catch (Exception exception) when (exception is not OperationCanceledException && !IsOfDatabase(exception))
        {
            // Whatever is wrong with one mail must not hold up those behind it.
            LogFailed(exception, reading.Stage.Name, id.Id);
            return MailOutcome.Postponed;
        }
    }

    /// <summary>Whether the database is away, so that it is no mail's fault.</summary>
    private static bool IsOfDatabase(Exception? exception) =>
        exception is not null && (exception is DbException { IsTransient: true } || IsOfDatabase(exception.InnerException));

    private async Task SetAsideAsync(
        Reading reading,
        TicketMailbox mailbox,
        UniqueId id,
        string sender,
        string why,
        CancellationToken cancellation
    )
    {
        LogSetAside(reading.Stage.Name, id.Id, sender, why);
        await mailbox.MoveToRefusedAsync(id, cancellation);
        reading.State.Forget(id);
    }

    private IReadOnlyCollection<string> OwnAddresses(TicketMailSettings mailbox) =>
        [.. new[] { mailbox.Address, settings.Smtp.From }.OfType<string>().Where(address => address.Length > 0)];

    private sealed record Reading(Stage Stage, TicketMailSettings Settings, TicketMailState State);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Mail {Id} of {Sender} to tickets of stage {Stage} is set aside: {Why}")]
    private partial void LogSetAside(string stage, uint id, string sender, string why);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Mail {Id} to tickets of stage {Stage} is refused: {Why}")]
    private partial void LogRefusal(string stage, uint id, string why);

    [LoggerMessage(Level = LogLevel.Error, Message = "Mail {Id} to tickets of stage {Stage} could not be added and is put off")]
    private partial void LogFailed(Exception exception, string stage, uint id);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The mailbox of tickets of stage {Stage} cannot be read now. {Why}")]
    private partial void LogTrouble(string stage, string why);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The mailbox of tickets of stage {Stage} is read again")]
    private partial void LogBack(string stage);
}
