using Microsoft.EntityFrameworkCore;
using Smile.Catalogue;
using Smile.Contracts;
using Smile.Contracts.Faults;
using Smile.Customers.Subscriptions;
using Smile.Kernel;
using Smile.Session;

namespace Smile.Billing.Contracts;

/// <summary>What a contract forbids.</summary>
[UseCase]
public sealed class ContractRules(StageSession session)
{
    /// <summary>
    /// Refuses what cannot be done to a subscription that is bound on a day: it must be terminated first (guide, line 7862). Once a
    /// contract is terminated, its last day is free already, so that a subscription can leave its contract and its plan on one day.
    /// </summary>
    /// <param name="day">When it is to be done, in the account's time zone.</param>
    /// <param name="fault">The operation's own.</param>
    /// <exception cref="SmileException">The subscription is under contract.</exception>
    public async Task RequireNoneAsync(Subscription subscription, DateOnly day, Fault fault, CancellationToken cancellation) =>
        RequireNone(await OfAsync(subscription, cancellation), subscription, day, fault);

    /// <summary>The contracts of a subscription, to ask about several changes of it.</summary>
    internal async Task<IReadOnlyList<SubscriptionContract>> OfAsync(Subscription subscription, CancellationToken cancellation) =>
        await session
            .Database.SubscriptionContracts.AsNoTracking()
            .Where(contract => contract.SubscriptionUsn == subscription.Usn)
            .OrderBy(contract => contract.StartDate)
            .ToListAsync(cancellation);

    /// <inheritdoc cref="RequireNoneAsync"/>
    internal static void RequireNone(IReadOnlyList<SubscriptionContract> contracts, Subscription subscription, DateOnly day, Fault fault)
    {
        if (contracts.FirstOrDefault(contract => Binds(contract, new DayRange(day, day))) is { } binding)
        {
            throw Refuse.With(
                fault,
                "usn",
                subscription.Usn,
                $"The subscription is under contract {binding.Id} to {binding.Days.To:yyyy-MM-dd}. Use commitContractTermination() first."
            );
        }
    }

    /// <summary>Refuses a managed plan change that a contract does not allow (guide, line 15436).</summary>
    /// <param name="days">Those on which contracts are asked.</param>
    /// <param name="direction">Null for a change to another group, which only a contract that allows all changes allows.</param>
    internal void RequireAllowed(
        IReadOnlyList<SubscriptionContract> contracts,
        Subscription subscription,
        DayRange days,
        PlanChangeDirectionType? direction,
        Fault fault
    )
    {
        foreach (var contract in contracts.Where(contract => Binds(contract, days)))
        {
            var allowed = session.Catalogue.Contract(contract.ContractId)?.AllowedManagedPlanChanges ?? AllowedPlanChanges.None;
            var isAllowed = allowed switch
            {
                AllowedPlanChanges.All => true,
                AllowedPlanChanges.UpgradesAndCrossgrades => direction
                    is PlanChangeDirectionType.Upgrade
                        or PlanChangeDirectionType.Crossgrade,
                AllowedPlanChanges.Upgrades => direction is PlanChangeDirectionType.Upgrade,
                _ => false,
            };
            if (!isAllowed)
            {
                throw Refuse.With(
                    fault,
                    "usn",
                    subscription.Usn,
                    $"The subscription is under contract {contract.Id} to {contract.Days.To:yyyy-MM-dd}, which allows these managed "
                        + $"plan changes: {allowed}."
                );
            }
        }
    }

    /// <summary>Whether a contract binds on any of some days.</summary>
    internal static bool Binds(SubscriptionContract contract, DayRange days) =>
        contract.StartDate <= days.To && contract.EndDate >= days.From && (contract.Terminated is not { } last || last > days.From);

    /// <summary>Refuses days beyond the closing of the subscription, which is then under no contract.</summary>
    internal async Task RequireNotClosedAsync(
        Subscription subscription,
        DateOnly last,
        BillingTimeZone zone,
        Fault fault,
        CancellationToken cancellation
    )
    {
        var over = zone.StartOf(last.AddDays(1));
        var closing = await session
            .Database.ReadPlanScheduleItems.Where(item =>
                item.SubscriptionUsn == subscription.Usn && item.PlanCode == null && item.Start < over
            )
            .Select(item => (DateTimeOffset?)item.Start)
            .FirstOrDefaultAsync(cancellation);
        if (closing is { } at)
        {
            throw Refuse.With(
                fault,
                "EndDate",
                last,
                $"The subscription is closed on {zone.DateOf(at):yyyy-MM-dd}: its contract must be over before."
            );
        }
    }

    /// <summary>Refuses days on which another contract of the subscription binds.</summary>
    /// <param name="except">The contract whose days they are to be; null for a new one.</param>
    internal async Task RequireFreeAsync(Usn subscription, DayRange days, int? except, Fault fault, CancellationToken cancellation)
    {
        var contracts = await session
            .Database.SubscriptionContracts.AsNoTracking()
            .Where(contract => contract.SubscriptionUsn == subscription && contract.Id != except)
            .ToListAsync(cancellation);
        if (contracts.Find(contract => contract.Days.Intersect(days) is not null) is { } other)
        {
            throw Refuse.With(
                fault,
                "startDate",
                days.From,
                $"It would overlap contract {other.Id}, which is from {other.Days.From:yyyy-MM-dd} to {other.Days.To:yyyy-MM-dd}."
            );
        }
    }
}
