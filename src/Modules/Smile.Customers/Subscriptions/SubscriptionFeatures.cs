using Microsoft.EntityFrameworkCore;
using Smile.Catalogue;
using Smile.Contracts.Faults;
using Smile.Contracts.Messages;
using Smile.Customers.Accounts;
using Smile.Customers.DueWork;
using Smile.Kernel;
using Smile.Session;
using Smile.Soap.Xml;

namespace Smile.Customers.Subscriptions;

/// <summary>
/// applyFeature() and stopApplyingFeature(): from and to midnight at the start of a day, in the account's time zone (guide, lines 8055,
/// 8186).
/// </summary>
[UseCase]
public sealed class SubscriptionFeatures(StageSession session, SubscriptionAnnouncements announcements, DueWorkSchedule schedule)
    : IDueWorkHandler
{
    public IReadOnlyList<DueWorkKind> Kinds { get; } = [DueWorkKind.ApplyFeature, DueWorkKind.StopApplyingFeature];

    /// <param name="startDate">None applies the feature at once.</param>
    /// <param name="endDate">None applies it without end.</param>
    /// <returns>The subscriptionFeatureId, different for each call.</returns>
    public async Task<string> ApplyAsync(string usn, int featureId, XmlDate? startDate, XmlDate? endDate, CancellationToken cancellation)
    {
        var (account, subscription) =
            await session.BeginOnSubscriptionAsync(usn, cancellation) ?? throw StageSession.NoSuchSubscription(usn);
        var feature = session.Catalogue.Feature(featureId);
        if (feature is null || feature.Service != subscription.ServiceId)
        {
            throw Refuse.NotFound("featureId", featureId, "The service of the subscription has no such feature.", Missing.Feature);
        }

        if (subscription.IsClosed)
        {
            throw Refuse.Invalid("usn", usn, "The subscription is closed.");
        }

        var zone = session.ZoneOf(account);
        var (start, end) = (OpenDays.From(startDate, "startDate"), OpenDays.Until(endDate, "endDate"));
        var applied = new SubscriptionFeature
        {
            Id = Guid.NewGuid(),
            SubscriptionUsn = subscription.Usn,
            FeatureId = featureId,
            Start = start is { } first ? zone.StartOf(first) : session.Now,
            End = end is { } last ? zone.StartOf(last) : null,
        };
        if (applied.End < applied.Start)
        {
            throw Refuse.Invalid("endDate", end, "The end date is earlier than the start date.");
        }

        var wasActive = await IsActiveAsync(applied, cancellation);
        session.Database.SubscriptionFeatures.Add(applied);
        if (applied.Start > session.Now)
        {
            schedule.Add(DueWorkKind.ApplyFeature, account, applied.Id.ToString(), applied.Start);
        }
        else if (applied.IsActiveAt(session.Now) && !wasActive)
        {
            await AnnounceAsync("applyFeature", account, subscription, featureId, cancellation);
        }

        ScheduleEnd(account, applied);
        session.ChangeRating(subscription, applied.Start);
        await session.CommitAsync(cancellation);
        return applied.Id.ToString();
    }

    /// <param name="endDate">None removes the end date.</param>
    public async Task StopAsync(string subscriptionFeatureId, XmlDate? endDate, CancellationToken cancellation)
    {
        if (string.IsNullOrWhiteSpace(subscriptionFeatureId))
        {
            throw Refuse.Invalid("subscriptionFeatureId", subscriptionFeatureId, "Specify the id that applyFeature() returned.");
        }

        var known = Guid.TryParse(subscriptionFeatureId, out var id)
            ? await session.Database.SubscriptionFeatures.AsNoTracking().FirstOrDefaultAsync(feature => feature.Id == id, cancellation)
            : null;
        if (
            known is null
            || await session.BeginOnSubscriptionAsync(known.SubscriptionUsn.Value, cancellation) is not var (account, subscription)
        )
        {
            throw Refuse.NotFound(
                "subscriptionFeatureId",
                subscriptionFeatureId,
                "There is no such applied feature, or you may not access it.",
                Missing.SubscriptionFeature
            );
        }

        var applied = await session.Database.SubscriptionFeatures.FirstAsync(feature => feature.Id == id, cancellation);
        var wasActive = applied.IsActiveAt(session.Now);
        var before = applied.End;
        DateTimeOffset? until = OpenDays.Until(endDate, "endDate") is { } last ? session.ZoneOf(account).StartOf(last) : null;

        // An end before the start means that the feature is never applied.
        applied.End = until < applied.Start ? applied.Start : until;
        await schedule.CancelAsync(subscriptionFeatureId, cancellation);
        if (applied.Start > session.Now)
        {
            schedule.Add(DueWorkKind.ApplyFeature, account, applied.Id.ToString(), applied.Start);
        }

        ScheduleEnd(account, applied);
        if (wasActive != applied.IsActiveAt(session.Now) && !await IsActiveAsync(applied, cancellation))
        {
            await AnnounceAsync(wasActive ? "stopApplyingFeature" : "applyFeature", account, subscription, applied.FeatureId, cancellation);
        }

        session.ChangeRating(subscription, Earlier(before, applied.End) ?? session.Now);
        await session.CommitAsync(cancellation);
    }

    /// <summary>Applies a feature from now on, within the caller's operation.</summary>
    /// <returns>Its id, by which it is taken off.</returns>
    public async Task<Guid> ApplyNowAsync(Account account, Subscription subscription, int featureId, CancellationToken cancellation)
    {
        var applied = new SubscriptionFeature
        {
            Id = Guid.NewGuid(),
            SubscriptionUsn = subscription.Usn,
            FeatureId = featureId,
            Start = session.Now,
        };
        var wasActive = await IsActiveAsync(applied, cancellation);
        session.Database.SubscriptionFeatures.Add(applied);
        if (!wasActive)
        {
            await AnnounceAsync("applyFeature", account, subscription, featureId, cancellation);
        }

        return applied.Id;
    }

    /// <summary>Ends a feature now that was applied so, within the caller's operation.</summary>
    public async Task StopNowAsync(Account account, Subscription subscription, Guid id, CancellationToken cancellation)
    {
        if (
            await session.Database.SubscriptionFeatures.FirstOrDefaultAsync(feature => feature.Id == id, cancellation) is not { } applied
            || !applied.IsActiveAt(session.Now)
        )
        {
            return;
        }

        applied.End = session.Now;
        await schedule.CancelAsync(id.ToString(), cancellation);
        if (!await IsActiveAsync(applied, cancellation))
        {
            await AnnounceAsync("stopApplyingFeature", account, subscription, applied.FeatureId, cancellation);
        }
    }

    /// <summary>Announces a feature whose time has come or gone.</summary>
    public async Task<Func<Task>?> CarryOutAsync(DueWorkItem work, Account account, CancellationToken cancellation)
    {
        var featureId = Guid.Parse(work.Subject);
        var applied = await session.Database.SubscriptionFeatures.FirstOrDefaultAsync(feature => feature.Id == featureId, cancellation);
        if (applied is not null && await session.LoadSubscriptionAsync(applied.SubscriptionUsn, cancellation) is { } subscription)
        {
            await CarryOutAsync(work, account, subscription, applied, cancellation);
        }

        return null;
    }

    private async Task CarryOutAsync(
        DueWorkItem work,
        Account account,
        Subscription subscription,
        SubscriptionFeature applied,
        CancellationToken cancellation
    )
    {
        var starts = work.Kind == DueWorkKind.ApplyFeature;
        if (!subscription.IsClosed && applied.IsActiveAt(session.Now) == starts && !await IsActiveAsync(applied, cancellation))
        {
            await AnnounceAsync(starts ? "applyFeature" : "stopApplyingFeature", account, subscription, applied.FeatureId, cancellation);
        }
    }

    /// <summary>Whether the same feature is applied now in another way, too: then nothing changes for the provider.</summary>
    private async Task<bool> IsActiveAsync(SubscriptionFeature applied, CancellationToken cancellation)
    {
        var others = await session
            .Database.SubscriptionFeatures.AsNoTracking()
            .Where(other =>
                other.SubscriptionUsn == applied.SubscriptionUsn && other.FeatureId == applied.FeatureId && other.Id != applied.Id
            )
            .ToListAsync(cancellation);
        return others.Exists(other => other.IsActiveAt(session.Now));
    }

    /// <summary>The earlier of two ends; null is none.</summary>
    private static DateTimeOffset? Earlier(DateTimeOffset? one, DateTimeOffset? other) => one is null || other < one ? other : one;

    private void ScheduleEnd(Account account, SubscriptionFeature applied)
    {
        if (applied.End is { } end && end > session.Now && end > applied.Start)
        {
            schedule.Add(DueWorkKind.StopApplyingFeature, account, applied.Id.ToString(), end);
        }
    }

    private async Task AnnounceAsync(
        string command,
        Account account,
        Subscription subscription,
        int featureId,
        CancellationToken cancellation
    )
    {
        await announcements.AnnounceAsync(BusMessages.SubscriptionFeaturesChanged, account, subscription, cancellation);

        // A provider that does not have the subscription yet is told of its features when it is asked to provision it (guide, line 23015).
        if (session.Catalogue.Service(subscription.ServiceId)?.Provisioning == ProvisioningMode.External && subscription.IsActive)
        {
            await announcements.AnnounceAsync(
                (sid, usn) => BusMessages.SubscriptionProvisionCommand(sid, usn, command, featureId),
                account,
                subscription,
                cancellation
            );
        }
    }
}
