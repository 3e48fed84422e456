using Microsoft.EntityFrameworkCore;
using Smile.Billing;
using Smile.Billing.Contracts;
using Smile.Catalogue;
using Smile.Contracts.Messages;
using Smile.Customers;
using Smile.Customers.Accounts;
using Smile.Customers.Accounts.Storage;
using Smile.Customers.Subscriptions;
using Smile.NumberPools;
using Smile.Session;

namespace Smile.Ordering.Provisioning;

/// <summary>
/// Takes approved orders to completion: provisions, enables and activates their subscriptions in the order that the service is configured
/// with, and waits where an external provider must answer first (guide, "Synchronise order information", line 2660).
/// </summary>
[UseCase]
public sealed class Fulfilment(
    StageSession session,
    SubscriptionAnnouncements announcements,
    AddSubscriptionContract contracts,
    OrderedNumbers numbers
)
{
    /// <summary>Goes on with an order's subscriptions as far as it can, and completes the order when nothing is left to do.</summary>
    /// <param name="planItems">The plan schedule items of all the subscriptions.</param>
    public async Task ContinueOrderAsync(
        CustomerOrder order,
        Account account,
        IReadOnlyCollection<Subscription> subscriptions,
        IReadOnlyCollection<PlanScheduleItem> planItems,
        CancellationToken cancellation
    )
    {
        if (order.OrdersAccount)
        {
            account.ProvisionStatus = ProvisionStatus.Provisioned;
            account.ActivateStatus = ActivateStatus.Activated;
            account.EnableStatus = EnableStatus.Enabled;
        }

        foreach (var subscription in subscriptions)
        {
            await ContinueAsync(
                account,
                subscription,
                [.. planItems.Where(item => item.SubscriptionUsn == subscription.Usn)],
                [],
                cancellation
            );
            await BindAsync(order, account, subscription, planItems, cancellation);
        }

        CompleteIfDone(order, subscriptions);
    }

    /// <summary>Goes on with one subscription after its provider answered, and completes its order when it was the last.</summary>
    public async Task ContinueSubscriptionAsync(Account account, Subscription subscription, CancellationToken cancellation)
    {
        var planItems = await announcements.PlanItemsAsync(subscription, cancellation);
        var features = await announcements.ActiveFeaturesAsync(subscription, cancellation);
        await ContinueAsync(account, subscription, planItems, features, cancellation);

        var order = await session
            .Database.Orders.Include(candidate => candidate.Components)
            .FirstOrDefaultAsync(candidate => candidate.Components.Any(component => component.Usn == subscription.Usn), cancellation);
        if (order is { Status: OrderStatus.Approved })
        {
            await LockAsync(order, account, cancellation);
            await BindAsync(order, account, subscription, planItems, cancellation);
            var usns = order.Components.Select(component => component.Usn).ToArray();
            var subscriptions = await session
                .Database.LoadSubscriptions.Where(candidate => usns.Contains(candidate.Usn))
                .ToListAsync(cancellation);
            CompleteIfDone(order, subscriptions);
        }
    }

    /// <summary>
    /// Ends what was under way for a subscription that is closed now: nobody waits for its provider any more, and its order is complete
    /// where nothing else of it is outstanding (guide, line 22081).
    /// </summary>
    public async Task EndAsync(Account account, Subscription subscription, CancellationToken cancellation)
    {
        var requests = await session
            .Database.ProvisionRequests.Where(request =>
                request.SubscriptionUsn == subscription.Usn && request.State != ProvisionRequestState.Complete
            )
            .ToListAsync(cancellation);
        foreach (var request in requests)
        {
            request.State = ProvisionRequestState.Complete;
            request.ActionTime = session.Now;
            session.Database.ProvisionRequestLogs.Add(ProvisioningLog.Entry(session, request, "The subscription was closed"));
        }

        var order = await session
            .Database.Orders.Include(candidate => candidate.Components)
            .FirstOrDefaultAsync(
                candidate =>
                    candidate.Status == OrderStatus.Approved && candidate.Components.Any(component => component.Usn == subscription.Usn),
                cancellation
            );
        if (order is not null)
        {
            await LockAsync(order, account, cancellation);
            var usns = order.Components.Select(component => component.Usn).ToArray();
            CompleteIfDone(
                order,
                await session.Database.LoadSubscriptions.Where(candidate => usns.Contains(candidate.Usn)).ToListAsync(cancellation)
            );
        }
    }

    /// <summary>
    /// The account of the order, where the subscription was migrated before its order was complete, as was once possible.
    /// </summary>
    private async Task LockAsync(CustomerOrder order, Account account, CancellationToken cancellation)
    {
        if (order.AccountUsn != account.Usn)
        {
            await session.Database.LockAccountsAsync([order.AccountUsn], cancellation);
        }
    }

    private async Task ContinueAsync(
        Account account,
        Subscription subscription,
        IReadOnlyCollection<PlanScheduleItem> planItems,
        IReadOnlyCollection<SubscriptionFeature> features,
        CancellationToken cancellation
    )
    {
        if (subscription.IsClosed)
        {
            return;
        }

        var service =
            session.Catalogue.Service(subscription.ServiceId)
            ?? throw new InvalidOperationException($"Service {subscription.ServiceId} has left the catalogue.");
        foreach (var step in service.Steps)
        {
            switch (step)
            {
                case FulfilmentStep.Provision when subscription.ProvisionStatus is ProvisionStatus.NotProvisioned:
                    if (!await ProvisionAsync(service, account, subscription, planItems, features, cancellation))
                    {
                        return;
                    }

                    break;
                case FulfilmentStep.Provision when subscription.ProvisionStatus is ProvisionStatus.ReadyToProvision:
                    return;
                case FulfilmentStep.Enable when subscription.EnableStatus is EnableStatus.NotEnabled:
                    subscription.EnableStatus = EnableStatus.Enabled;
                    announcements.Announce(BusMessages.SubscriptionEnabled, account, subscription, planItems, features);
                    break;
                case FulfilmentStep.Activate when subscription.ActivateStatus is ActivateStatus.NotActivated:
                    subscription.ActivateStatus = ActivateStatus.Activated;
                    subscription.Activated = session.Now;
                    if (session.Catalogue.HasOrderedNumbers(service.Id))
                    {
                        await numbers.AllocateAsync(subscription.Usn, cancellation);
                    }

                    BillingBeginning.Move(session, account, subscription, planItems);
                    session.RateWithOthers(subscription);
                    announcements.Announce(BusMessages.SubscriptionActivated, account, subscription, planItems, features);
                    break;
            }
        }
    }

    /// <summary>Binds a subscription that is activated now to the contract that its order came with.</summary>
    private async Task BindAsync(
        CustomerOrder order,
        Account account,
        Subscription subscription,
        IEnumerable<PlanScheduleItem> planItems,
        CancellationToken cancellation
    )
    {
        var chosen = session.Catalogue.Package(order.PackageId)?.Plans.FirstOrDefault(plan => plan.Id == order.PackagePlanId)?.Contract;
        if (
            subscription.Activated == session.Now
            && chosen is { } id
            && session.Catalogue.Contract(id) is { } contract
            && contract.Service == subscription.ServiceId
        )
        {
            // What the contract refers to, an order may have yet to store.
            await OrderCommit.SaveAsync(session, cancellation);
            await contracts.BindOrderedAsync(
                account,
                subscription,
                contract,
                planItems.Where(item => item.SubscriptionUsn == subscription.Usn),
                cancellation
            );
        }
    }

    /// <returns>False where the provider's answer must be awaited.</returns>
    private async Task<bool> ProvisionAsync(
        Service service,
        Account account,
        Subscription subscription,
        IReadOnlyCollection<PlanScheduleItem> planItems,
        IReadOnlyCollection<SubscriptionFeature> features,
        CancellationToken cancellation
    )
    {
        var isExternal = service.Provisioning == ProvisioningMode.External;
        var numbers = await session.Database.NextNumbersAsync(NumberSequence.ProvisionRequest, 1, cancellation);
        var request = new ProvisionRequest
        {
            Id = checked((int)numbers[0]),
            SubscriptionUsn = subscription.Usn,
            CompanyId = subscription.CompanyId,
            Kind = ProvisionRequestKind.RequestProvision,
            State = isExternal ? ProvisionRequestState.Transferring : ProvisionRequestState.Complete,
            Created = session.Now,
            ActionTime = session.Now,
            AttemptLimit = service.ProvisioningAttempts,
            Attempts = 1,
            Result = isExternal ? null : ProvisionResult.Provisioned,
        };
        session.Database.ProvisionRequests.Add(request);
        subscription.ProvisionStatus = isExternal ? ProvisionStatus.ReadyToProvision : ProvisionStatus.Provisioned;
        if (isExternal)
        {
            session.Database.ProvisionRequestLogs.Add(
                ProvisioningLog.Entry(session, request, "Provisioning request dispatched to external provider")
            );
        }

        announcements.Announce(
            (sid, usn) =>
                isExternal
                    ? BusMessages.SubscriptionReadyToProvision(sid, usn, request.Id)
                    : BusMessages.SubscriptionProvisioned(sid, usn, request.Id),
            account,
            subscription,
            planItems,
            features
        );
        return !isExternal;
    }

    private void CompleteIfDone(CustomerOrder order, IReadOnlyCollection<Subscription> subscriptions)
    {
        if (subscriptions.All(IsFulfilled))
        {
            order.Status = OrderStatus.Complete;
            session.Announce(OrderMessages.Of(BusMessages.OrderComplete, order));
        }
    }

    private static bool IsFulfilled(Subscription subscription) =>
        subscription.IsClosed
        || subscription
            is {
                ProvisionStatus: ProvisionStatus.Provisioned,
                EnableStatus: EnableStatus.Enabled,
                ActivateStatus: ActivateStatus.Activated
            };
}
