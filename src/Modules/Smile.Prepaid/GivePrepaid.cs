using Microsoft.EntityFrameworkCore;
using Smile.Catalogue;
using Smile.Contracts.Faults;
using Smile.Customers.Accounts;
using Smile.Customers.Subscriptions;
using Smile.Kernel;
using Smile.Session;

namespace Smile.Prepaid;

/// <summary>Gives subscriptions prepaid blocks, whoever pays for them and however.</summary>
[UseCase]
public sealed class GivePrepaid(StageSession session, PrepaidEnds ends, PrepaidWarnings warnings)
{
    /// <summary>The block of the catalogue that a subscription can be given now.</summary>
    /// <exception cref="SmileException">There is no such block, or the subscription cannot use it.</exception>
    internal async Task<PrepaidBlockItem> RequireAsync(Subscription subscription, string code, CancellationToken cancellation)
    {
        var item = session.Catalogue.Content.PrepaidBlocks.FirstOrDefault(block => block.Code == code.Trim());
        if (item is null || item.Service != subscription.ServiceId)
        {
            throw Refuse.With(
                Fault.PrepaidException,
                "prepaidCode",
                code,
                "The service of the subscription has no such prepaid block. Use the code of one that the catalogue has for it."
            );
        }

        RequireOpen(subscription);
        if (item.Plans.Count > 0 && !(await PlansAsync(subscription, cancellation)).Any(item.Plans.Contains))
        {
            throw Refuse.With(
                Fault.PrepaidException,
                "prepaidCode",
                code,
                "No plan of the subscription accepts this prepaid block. Plans that do: " + string.Join(", ", item.Plans) + "."
            );
        }

        return item;
    }

    /// <exception cref="SmileException">The subscription is closed: it can use nothing any more.</exception>
    internal static void RequireOpen(Subscription subscription)
    {
        if (subscription.IsClosed)
        {
            throw Refuse.With(Fault.PrepaidException, "usn", subscription.Usn, "The subscription is closed.");
        }
    }

    /// <summary>Adds a block from now on, and has usage rated with it.</summary>
    /// <param name="account">Locked.</param>
    /// <param name="quantity">Units; null for any number of them until the end.</param>
    /// <param name="end">The first instant at which it cannot be used; null for none.</param>
    /// <param name="tier">Of self-service; null where it was not bought so.</param>
    /// <param name="voucher">The number of the one that is redeemed for it; null for none.</param>
    /// <returns>With its number.</returns>
    internal async Task<PurchasedBlock> ExecuteAsync(
        Account account,
        Subscription subscription,
        PrepaidBlockItem item,
        decimal? quantity,
        DateTimeOffset? end,
        CancellationToken cancellation,
        int? tier = null,
        string? voucher = null
    )
    {
        var block = new PurchasedBlock
        {
            SubscriptionUsn = subscription.Usn,
            Code = item.Code,
            ChargeType = item.ChargeType,
            Purchased = quantity,
            Units = quantity,
            Start = session.Now,
            End = end,
            Tier = tier,
            Voucher = voucher,
        };
        session.Database.PurchasedBlocks.Add(block);
        await session.Database.SaveAsync(cancellation);
        session.RateAgain(subscription, block.Start);
        await warnings.ScheduleAsync(account, block, cancellation);
        return block;
    }

    /// <summary>The same with the quantity and validity that the catalogue says.</summary>
    internal async Task<PurchasedBlock> ExecuteAsync(
        Account account,
        Subscription subscription,
        PrepaidBlockItem item,
        CancellationToken cancellation,
        int? tier = null,
        string? voucher = null
    ) =>
        await ExecuteAsync(
            account,
            subscription,
            item,
            item.Quantity,
            item.Validity is { } validity ? await EndAsync(account, subscription, validity, cancellation) : null,
            cancellation,
            tier,
            voucher
        );

    /// <exception cref="SmileException">The rating cycle of the subscription has no period so late.</exception>
    internal async Task<DateTimeOffset> EndAsync(
        Account account,
        Subscription subscription,
        PrepaidValidity validity,
        CancellationToken cancellation
    ) =>
        await ends.OfAsync(account, subscription, validity, cancellation)
        ?? throw Refuse.With(
            Fault.PrepaidException,
            "usn",
            subscription.Usn,
            $"The rating cycle of the subscription has no {validity.Count} rating periods from now on."
        );

    /// <summary>The codes of the plans that a subscription has now.</summary>
    internal async Task<IReadOnlyList<string>> PlansAsync(Subscription subscription, CancellationToken cancellation)
    {
        var (usn, now) = (subscription.Usn, session.Now);
        var begun = await session
            .Database.ReadPlanScheduleItems.Where(item => item.SubscriptionUsn == usn && item.Start <= now)
            .ToListAsync(cancellation);
        return
        [
            .. begun
                .GroupBy(item => item.PlanScheduleType)
                .Select(schedule => schedule.OrderBy(item => item.Start).ThenBy(item => item.Id).Last().PlanCode)
                .OfType<string>(),
        ];
    }
}
