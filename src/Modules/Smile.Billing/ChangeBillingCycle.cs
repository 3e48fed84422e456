using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Smile.Billing.Plans;
using Smile.Catalogue;
using Smile.Contracts;
using Smile.Customers.Accounts;
using Smile.Customers.Subscriptions;
using Smile.Kernel;
using Smile.Session;

namespace Smile.Billing;

/// <summary>
/// Bills an account by another cycle from its present period on: charged days are known by subscription and day, so the next bill charges
/// what no bill has charged, and no day is charged twice or left out.
/// </summary>
[UseCase]
public sealed class ChangeBillingCycle(StageSession session, AccountQueries accounts)
{
    public Task ChangeAsync(string usn, NewBillingCycleType document, CancellationToken cancellation) =>
        ChangeAsync(usn, Choice(document.InvoicingCycle), document.RatingCycle is { } rating ? Choice(rating) : null, cancellation);

    /// <param name="invoicing">The cycle of its invoices. An anniversary cycle without a day takes that of the account's creation.</param>
    /// <param name="rating">The cycle of what is charged by rating periods; null for the same.</param>
    public async Task ChangeAsync(string usn, CycleChoice invoicing, CycleChoice? rating, CancellationToken cancellation)
    {
        session.Caller.RequireAllAccounts();
        var account = await session.BeginOnAccountAsync(usn, cancellation);
        var zone = session.ZoneOf(account);
        var today = zone.DateOf(session.Now);
        if (account.Closed is not null)
        {
            throw Refuse.Invalid("usn", usn, "The account is closed.");
        }

        if (account.NextBill < today)
        {
            throw Refuse.Invalid(
                "usn",
                usn,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"The period that ended on {account.NextBill:yyyy-MM-dd} is not billed yet. Bill the account first, or approve or "
                        + $"reject its bill."
                )
            );
        }

        var before = ChargeCycles.Of(session.Catalogue, account);
        var (first, second) = (Require(account, invoicing, today), Require(account, rating ?? invoicing, today));
        var all = await session
            .Database.LoadSubscriptions.Where(subscription =>
                subscription.AccountUsn == account.Usn
                && (subscription.Closed == null || subscription.RebillFrom != null || subscription.BilledThrough == null)
            )
            .ToListAsync(cancellation);
        var subscriptions = all.Where(subscription => subscription.OwnCycles is null).ToList();
        var usns = subscriptions.Select(subscription => subscription.Usn).ToArray();
        var plans = (
            await session.Database.ReadPlanScheduleItems.Where(item => usns.Contains(item.SubscriptionUsn)).ToListAsync(cancellation)
        ).ToLookup(item => item.SubscriptionUsn);
        var own = (
            await session
                .Database.RecurringCharges.AsNoTracking()
                .Where(charge => charge.AccountUsn == account.Usn)
                .ToListAsync(cancellation)
        ).ToLookup(charge => charge.Usn);
        (account.InvoicingCycle, account.RatingCycle) = (first, second);
        foreach (var subscription in subscriptions)
        {
            RequirePeriods(session, subscription, account, "cycle", first.Table);
            LookBack(session, subscription, account, before, [.. plans[subscription.Usn]], [.. own[subscription.Usn]]);
            session.RateAgain(subscription, session.Now);
        }

        if (account.BilledThrough is { } billed)
        {
            account.RebillFromDay(BillingRecords.SeenFrom(session.Catalogue, before, billed.AddDays(1), [], own[account.Usn]));
            account.BilledThrough = Before(session, account, billed);
        }

        if (account.NextBill is not null)
        {
            account.NextBill = null;
            BillingBeginning.PlanBill(
                session.Catalogue,
                account,
                all.Where(subscription => subscription is { OwnCycles: not null, IsClosed: false }),
                today
            );
        }

