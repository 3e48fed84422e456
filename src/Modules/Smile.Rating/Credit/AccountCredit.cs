using Smile.Customers.Accounts;
using Smile.Customers.Accounts.Storage;
using Smile.Customers.Subscriptions;
using Smile.Kernel;
using Smile.Rating.Notices;
using Smile.Rating.Storage;
using Smile.Session;

namespace Smile.Rating.Credit;

/// <summary>
/// Compares what accounts owe, with the usage that is on no bill, with their credit limits, and tells of each active subscription for which
/// a limit is exceeded or all are kept again (guide, lines 22263 and 22328): once, since what was told is kept in the same transaction.
/// </summary>
[UseCase]
public sealed class AccountCredit(
    StageSession session,
    CreditReader reader,
    UnbilledUsage unbilled,
    UsageTreatments treatments,
    UsageNoticeMail mail
)
{
    /// <returns>False where another server knows of a later version of the catalogue: nothing was done.</returns>
    internal async Task<bool> LookAtAsync(IReadOnlyCollection<Usn> usns, CancellationToken cancellation)
    {
        await session.Database.BeginAsync(cancellation);
        var accounts = await session.Database.LockAccountsAsync(usns, cancellation);

        // Whatever is a reason to look at them has come before, or waits for the lock and comes behind: so nothing is missed. Once a later
        // version is known all are looked at by that one, behind this transaction.
        await session.Database.TakeCreditChecksAsync(usns, session.Now, cancellation);
        if ((await session.Database.CreditScopeAsync(cancellation)).CatalogueVersion != session.Catalogue.Version)
        {
            await session.Database.AbandonAsync(cancellation);
            return false;
        }

        var credits = await reader.ReadAsync(accounts, cancellation);
        var usage = await unbilled.ReadAsync([.. credits.SelectMany(credit => credit.Counted)], cancellation);
        await treatments.LoadAsync([.. credits.SelectMany(credit => credit.Open).Select(each => each.Subscription.Usn)], cancellation);
        await session.Database.AddCreditChecksAsync(
            credits.SelectMany(credit => credit.Planned.Select(start => (credit.Account.Usn, start))),
            cancellation
        );
        foreach (var credit in credits)
        {
            await LookAtAsync(credit, usage, cancellation);
        }

        await session.CommitAsync(cancellation);
        return true;
    }

    private async Task LookAtAsync(
        CreditOfAccount credit,
        ILookup<Usn, (DateOnly Day, decimal Amount)> usage,
        CancellationToken cancellation
    )
    {
        var account = credit.Account;
        var (currency, today) = (session.CurrencyOf(account), session.DayOf(account));
        var tax = session.Catalogue.GstScheduleOf(account.AccountTypeId);
        var owed = Owed(credit.All);
        var isExceeded = credit.Limit is { } limit && CreditLimits.IsExceeded(limit.Amount, owed);
        var active = credit.Open.Where(each => each.Subscription.IsActive).ToList();
        var wasExceeded = active.Exists(each => each.State?.OfAccount == true);
        foreach (var each in active)
        {
            await TellAsync(credit, each, isExceeded, Owed([each.Subscription.Usn]), cancellation);
        }

        if (isExceeded != wasExceeded && active.Count > 0 && credit.Limit is { } told)
        {
            // The account is written to once, and not for each of its subscriptions.
            var name = session.Catalogue.AccountTerms(account.AccountTermsId).Name;
            mail.AddCreditLimit(account, null, isExceeded ? told.Notice : told.OkayNotice, name, told.Amount, owed);
        }

        // Nothing more is told of who is closed.
        session.Database.CreditLimitStates.RemoveRange(credit.Closed);

        // As an invoice rounds it, so that usage that goes onto one stays on the same side of a limit.
        decimal Owed(IEnumerable<Usn> subscriptions) =>
            currency.Round(account.Balance + subscriptions.Sum(usn => UnbilledUsage.WithTax(tax, today, usage[usn])));
    }

    /// <summary>Tells what has changed with a subscription.</summary>
    /// <param name="ofAccount">Whether the account's limit is exceeded.</param>
    /// <param name="owed">With its own usage.</param>
    private async Task TellAsync(
        CreditOfAccount credit,
        CreditOfSubscription of,
        bool ofAccount,
        decimal owed,
        CancellationToken cancellation
    )
    {
        var (account, subscription, state) = (credit.Account, of.Subscription, of.State);
        var exceeded = of.Exceeded(owed);
        if (exceeded.Count > 0 != (state?.OfPlan == true) && of.Limits is [var least, ..])
        {
            var (told, isExceeded) = (exceeded.Count > 0 ? exceeded[0] : least, exceeded.Count > 0);
            var template = isExceeded ? told.Limit.Notice : told.Limit.OkayNotice;
            mail.AddCreditLimit(account, subscription, template, told.Plan.Name, told.Limit.Amount, owed);
        }

        decimal? amount =
            exceeded is [var first, ..] ? first.Limit.Amount
            : ofAccount ? credit.Limit!.Amount
            : null;
        switch ((state, amount))
        {
            case (null, { } limit):
                Announce(account, subscription, isExceeded: true, limit);
                session.Database.CreditLimitStates.Add(
                    new CreditLimitState
                    {
                        SubscriptionUsn = subscription.Usn,
                        OfPlan = exceeded.Count > 0,
                        OfAccount = ofAccount,
                        Amount = limit,
                        Since = session.Now,
                    }
                );
                break;
            case ({ } kept, { } limit):
                (kept.OfPlan, kept.OfAccount, kept.Amount) = (exceeded.Count > 0, ofAccount, limit);
                break;
            case ({ } over, null):
                Announce(account, subscription, isExceeded: false, KeptLimit(credit, of, over));
                session.Database.CreditLimitStates.Remove(over);
                break;
        }

        await TreatAsync(credit, subscription, exceeded, ofAccount, cancellation);
    }

    /// <summary>The limit that is kept again, as it is now; as it was told where there is none any more.</summary>
    private static decimal KeptLimit(CreditOfAccount credit, CreditOfSubscription of, CreditLimitState over) =>
        over.OfPlan && of.Limits is [var least, ..] ? least.Limit.Amount
        : over.OfAccount && credit.Limit is { } limit ? limit.Amount
        : over.Amount;

    private void Announce(Account account, Subscription subscription, bool isExceeded, decimal limit)
    {
        var currency = session.CurrencyOf(account);
        session.Announce(
            SubscriptionMessages.CreditLimit(
                session.Catalogue,
                subscription,
                isExceeded,
                new Money(limit, currency),
                new Money(account.Balance, currency)
            )
        );
    }

    /// <summary>Applies the features of the limits that are exceeded, and takes off those of others.</summary>
    private async Task TreatAsync(
        CreditOfAccount credit,
        Subscription subscription,
        IReadOnlyList<PlanCredit> exceeded,
        bool ofAccount,
        CancellationToken cancellation
    )
    {
        var isChanged = await treatments.SetAsync(
            credit.Account,
            subscription,
            UsageTreatment.CreditLimitOfPlan,
            [.. exceeded.SelectMany(each => each.Limit.Features).Distinct()],
            cancellation
        );
        isChanged |= await treatments.SetAsync(
            credit.Account,
            subscription,
            UsageTreatment.CreditLimitOfAccount,
            ofAccount ? credit.Limit!.Features : [],
            cancellation
        );
        if (isChanged)
        {
            // A feature is added or ends (guide, line 22463).
            session.Announce(SubscriptionMessages.RatingConfigurationUpdated(subscription, session.Now));
        }
    }
}
