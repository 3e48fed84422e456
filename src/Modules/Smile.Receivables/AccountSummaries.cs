using Smile.Catalogue;
using Smile.Contracts;
using Smile.Customers.Accounts;
using Smile.Kernel;
using Smile.Receivables.Storage;
using Smile.Session;

namespace Smile.Receivables;

/// <summary>What is unallocated on an account, by age and by how long it has been overdue.</summary>
/// <param name="Groups">Sums; an age group or overdue group of 0 is younger than the first.</param>
/// <param name="ActiveSubscriptions">Subscriptions of the account that are not closed.</param>
/// <param name="InDispute">Whether the customer disputes what is owed.</param>
public sealed record AccountAgedBalance(IReadOnlyList<AgedBalanceGroup> Groups, int ActiveSubscriptions, bool InDispute);

/// <summary>A sum of unallocated transactions.</summary>
/// <param name="AgeGroup">Position, from 1, of the oldest age that the transactions have reached.</param>
/// <param name="OverdueGroup">Position, from 1, of the strictest treatment level whose days they are overdue for.</param>
/// <param name="Excluded">Whether credit control leaves them alone.</param>
/// <param name="IsLateFee">Whether credit control has charged them itself.</param>
public readonly record struct AgedBalanceGroup(
    int AgeGroup,
    int OverdueGroup,
    bool IsCredit,
    bool Excluded,
    bool IsLateFee,
    decimal Amount
);

/// <summary>An invoice that is not paid in time.</summary>
/// <param name="OverdueDays">Days behind its due date and the days of grace, from 1.</param>
/// <param name="Owed">Without what a scheduled payment or a credit of the account will pay of it.</param>
/// <param name="IsLateFee">Whether credit control has charged it itself.</param>
/// <param name="PrintedNumber">The number that the customer knows it by.</param>
/// <param name="Due">The last day to pay it.</param>
public sealed record OverdueInvoice(string Number, int OverdueDays, decimal Owed, bool IsLateFee, string PrintedNumber, DateOnly Due);

/// <summary>getAccountSummary(): balance, aged balances and treatment level (guide, line 3328).</summary>
[UseCase]
public sealed class AccountSummaries(StageSession session)
{
    public async Task<AccountSummaryType> GetAsync(string usn, CancellationToken cancellation)
    {
        var account = await session.ReadAccountAsync(usn, cancellation);
        var company = session.Catalogue.Company(account.CompanyId);
        var currency = session.CurrencyOf(account);
        var aged = await AgedBalanceAsync(account, cancellation);
        return new AccountSummaryType
        {
            USN = account.Usn.Value,

            // What is unallocated adds up to the balance. Read at one moment, the sum cannot differ from its parts.
            AccountBalance = new Money(aged.Groups.Sum(group => group.Amount), currency).ToDocument(),
            TreatmentLevel = TreatmentLevelOf(account, aged),
            AgedBalance = new AgedBalanceType
            {
                AgedBalanceItem =
                [
                    .. company.AgeGroups.Select(
                        (group, index) =>
                            new AgedBalanceItemType
                            {
                                AgeGroup = index,
                                AgeGroupName = group.Name,
                                Balance = new Money(Aged(aged, index), currency).ToDocument(),
                            }
                    ),
                ],
            },
            ActiveSubscriptionCount = aged.ActiveSubscriptions,
        };
    }

    /// <param name="day">The day to look at, in the account's time zone; null for today.</param>
    public async Task<AccountAgedBalance> AgedBalanceAsync(Account account, CancellationToken cancellation, DateOnly? day = null)
    {
        var company = session.Catalogue.Company(account.CompanyId);
        var limits = session.Catalogue.AccountTerms(account.AccountTermsId).CreditControl;
        return await session.Database.AgedBalanceAsync(
            account.Usn,
            day ?? session.DayOf(account),
            [.. company.AgeGroups.Select(group => group.FromDays)],
            company.AgedFrom == AgedFrom.DueDate,
            [.. Levels(account).Select(level => level.OverdueDays + limits.GraceDays)],
            cancellation,
            limits.MinimumInvoiceIn(account.Currency),
            limits.GraceDays
        );
    }

