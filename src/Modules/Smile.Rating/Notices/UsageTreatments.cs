using Microsoft.EntityFrameworkCore;
using Smile.Customers.Accounts;
using Smile.Customers.Subscriptions;
using Smile.Kernel;
using Smile.Session;

namespace Smile.Rating.Notices;

/// <summary>Applies features for a cause, and takes off those that the cause has applied.</summary>
[UseCase]
public sealed class UsageTreatments(StageSession session, SubscriptionFeatures features)
{
    private List<UsageTreatment> _treatments = [];

    /// <summary>Reads what is applied to some subscriptions; comes before all else.</summary>
    /// <param name="usns">Of locked accounts.</param>
    internal async Task LoadAsync(Usn[] usns, CancellationToken cancellation) =>
        _treatments = await session.Database.UsageTreatments.Where(row => usns.Contains(row.SubscriptionUsn)).ToListAsync(cancellation);

    /// <summary>Applies those of some features that are its service's and that the cause has not applied yet.</summary>
    /// <returns>Whether there were any.</returns>
    internal async Task<bool> ApplyAsync(
        Account account,
        Subscription subscription,
        string cause,
        IEnumerable<int> wanted,
        CancellationToken cancellation
    )
    {
        var missing = wanted
            .Where(feature => session.Catalogue.Feature(feature)?.Service == subscription.ServiceId)
            .Except(Of(subscription, cause).Select(row => row.FeatureId))
            .ToList();
        foreach (var feature in missing)
        {
            var treatment = new UsageTreatment
            {
                SubscriptionUsn = subscription.Usn,
                Cause = cause,
                FeatureId = feature,
                AppliedId = await features.ApplyNowAsync(account, subscription, feature, cancellation),
            };
            _treatments.Add(treatment);
            session.Database.UsageTreatments.Add(treatment);
        }

        return missing.Count > 0;
    }

    /// <param name="ended">The only features; null for all of the cause.</param>
    /// <returns>Whether there were any.</returns>
    internal async Task<bool> EndAsync(
        Account account,
        Subscription subscription,
        string cause,
        IReadOnlyList<int>? ended,
        CancellationToken cancellation
    )
    {
        var gone = Of(subscription, cause).Where(row => ended?.Contains(row.FeatureId) != false).ToList();
        foreach (var treatment in gone)
        {
            await features.StopNowAsync(account, subscription, treatment.AppliedId, cancellation);
            _treatments.Remove(treatment);
            session.Database.UsageTreatments.Remove(treatment);
        }

        return gone.Count > 0;
    }

    /// <summary>Has the cause apply these features and no others.</summary>
    /// <returns>Whether it did others before.</returns>
    internal async Task<bool> SetAsync(
        Account account,
        Subscription subscription,
        string cause,
        IReadOnlyCollection<int> wanted,
        CancellationToken cancellation
    )
    {
        var ended = Of(subscription, cause).Select(row => row.FeatureId).Except(wanted).ToList();
        var hasEnded = ended.Count > 0 && await EndAsync(account, subscription, cause, ended, cancellation);
        return await ApplyAsync(account, subscription, cause, wanted, cancellation) || hasEnded;
    }

    private IEnumerable<UsageTreatment> Of(Subscription subscription, string cause) =>
        _treatments.Where(row => row.SubscriptionUsn == subscription.Usn && row.Cause == cause);
}