        await accounts.AnnounceUpdatedAsync(account, cancellation);
        await session.CommitAsync(cancellation);
    }

    /// <summary>
    /// By other cycles, the first period that is not billed may have begun before the last one that was: the next bill looks back as far,
    /// so that no day is left out.
    /// </summary>
    /// <param name="account">With the new cycles.</param>
    /// <param name="before">The cycles that the subscription was billed by.</param>
    public static void LookBack(
        StageSession session,
        Subscription subscription,
        Account account,
        ChargeCycles before,
        IReadOnlyCollection<PlanScheduleItem> plans,
        IEnumerable<RecurringCharge> own
    )
    {
        if (subscription is { OwnCycles: null, BilledThrough: { } billed })
        {
            subscription.RebillFromDay(BillingRecords.SeenFrom(session.Catalogue, before, billed.AddDays(1), plans, own));
            subscription.BilledThrough = Before(session, account, billed);
        }
    }

    /// <summary>Charges are counted from the subscription's beginning: a table that begins later could not bill it.</summary>
    /// <param name="what">The field that chose the cycle.</param>
    /// <param name="value">What it says.</param>
    public static void RequirePeriods(StageSession session, Subscription subscription, Account account, string what, object? value)
    {
        var created = session.ZoneOf(account).DateOf(subscription.Created);
        if (
            subscription.OwnCycles is null
            && session.Catalogue.Cycle(account.InvoicingCycle) is TableCycle table
            && created < table.Starts[0]
        )
        {
            throw Refuse.Invalid(
                what,
                value,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"The subscription {subscription.Usn} is of {created:yyyy-MM-dd}, and the account's billing cycle {table.Name} "
                        + $"begins on {table.Starts[0]:yyyy-MM-dd}. Earlier starts have to be added to it first, in the catalogue's "
                        + $"section billingCycles."
                )
            );
        }
    }

    /// <summary>A long period may be billed that the new cycle's bills are still in: each of those looks at its own days.</summary>
    private static DateOnly Before(StageSession session, Account account, DateOnly billed)
    {
        var period = BillingPeriods.Nearest(session.Catalogue.Cycle(account.InvoicingCycle), session.DayOf(account));
        return billed < period.From ? billed : period.From.AddDays(-1);
    }

    private static CycleChoice Choice(BillingCycleChoiceType document) =>
        new(
            Enum.TryParse<CycleType>(document.CycleType.Trim(), out var type) && type.ToString() == document.CycleType.Trim()
                ? type
                : throw Refuse.Invalid("CycleType", document.CycleType, $"Expected {string.Join(", ", Enum.GetNames<CycleType>())}."),
            document.CycleDay,
            document.CycleName
        );

    /// <summary>A cycle by which the account can be billed today.</summary>
    private CycleChoice Require(Account account, CycleChoice choice, DateOnly today)
    {
        var created = session.ZoneOf(account).DateOf(account.Created);
        if (choice is { Type: CycleType.Custom, Table: null } or { Type: not CycleType.Custom, Table: not null })
        {
            throw Refuse.Invalid("cycle", choice.Table, "A custom cycle, and no other, names one of the catalogue's billingCycles.");
        }

        if (choice is { Type: CycleType.Monthly, Day: null } or { Type: CycleType.Custom, Day: not null } or { Day: < 1 or > 31 })
        {
            throw Refuse.Invalid(
                "day",
                choice.Day,
                "A monthly cycle begins on a day of the month from 1 to 31, 31 for periods that end with the month; a custom cycle "
                    + "has none."
            );
        }

        if (choice.Table is { } name && !session.Catalogue.Content.BillingCycles.Any(cycle => cycle.Name == name))
        {
            throw Refuse.Invalid("cycle", name, "There is no such table of periods in the catalogue's section billingCycles.");
        }

        var full = CycleChoice.Of(choice.Type, choice.Day, choice.Table, created);
        _ = BillingPeriods.At(session.Catalogue.Cycle(full), today);
        return full;
    }
}