    /// <summary>The invoices that are overdue and not left alone, those that were due first before the others.</summary>
    /// <param name="day">The day to look at, in the account's time zone; null for today.</param>
    public Task<IReadOnlyList<OverdueInvoice>> OverdueInvoicesAsync(Account account, CancellationToken cancellation, DateOnly? day = null)
    {
        var limits = session.Catalogue.AccountTerms(account.AccountTermsId).CreditControl;
        return session.Database.OverdueInvoicesAsync(
            account.Usn,
            day ?? session.DayOf(account),
            limits.GraceDays,
            limits.GraceDays,
            limits.MinimumInvoiceIn(account.Currency),
            cancellation
        );
    }

    /// <summary>The name of the account's level. An account in dispute is left alone.</summary>
    internal string TreatmentLevelOf(Account account, AccountAgedBalance aged) =>
        aged.InDispute || PositionOf(account, aged) is not (> 0 and var position)
            ? TreatmentLevel.Settled
            : Levels(account)[position - 1].Name;

    /// <summary>
    /// The strictest level for which more is overdue than its minimum, what the customer has paid and not allocated taken off: its position
    /// from 1, or 0 for a settled account. What a scheduled payment will pay and what is in a payment plan that is kept to does not count
    /// (guide, line 24512). From the first level that suspends on, late fees do not count: nobody is suspended for these alone. Whether the
    /// account is in dispute is for the caller to look at.
    /// </summary>
    /// <param name="withLateFees">False to leave late fees out from the first level on.</param>
    public int PositionOf(Account account, AccountAgedBalance aged, bool withLateFees = true)
    {
        var levels = Levels(account);
        var withFees = withLateFees ? TreatmentLevel.BeforeSuspension(levels) : 0;
        if (OwesTooLittle(account, aged))
        {
            return 0;
        }

        for (var position = levels.Count; position > 0; position--)
        {
            var overdue = position <= withFees ? Overdue(aged, position) : OverdueWithoutLateFees(aged, position);
            if (overdue > 0m && overdue >= levels[position - 1].MinimumIn(account.Currency))
            {
                return position;
            }
        }

        return 0;
    }

    /// <summary>
    /// What has been overdue for as long as a level asks for, less what is paid and not allocated; negative where that is more.
    /// </summary>
    public static decimal Overdue(AccountAgedBalance aged, int position) =>
        aged.Groups.Where(group => group.IsCredit || (!group.Excluded && group.OverdueGroup >= position)).Sum(group => group.Amount);

    /// <summary>What of that the company has charged: late fees breed no late fees.</summary>
    public static decimal OverdueWithoutLateFees(AccountAgedBalance aged, int position) =>
        Overdue(aged, position)
        - aged.Groups.Where(group => group is { IsLateFee: true, IsCredit: false, Excluded: false } && group.OverdueGroup >= position)
            .Sum(group => group.Amount);

    /// <summary>Whether the account owes so little that credit control leaves all of it alone.</summary>
    public bool OwesTooLittle(Account account, AccountAgedBalance aged) =>
        aged.Groups.Sum(group => group.Amount)
        < session.Catalogue.AccountTerms(account.AccountTermsId).CreditControl.MinimumAccountIn(account.Currency);

    private IReadOnlyList<TreatmentLevel> Levels(Account account) => session.Catalogue.AccountTerms(account.AccountTermsId).TreatmentLevels;

    /// <summary>What is dated ahead counts as the youngest.</summary>
    private static decimal Aged(AccountAgedBalance aged, int index) =>
        aged.Groups.Where(group => Math.Max(group.AgeGroup, 1) == index + 1).Sum(group => group.Amount);
}
