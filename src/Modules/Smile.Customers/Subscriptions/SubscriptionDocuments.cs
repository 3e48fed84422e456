using Smile.Catalogue;
using Smile.Catalogue.Fields;
using Smile.Contracts;
using Smile.Customers.Accounts;
using Smile.Kernel;

namespace Smile.Customers.Subscriptions;

/// <summary>Subscriptions as the wire and the bus show them. What a subscription does not set itself comes from its account.</summary>
public static class SubscriptionDocuments
{
    /// <summary>The document of get() (guide, line 6945).</summary>
    public static SubscriptionType Full(CatalogueSnapshot catalogue, Account account, Subscription subscription, CostCentre? costCentre) =>
        Document(catalogue, subscription, account, costCentre);

    /// <summary>The shorter form that messages carry, without what billing and the account add (guide, line 22561).</summary>
    public static SubscriptionType ForMessage(CatalogueSnapshot catalogue, Subscription subscription, string? username = null) =>
        Document(catalogue, subscription, null, null, username);

    public static SubscriptionFeaturesUpdateType FeaturesUpdate(
        CatalogueSnapshot catalogue,
        BillingTimeZone zone,
        Subscription subscription,
        IEnumerable<SubscriptionFeature> activeFeatures,
        IEnumerable<PlanScheduleItem> planScheduleItems
    ) =>
        new()
        {
            Subscription = ForMessage(catalogue, subscription),
            ActiveFeatures = new ActiveFeaturesType { Feature = [.. activeFeatures.Select(feature => Feature(catalogue, feature))] },
            PlanScheduleItems = new PlanScheduleItemsType
            {
                PlanScheduleItem = [.. planScheduleItems.OrderBy(item => item.Start).Select(item => PlanScheduleItem(zone, item))],
            },
        };

    public static FeatureType Feature(CatalogueSnapshot catalogue, SubscriptionFeature applied)
    {
        var feature = catalogue.Feature(applied.FeatureId);
        return new FeatureType
        {
            FeatureId = applied.FeatureId,
            Name = feature?.Name,
            Object = new FieldValues(feature?.Properties ?? []).ToDocument(),
        };
    }

    /// <summary>An item as messages carry it: without its options and number.</summary>
    public static PlanScheduleItemType PlanScheduleItem(BillingTimeZone zone, PlanScheduleItem item) =>
        new()
        {
            PlanCode = item.PlanCode,
            PlanScheduleType = item.PlanScheduleType,
            Start = zone.At(item.Start),
        };

    private static SubscriptionType Document(
        CatalogueSnapshot catalogue,
        Subscription subscription,
        Account? account,
        CostCentre? costCentre,
        string? username = null
    )
    {
        var zone = account is null ? null : catalogue.Zone(account.TimeZoneId);
        var company = account is null ? null : catalogue.Company(subscription.CompanyId);
        return new SubscriptionType
        {
            USN = subscription.Usn.Value,
            SID = subscription.ServiceId,
            ServiceName = catalogue.Service(subscription.ServiceId)?.Name,
            Parent = subscription.ParentUsn.Value,
            Properties = Properties(subscription, username ?? subscription.Username, isComplete: account is not null),
            ProvisionStatus = subscription.ProvisionStatus.ToDocument(),
            SuspendStatus = subscription.SuspendStatus.ToDocument(),
            ActivateStatus = subscription.ActivateStatus.ToDocument(),
            EnableStatus = subscription.EnableStatus.ToDocument(),
            InvoicingCycle = account is null ? null : AccountDocuments.Cycle(subscription.OwnCycles?.Invoicing ?? account.InvoicingCycle),
            RatingCycle = account is null ? null : AccountDocuments.Cycle(subscription.OwnCycles?.Rating ?? account.RatingCycle),
            Timezone = zone is null ? null : new KeyedValueType { Key = zone.Key, Value = zone.Name },
            CostCentre = AccountDocuments.CostCentreReference(costCentre),
            Company = company is null ? null : new KeyedValueType { Key = company.Id, Value = company.Name },
        };
    }

    private static PropertiesType Properties(Subscription subscription, string username, bool isComplete)
    {
        var fields = new FieldValues([FieldValues.Text(PredefinedFields.Username, username), .. subscription.Properties.Fields]);
        return FormDocuments.Properties(isComplete ? PredefinedFields.Complete(fields) : fields);
    }
}

/// <summary>The states of accounts and subscriptions in the words of the contract.</summary>
public static class ServiceStateDocuments
{
    public static ProvisionStatusType ToDocument(this ProvisionStatus value) =>
        value switch
        {
            ProvisionStatus.NotProvisioned => ProvisionStatusType.NotProvisioned,
            ProvisionStatus.ReadyToProvision => ProvisionStatusType.ReadyToProvision,
            ProvisionStatus.Provisioned => ProvisionStatusType.Provisioned,
            ProvisionStatus.Deprovisioned => ProvisionStatusType.Deprovisioned,
            _ => throw new ArgumentOutOfRangeException(nameof(value), value, null),
        };

    public static SuspendStatusType ToDocument(this SuspendStatus value) =>
        value switch
        {
            SuspendStatus.Active => SuspendStatusType.Active,
            SuspendStatus.Suspended => SuspendStatusType.Suspended,
            _ => throw new ArgumentOutOfRangeException(nameof(value), value, null),
        };

    public static ActivateStatusType ToDocument(this ActivateStatus value) =>
        value switch
        {
            ActivateStatus.NotActivated => ActivateStatusType.NotActivated,
            ActivateStatus.Activated => ActivateStatusType.Activated,
            _ => throw new ArgumentOutOfRangeException(nameof(value), value, null),
        };

    public static EnableStatusType ToDocument(this EnableStatus value) =>
        value switch
        {
            EnableStatus.NotEnabled => EnableStatusType.NotEnabled,
            EnableStatus.Enabled => EnableStatusType.Enabled,
            _ => throw new ArgumentOutOfRangeException(nameof(value), value, null),
        };
}
