using Smile.Catalogue;
using Smile.Catalogue.Fields;
using Smile.Contracts;
using Smile.Customers.Subscriptions;
using Smile.Kernel;

namespace Smile.Customers.Accounts;

/// <summary>Accounts as the wire and the bus show them.</summary>
internal static class AccountDocuments
{
    /// <summary>The document of get(): the account and the subscriptions of its tree (guide, line 2844).</summary>
    public static AccountType Full(
        CatalogueSnapshot catalogue,
        Account account,
        IReadOnlyCollection<CostCentre> costCentres,
        IEnumerable<Subscription> subscriptions
    ) =>
        Document(
            catalogue,
            account,
            costCentres,
            new AccountSubscriptionsType
            {
                Subscription =
                [
                    .. subscriptions.Select(subscription =>
                        SubscriptionDocuments.Full(
                            catalogue,
                            account,
                            subscription,
                            costCentres.FirstOrDefault(centre => centre.Id == subscription.CostCentreId)
                        )
                    ),
                ],
            }
        );

    /// <summary>The account without its subscriptions (guide, lines 2936, 21368).</summary>
    public static AccountInfoType Info(CatalogueSnapshot catalogue, Account account, IReadOnlyCollection<CostCentre> costCentres)
    {
        var zone = catalogue.Zone(account.TimeZoneId);
        var type = catalogue.AccountType(account.AccountTypeId);
        var terms = catalogue.AccountTerms(account.AccountTermsId);
        return new AccountInfoType
        {
            USN = account.Usn.Value,
            AccountType = new KeyedValueType { Key = type.Id, Value = type.Name },
            Invoicee = account.InvoiceeUsn is { } invoicee ? new InvoiceeType { InvoiceeUsn = invoicee.Value } : null,
            InvoicingCycle = Cycle(account.InvoicingCycle),
            RatingCycle = Cycle(account.RatingCycle),
            Timezone = new KeyedValueType { Key = zone.Key, Value = zone.Name },
            AccountTerms = new KeyedValueType { Key = terms.Id, Value = terms.Name },
            CostCentre = CostCentreReference(costCentres.FirstOrDefault(centre => centre.Id == account.CostCentreId)),
            Properties = FormDocuments.Properties(Fields(account)),
        };
    }

    /// <summary>The same account as the <c>Account</c> element, for lists and messages that show no subscriptions.</summary>
    public static AccountType WithoutSubscriptions(
        CatalogueSnapshot catalogue,
        Account account,
        IReadOnlyCollection<CostCentre> costCentres
    ) => Document(catalogue, account, costCentres, null);

    public static CostCentreType CostCentre(CostCentre centre) =>
        new()
        {
            CostCentreId = centre.Id,
            AccountUSN = centre.AccountUsn.Value,
            Name = centre.Name,
        };

    public static KeyedValueType? CostCentreReference(CostCentre? centre) =>
        centre is null ? null : new KeyedValueType { Key = centre.Id, Value = centre.Name };

    public static BillingCycleType Cycle(CycleChoice cycle) => new() { CycleType = cycle.Type.ToString(), CycleDay = cycle.Day };

    /// <summary>With every predefined field, those without a value empty.</summary>
    private static PropertiesType Complete(Account account) => FormDocuments.Properties(PredefinedFields.Complete(Fields(account)));

    private static FieldValues Fields(Account account) =>
        new([FieldValues.Text(PredefinedFields.Username, account.Username), .. account.Properties.Fields]);

    private static AccountType Document(
        CatalogueSnapshot catalogue,
        Account account,
        IReadOnlyCollection<CostCentre> costCentres,
        AccountSubscriptionsType? subscriptions
    )
    {
        var info = Info(catalogue, account, costCentres);
        return new AccountType
        {
            USN = info.USN,
            AccountTypeValue = info.AccountType,
            Invoicee = info.Invoicee,
            InvoicingCycle = info.InvoicingCycle,
            RatingCycle = info.RatingCycle,
            Timezone = info.Timezone,
            AccountTerms = info.AccountTerms,
            CostCentre = info.CostCentre,
            Properties = subscriptions is null ? info.Properties : Complete(account),
            Subscriptions = subscriptions,
        };
    }
}
