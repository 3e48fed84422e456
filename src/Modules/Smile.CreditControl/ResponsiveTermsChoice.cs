using Smile.Customers.Accounts;
using Smile.Kernel;
using Smile.Session;

namespace Smile.CreditControl;

/// <summary>The responsive terms of an account, where they are not those of its type.</summary>
[UseCase]
public sealed class ResponsiveTermsChoice(StageSession session)
{
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
        await session.CommitAsync(cancellation);
    }
}
