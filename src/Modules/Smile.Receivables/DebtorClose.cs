using Microsoft.EntityFrameworkCore;
using Smile.Kernel;
using Smile.Session;

namespace Smile.Receivables;

/// <summary>Closes the debtor books of companies through a day.</summary>
[UseCase]
public sealed class DebtorClose(StageSession session)
{
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
            session.Database.DebtorCloseDates.Add(new DebtorCloseDate { CompanyId = companyId, ClosedThrough = closedThrough });
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
            current.ClosedThrough = closedThrough;
        }

        await session.CommitAsync(cancellation);
    }
}
