using Smile.Catalogue;
using Smile.Contracts;
using Smile.Contracts.Messages;
using Smile.Session;

namespace Smile.Customers.Accounts;

/// <summary>The messages about accounts, with the header properties of the guide's "Message bus topics".</summary>
internal static class AccountMessages
{
    /// <summary>The service of accounts themselves, as the <c>sid</c> of AccountUpdated.</summary>
    private const int AccountServiceId = 1;

    public static OutgoingMessage AccountUpdated(
        CatalogueSnapshot catalogue,
        Account account,
        IReadOnlyCollection<CostCentre> costCentres
    ) =>
        new(
            BusMessages.AccountUpdated(AccountServiceId, account.Usn.Value, account.CompanyId),
            account.Usn,
            SmileDocuments.Account.Write(AccountDocuments.WithoutSubscriptions(catalogue, account, costCentres))
        );
}
