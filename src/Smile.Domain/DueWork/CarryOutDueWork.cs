using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Smile.Domain.CreditControlRun;
using Smile.Domain.Foundation;
using Smile.Domain.Payments;
using Smile.Domain.Plans;
using Smile.Domain.Provisioning;
using Smile.Domain.Subscriptions;
using Smile.Kernel;

namespace Smile.Domain.DueWork;

/// <summary>Carries out one piece of due work, in one transaction with its being done.</summary>
[UseCase]
public sealed class CarryOutDueWork(
    StageSession session,
    SubscriptionLifecycle lifecycle,
    SubscriptionFeatures features,
    ProvisionUpdates provisioning,
    PlanSchedules plans,
    ScheduledPayments payments,
    TreatAccount treatment
)
{
    /// <returns>False where another server was faster, or the work was taken off the calendar.</returns>
    public async Task<bool> ExecuteAsync(long id, CancellationToken cancellation)
    {
        await session.Database.BeginAsync(cancellation);
        var owner = await session
            .Database.DueWork.AsNoTracking()
            .Where(item => item.Id == id)
            .Select(item => (Usn?)item.AccountUsn)
            .FirstOrDefaultAsync(cancellation);
        if (owner is not { } accountUsn || (await session.Database.LockAccountsAsync([accountUsn], cancellation)) is not [var account])
        {
            return false;
        }

        // Read under the lock: what another server did meanwhile shows.
        var work = await session.Database.DueWork.FirstOrDefaultAsync(item => item.Id == id && item.AccountUsn == accountUsn, cancellation);
        if (work is not { Done: null } || work.Due > session.Now)
        {
            return false;
        }

        work.Done = session.Now;
        Func<Task>? afterwards = null;
        switch (work.Kind)
        {
            case DueWorkKind.CancelSubscription or DueWorkKind.SuspendSubscription or DueWorkKind.ResumeSubscription:
                if (await SubscriptionAsync(new Usn(work.Subject), cancellation) is { } subscription)
                {
                    await lifecycle.CarryOutAsync(work, account, subscription, cancellation);
                }

                break;
            case DueWorkKind.ApplyFeature or DueWorkKind.StopApplyingFeature:
                var featureId = Guid.Parse(work.Subject);
                var applied = await session.Database.SubscriptionFeatures.FirstOrDefaultAsync(
                    feature => feature.Id == featureId,
                    cancellation
                );
                if (applied is not null && await SubscriptionAsync(applied.SubscriptionUsn, cancellation) is { } featured)
                {
                    await features.CarryOutAsync(work, account, featured, applied, cancellation);
                }

                break;
            case DueWorkKind.BeginPlan:
                if (await SubscriptionAsync(new Usn(work.Subject), cancellation) is { } planned)
                {
                    await plans.CarryOutAsync(work, account, planned, cancellation);
                }

                break;
            case DueWorkKind.RetryProvisionRequest:
                var requestId = int.Parse(work.Subject, CultureInfo.InvariantCulture);
                var request = await session.Database.ProvisionRequests.FirstOrDefaultAsync(
                    candidate => candidate.Id == requestId,
                    cancellation
                );
                if (request is not null && await SubscriptionAsync(request.SubscriptionUsn, cancellation) is { } requested)
                {
                    await provisioning.RetryAsync(account, requested, request, cancellation);
                }

                break;
            case DueWorkKind.SendPayment or DueWorkKind.InquirePayment:
                afterwards = await payments.PrepareAsync(work, account, cancellation);
                break;
            case DueWorkKind.RelieveAccount:
                await treatment.RelieveAsync(account, cancellation);
                break;
            default:
                throw new InvalidOperationException($"Unknown due work {work.Kind}.");
        }

        await session.CommitAsync(cancellation);
        if (afterwards is not null)
        {
            // Asks others, which nothing waits for with a lock. What is to be done if this fails was put on the calendar before.
            await afterwards();
        }

        return true;
    }

    private Task<Subscription?> SubscriptionAsync(Usn usn, CancellationToken cancellation) =>
        session.Database.Subscriptions.FirstOrDefaultAsync(candidate => candidate.Usn == usn, cancellation);
}
