using Microsoft.EntityFrameworkCore;
using Smile.Customers.Accounts;
using Smile.Session;

namespace Smile.Customers.DueWork;

/// <summary>Puts work on the calendar, and takes it off.</summary>
[UseCase]
public sealed class DueWorkSchedule(StageSession session)
{
    public void Add(DueWorkKind kind, Account account, string subject, DateTimeOffset due, string? comment = null) =>
        session.Database.DueWork.Add(
            new DueWorkItem
            {
                Kind = kind,
                AccountUsn = account.Usn,
                Subject = subject,
                Due = due,
                Comment = comment,
                RequestedBy = session.Caller.Usn,
            }
        );

    /// <summary>The latest word counts: a date that was given before is replaced.</summary>
    public async Task ReplaceAsync(
        DueWorkKind kind,
        Account account,
        string subject,
        DateTimeOffset due,
        string? comment,
        CancellationToken cancellation
    )
    {
        await RemoveAsync(kind, subject, "", cancellation);
        Add(kind, account, subject, due, comment);
    }

    /// <summary>Takes off what is planned of a kind with comments that begin with some text.</summary>
    public async Task RemoveAsync(DueWorkKind kind, string subject, string comment, CancellationToken cancellation)
    {
        var before = await session
            .Database.DueWork.Where(work => work.Subject == subject && work.Kind == kind && work.Done == null)
            .ToListAsync(cancellation);
        session.Database.DueWork.RemoveRange(before.Where(work => (work.Comment ?? "").StartsWith(comment, StringComparison.Ordinal)));
    }

    public Task<bool> IsScheduledAsync(DueWorkKind kind, string subject, DateTimeOffset before, CancellationToken cancellation) =>
        session.Database.DueWork.AnyAsync(
            work => work.Subject == subject && work.Kind == kind && work.Done == null && work.Due < before,
            cancellation
        );

    /// <summary>Takes everything off that is about a subject.</summary>
    public Task CancelAsync(string subject, CancellationToken cancellation) => CancelAllAsync([subject], cancellation);

    /// <summary>Takes everything off that is about any of some subjects.</summary>
    public async Task CancelAllAsync(IReadOnlyCollection<string> subjects, CancellationToken cancellation)
    {
        var wanted = subjects.ToArray();
        var open = session.Database.DueWork.Where(work => work.Done == null);

        // Mostly about one, of which PostgreSQL keeps the plan.
        var about = wanted is [var subject]
            ? open.Where(work => work.Subject == subject)
            : open.Where(work => wanted.Contains(work.Subject));
        var waiting = await about.ToListAsync(cancellation);
        foreach (var work in waiting)
        {
            work.Done = session.Now;
        }
    }
}
