using Microsoft.EntityFrameworkCore;
using Smile.Billing.Usage;
using Smile.Customers.Accounts;
using Smile.Customers.Accounts.Storage;
using Smile.Customers.Subscriptions;
using Smile.Kernel;
using Smile.Rating.Runs;
using Smile.Rating.Storage;
using Smile.Rating.Subjects;
using Smile.Receivables;
using Smile.Receivables.Ports;
using Smile.Session;
using Smile.Usage;
using Smile.Usage.Storage;

namespace Smile.Rating.Bills;

/// <summary>
/// Brings usage onto bills. A rating period that is on one is closed: it is rated by everything that has come, then takes no more ratings,
/// and what comes later is billed with the rating period of that time (guide, line 10343).
/// </summary>
[UseCase]
public sealed class UsageCharges(StageSession session, UsageDatabase database, RateUsage rate, UsageChargeLists lists)
    : IUsageCharges,
        IDeletionListener
{
    private const int Attempts = 10;

    /// <summary>Usage of subscriptions that were closed longer ago is not looked for.</summary>
    private static readonly TimeSpan LongestAfterClosing = TimeSpan.FromDays(400);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    public async Task<UsageToBill> CloseAsync(IReadOnlyCollection<UsageQuestion> bills, CancellationToken cancellation)
    {
        var throughOf = await SubscriptionsAsync(bills, cancellation);
        if (throughOf.Count == 0)
        {
            return UsageToBill.None;
        }

        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            if (attempt > 0)
            {
                // Another server rates them at this moment.
                await Task.Delay(Pause * attempt, cancellation);
            }

            var over = await OverAsync(throughOf, settles: true, cancellation);
            switch (await rate.BringUpToDateAsync(over, throughOf.Keys, cancellation))
            {
                case { Late: > 0 }:
                    continue;
                case { }:
                    over = await OverAsync(throughOf, settles: false, cancellation);
                    break;
            }

            var errors = await ErrorsAsync(throughOf, over, cancellation);
            var wanted = over.Where(period => !errors.ContainsKey(throughOf[period.Period.Subscription].Account)).ToList();
            var begun = await ClosingRows.BeginAsync(database, wanted, cancellation);
            if (begun.Count == wanted.Count)
            {
                return new UsageToBill(await lists.OfAsync(begun, AccountsOf(throughOf), cancellation), errors, IsUpToDate: true);
            }

            await ClosingRows.OpenAsync(database, begun.Select(period => period.Period), cancellation);
        }

        throw new InvalidOperationException("Usage of the accounts is being rated without a pause: their bills are tried again.");
    }

    public async Task<UsageToBill> ReadAsync(IReadOnlyCollection<UsageQuestion> bills, CancellationToken cancellation)
    {
        var throughOf = await SubscriptionsAsync(bills, cancellation);
        if (throughOf.Count == 0)
        {
            return UsageToBill.None;
        }

        var over = await OverAsync(throughOf, settles: false, cancellation);
        return new UsageToBill(
            await lists.OfAsync(over, AccountsOf(throughOf), cancellation),
            await ErrorsAsync(throughOf, over, cancellation),
            !(await UsageQueue.WaitingForAsync(database, throughOf.Keys, cancellation)).Any()
        );
    }

    public void Billed(UsagePeriod period, string? transactionNumber) =>
        session.Database.BilledUsage.Add(
            new BilledUsage
            {
                SubscriptionUsn = period.SubscriptionUsn,
                PeriodFrom = period.Days.From,
                PeriodTo = period.Days.To,
                Version = period.Version,
                TransactionNumber = transactionNumber,
                Billed = session.Now,
            }
        );

    public Task CommittedAsync(UsageToBill closed, CancellationToken cancellation) =>
        ClosingRows.CloseAsync(database, closed.Periods.Select(Key), cancellation);

    public Task GivenUpAsync(UsageToBill closed, CancellationToken cancellation) =>
        ClosingRows.OpenAsync(database, closed.Periods.Select(Key), cancellation);

    /// <summary>The usage on an invoice that is deleted is due again.</summary>
    public async Task OnDeletedAsync(Account account, FinancialTransaction deleted, CancellationToken cancellation)
    {
        var billed = await session.Database.BilledUsage.Where(row => row.TransactionNumber == deleted.Number).ToListAsync(cancellation);
        if (billed.Count > 0)
        {
            // Open again once that is committed: by the next bill, or in a minute.
            await ClosingRows.UndoAsync(database, billed.Select(BilledUsageTables.PeriodOf), cancellation);
            if (await ClosingRows.AreArchivedAsync(database, [.. billed.Select(BilledUsageTables.PeriodOf)], cancellation))
            {
                throw Refuse.Invalid(
                    "number",
                    deleted.Number,
                    "Usage on it is archived, so that it could not be billed again. Reverse it instead."
                );
            }

            session.Database.BilledUsage.RemoveRange(billed);
        }
    }

    /// <summary>Finds out what became of bills that broke off.</summary>
    /// <returns>How many rating periods were left by them.</returns>
    public async Task<int> SettleInterruptedAsync(TimeSpan longest, CancellationToken cancellation)
    {
        session.Caller.RequireAllAccounts();
        const int Most = 1_000;
        var left = await ClosingRows.InterruptedAsync(database, longest, Most, cancellation);
        var subscriptions = left.Select(period => period.Subscription).Distinct().ToArray();
        var accounts = await session
            .Database.ReadSubscriptions.Where(subscription => subscriptions.Contains(subscription.Usn))
            .Select(subscription => subscription.AccountUsn)
            .Distinct()
            .ToListAsync(cancellation);
        if (accounts.Count > 0)
        {
            // Whoever still makes a bill of them holds their lock.
            await session.Database.BeginAsync(cancellation);
            await session.Database.LockAccountsAsync([.. accounts], cancellation);
            await SettleAsync(await ClosingRows.UnbilledAsync(database, subscriptions, cancellation), cancellation);
            await session.CommitAsync(cancellation);
        }

        return left.Count;
    }

    /// <summary>Closes and opens what bills of locked accounts have left, by whether they were committed.</summary>
    /// <returns>Whether there was anything.</returns>
    private async Task<bool> SettleAsync(
        IReadOnlyList<(ClosingPeriod Period, PeriodStatus Status)> unbilled,
        CancellationToken cancellation
    )
    {
        var left = unbilled.Where(each => each.Status == PeriodStatus.Closing).Select(each => each.Period.Period).ToList();
        if (left.Count == 0)
        {
            return false;
        }

        var billed = await BilledAsync(left, cancellation);
        var byWhether = left.ToLookup(billed.Contains);
        await ClosingRows.CloseAsync(database, byWhether[true], cancellation);
        await ClosingRows.OpenAsync(database, byWhether[false], cancellation);
        return true;
    }

    /// <summary>Those of some periods whose bills are committed.</summary>
    private async Task<HashSet<RatedPeriod>> BilledAsync(IReadOnlyCollection<RatedPeriod> periods, CancellationToken cancellation) =>
        [.. (await session.Database.BilledPeriodsAsync(periods, cancellation)).Intersect(periods)];

    /// <summary>Which subscriptions are meant, each with its account and the day through which it is billed.</summary>
    private async Task<Dictionary<Usn, (Usn Account, DateOnly Through)>> SubscriptionsAsync(
        IReadOnlyCollection<UsageQuestion> bills,
        CancellationToken cancellation
    )
    {
        var throughOf = bills
            .SelectMany(bill => bill.Subscriptions.Select(usn => (usn, (bill.Account.Usn, bill.Through))))
            .ToDictionary(pair => pair.usn, pair => pair.Item2);
        var services = session
            .Catalogue.Content.Services.Where(service => service.UsageChargeTypes.Count > 0)
            .Select(service => service.Id)
            .ToArray();
        var withClosed = bills.Where(bill => bill.WithClosed).ToDictionary(bill => bill.Account.Usn, bill => bill.Through);
        if (services.Length == 0 || withClosed.Count == 0)
        {
            return throughOf;
        }

        var (accounts, since) = (withClosed.Keys.ToArray(), session.Now - LongestAfterClosing);
        foreach (
            var closed in await session
                .Database.ReadSubscriptions.Where(subscription =>
                    accounts.Contains(subscription.AccountUsn)
                    && subscription.Closed > since
                    && subscription.Activated != null
                    && services.Contains(subscription.ServiceId)
                )
                .Select(subscription => new { subscription.Usn, subscription.AccountUsn })
                .ToListAsync(cancellation)
        )
        {
            throughOf.TryAdd(closed.Usn, (closed.AccountUsn, withClosed[closed.AccountUsn]));
        }

        return throughOf;
    }

    /// <summary>The periods that end in time for their bills and are not billed.</summary>
    /// <param name="settles">Whether their accounts are locked, so that what bills have left is settled first.</param>
    private async Task<IReadOnlyList<ClosingPeriod>> OverAsync(
        Dictionary<Usn, (Usn Account, DateOnly Through)> throughOf,
        bool settles,
        CancellationToken cancellation
    )
    {
        var unbilled = await ClosingRows.UnbilledAsync(database, throughOf.Keys, cancellation);
        if (settles && await SettleAsync(unbilled, cancellation))
        {
            unbilled = await ClosingRows.UnbilledAsync(database, throughOf.Keys, cancellation);
        }

        // What a bill has left is open where that was given up or undone, whether or not somebody has said so yet.
        var left = unbilled.Where(each => each.Status == PeriodStatus.Closing).Select(each => each.Period.Period).ToList();
        var billed = await BilledAsync(left, cancellation);
        return
        [
            .. unbilled
                .Where(each =>
                    !billed.Contains(each.Period.Period) && each.Period.Period.Days.To <= throughOf[each.Period.Period.Subscription].Through
                )
                .Select(each => each.Period),
        ];
    }

    /// <summary>Why accounts cannot be billed: usage of theirs cannot be charged, and nobody has said that it need not.</summary>
    private async Task<Dictionary<Usn, string>> ErrorsAsync(
        Dictionary<Usn, (Usn Account, DateOnly Through)> throughOf,
        IReadOnlyList<ClosingPeriod> over,
        CancellationToken cancellation
    )
    {
        var problems = await UsageSums.ProblemsAsync(
            database,
            [
                .. over.GroupBy(period => period.Period.Subscription)
                    .Select(periods => (periods.Key, periods.Max(period => period.Period.Days.From))),
            ],
            cancellation
        );
        return problems
            .GroupBy(problem => throughOf[problem.Subscription].Account)
            .ToDictionary(
                account => account.Key,
                account =>
                    "Usage cannot be charged: "
                    + string.Join(
                        "; ",
                        account.Select(problem => $"subscription {problem.Subscription}, {problem.Records} x {problem.Problem}")
                    )
                    + ". Correct what is missing, or write the usage off."
            );
    }

    private static Dictionary<Usn, Usn> AccountsOf(Dictionary<Usn, (Usn Account, DateOnly Through)> throughOf) =>
        throughOf.ToDictionary(pair => pair.Key, pair => pair.Value.Account);

    private static RatedPeriod Key(UsagePeriod period) => new(period.SubscriptionUsn, period.Days);
}
