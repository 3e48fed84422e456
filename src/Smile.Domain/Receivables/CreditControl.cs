using Microsoft.EntityFrameworkCore;
using Smile.Domain.Accounts;
using Smile.Domain.Foundation;
using Smile.Kernel;

namespace Smile.Domain.Receivables;

/// <summary>
/// What the company's people decide about accounts: disputes, responsive terms, discounts, and the day up to which the books are closed.
/// </summary>
[UseCase]
public sealed class CreditControl(StageSession session)
{
    private const int MaxReasonLength = 1000;

    /// <summary>Marks an account as in dispute: credit control and automatic payments wait.</summary>
    public async Task OpenDisputeAsync(string usn, string reason, CancellationToken cancellation)
    {
        var account = await session.BeginOnAccountAsync(usn, cancellation);
        if (string.IsNullOrWhiteSpace(reason) || reason.Length > MaxReasonLength)
        {
            throw Refuse.Invalid("reason", "", $"A reason has 1 to {MaxReasonLength} characters.");
        }

        if (await OpenDisputeOf(account).AnyAsync(cancellation))
        {
            throw Refuse.Invalid("usn", usn, "The account is in dispute already.");
        }

        session.Database.AccountDisputes.Add(
            new AccountDispute
            {
                AccountUsn = account.Usn,
                Reason = reason.Trim(),
                Opened = session.Now,
                ChangedBy = session.Caller.Usn,
            }
        );
        await session.CommitAsync(cancellation);
    }

    public async Task SettleDisputeAsync(string usn, CancellationToken cancellation)
    {
        var account = await session.BeginOnAccountAsync(usn, cancellation);
        var dispute =
            await OpenDisputeOf(account).FirstOrDefaultAsync(cancellation)
            ?? throw Refuse.Invalid("usn", usn, "The account is not in dispute.");
        dispute.Settled = session.Now;
        dispute.ChangedBy = session.Caller.Usn;
        await session.CommitAsync(cancellation);
    }

    /// <summary>
    /// Puts an account on responsive terms, or takes it off them. The next credit control run moves it to the account terms that they say.
    /// </summary>
    /// <param name="responsiveTermsId">0 for none; null for those of the account's type.</param>
    public async Task ChooseResponsiveTermsAsync(string usn, int? responsiveTermsId, CancellationToken cancellation)
    {
        if (responsiveTermsId is { } id and not 0 && session.Catalogue.Content.ResponsiveTerms.All(terms => terms.Id != id))
        {
            throw Refuse.NotFound("responsiveTerms", id, "There are no such responsive terms in the catalogue.");
        }

        var account = await session.BeginOnAccountAsync(usn, cancellation);
        account.ResponsiveTermsId = responsiveTermsId;
        account.ChangedBy = session.Caller.Usn;
        await session.CommitAsync(cancellation);
    }

    /// <summary>Gives a discount of the catalogue to an account or a subscription.</summary>
    /// <param name="from">First day; null for no beginning.</param>
    /// <param name="to">Last day; null for no end.</param>
    public async Task AssignDiscountAsync(string usn, int discountId, DateOnly? from, DateOnly? to, CancellationToken cancellation)
    {
        var discount =
            session.Catalogue.Discount(discountId) ?? throw Refuse.NotFound("discount", discountId, "There is no such discount.");
        if (to < from)
        {
            throw Refuse.Invalid("to", to, "A discount ends on its first day or later.");
        }

        var key = new Usn(usn);
        var owner = await session.AccountOfSubscriptionAsync(key, cancellation);
        var account = await session.BeginOnAccountAsync((owner ?? key).Value, cancellation);
        session.Database.AssignedDiscounts.Add(
            new AssignedDiscount
            {
                AccountUsn = account.Usn,
                Usn = key,
                DiscountId = discount.Id,
                ActiveFrom = from,
                ActiveTo = to,
                ChangedBy = session.Caller.Usn,
            }
        );
        await session.CommitAsync(cancellation);
    }

    /// <summary>
    /// Moves a company's debtor close date (guide, line 17670). It goes forward only: what was locked stays as it was reported.
    /// </summary>
    /// <param name="closedThrough">The last locked day; not in the future.</param>
    public async Task CloseDebtorsAsync(int companyId, DateOnly closedThrough, CancellationToken cancellation)
    {
        var company =
            session.Catalogue.Content.Companies.FirstOrDefault(candidate => candidate.Id == companyId)
            ?? throw Refuse.NotFound("company", companyId, "There is no such company.");
        if (closedThrough >= session.Catalogue.Zone(company.TimeZone).DateOf(session.Now))
        {
            throw Refuse.Invalid("date", closedThrough, "The debtor close date lags behind today.");
        }

        await session.Database.BeginAsync(cancellation);
        var current = await session.Database.DebtorCloseDates.FirstOrDefaultAsync(
            candidate => candidate.CompanyId == companyId,
            cancellation
        );
        if (current is null)
        {
            session.Database.DebtorCloseDates.Add(
                new DebtorCloseDate
                {
                    CompanyId = companyId,
                    ClosedThrough = closedThrough,
                    ChangedBy = session.Caller.Usn,
                }
            );
        }
        else if (closedThrough < current.ClosedThrough)
        {
            throw Refuse.Invalid(
                "date",
                closedThrough,
                $"The books are closed through {current.ClosedThrough:yyyy-MM-dd}: the date moves forward only."
            );
        }
        else
        {
            (current.ClosedThrough, current.ChangedBy) = (closedThrough, session.Caller.Usn);
        }

        await session.CommitAsync(cancellation);
    }

    private IQueryable<AccountDispute> OpenDisputeOf(Account account) =>
        session.Database.AccountDisputes.Where(dispute => dispute.AccountUsn == account.Usn && dispute.Settled == null);
}
