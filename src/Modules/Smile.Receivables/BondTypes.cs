using Smile.Contracts;
using Smile.Customers.Accounts;
using Smile.Kernel;
using Smile.Session;

namespace Smile.Receivables;

/// <summary>getBondTypes() (guide, line 6462).</summary>
[UseCase]
public sealed class BondTypes(StageSession session)
{
    /// <summary>Those of every company for callers with access to all accounts, else those of the caller's.</summary>
    public async Task<BondTypesType> ListAsync(CancellationToken cancellation)
    {
        var company = await session.CallersCompanyAsync(cancellation);
        return new BondTypesType
        {
            BondType =
            [
                .. session
                    .Catalogue.Content.BondTypes.Where(type => session.Caller.AllAccounts || type.Company == company)
                    .Select(type => new BondTypeType
                    {
                        BondType = type.Id.ToString(),
                        Company = type.Company,
                        Name = type.Name,
                        Description = type.Description,
                        Rate = new Money(type.Amount, session.Catalogue.Currency(type.Currency)).ToDocument(),
                    }),
            ],
        };
    }
}
