using System.Globalization;
using Smile.Catalogue.Wording;
using Smile.Kernel;

namespace Smile.Catalogue.Reading;

/// <summary>Things of one kind that were read, to be referred to by what is read later.</summary>
internal sealed class DraftItems<TKey, TItem>(string what)
    where TKey : notnull
{
    private readonly Dictionary<TKey, TItem> _byKey = [];
    private readonly List<TItem> _items = [];

    public IReadOnlyList<TItem> Items => _items;

    /// <summary>Adds an item; its key must already be known to be unique, or be reported as not.</summary>
    public void Add(TKey key, TItem item)
    {
        _byKey.TryAdd(key, item);
        _items.Add(item);
    }

    public TItem? Find(TKey key) => _byKey.GetValueOrDefault(key);

    /// <summary>Reports a key's value that names nothing of this kind.</summary>
    public TKey Refer(MappingReader at, string key, TKey value) => at.Reference(key, value, _byKey.ContainsKey(value), what, _byKey.Keys);

    /// <summary>The same for an item of a list.</summary>
    public bool Knows(MappingReader at, string key, int index, TKey value)
    {
        if (_byKey.ContainsKey(value))
        {
            return true;
        }

        if (!at.IsPartial)
        {
            at.Problem(
                key,
                index,
                $"There is no {what} {value}.{Nearest.Hint($"{value}", _byKey.Keys.Select(candidate => $"{candidate}"))}"
            );
        }

        return false;
    }
}

/// <summary>The catalogue while its files are read. What refers to something is read after it, whatever file it is in.</summary>
internal sealed class CatalogueDraft
{
    private readonly Dictionary<(string Kind, string Value), MappingReader> _unique = [];
    private readonly Dictionary<int, (string Name, MappingReader At)> _fieldIds = [];

    public DraftItems<string, LanguageItem> Languages { get; } = new("language");

    public DraftItems<string, Currency> Currencies { get; } = new("currency");

    public DraftItems<string, TimeZoneItem> TimeZones { get; } = new("time zone");

    public DraftItems<string, BillingCycleItem> BillingCycles { get; } = new("billing cycle");

    public DraftItems<int, Company> Companies { get; } = new("company");

    public DraftItems<string, GstSchedule> GstSchedules { get; } = new("GST schedule");

    public DraftItems<int, AccountTypeItem> AccountTypes { get; } = new("account type");

    public DraftItems<int, AccountTermsItem> AccountTerms { get; } = new("account terms");

    public DraftItems<string, PaymentTypeItem> PaymentTypes { get; } = new("payment type");

    public DraftItems<string, ItemDescription> ItemDescriptions { get; } = new("item description");

    public DraftItems<string, ReportingCategory> ReportingCategories { get; } = new("reporting category");

    public DraftItems<int, ChargeTypeItem> ChargeTypes { get; } = new("charge type");

    public DraftItems<Guid, BondTypeItem> BondTypes { get; } = new("bond type");

    public DraftItems<Guid, InvoiceGroupingConfiguration> InvoiceGroupings { get; } = new("invoice grouping");

    public DraftItems<int, AdjustmentType> AdjustmentTypes { get; } = new("adjustment type");

    public DraftItems<int, Office> Offices { get; } = new("office");

    public DraftItems<int, ResponsiveTermsItem> ResponsiveTerms { get; } = new("responsive terms");

    public DraftItems<int, Discount> Discounts { get; } = new("discount");

    public DraftItems<string, FieldDefinition> PurchaseOrderFields { get; } = new("purchase order field");

    public DraftItems<string, CustomCollection> CustomCollections { get; } = new("custom collection");

    public DraftItems<string, FieldDefinition> AccountFields { get; } = new("account field");

    public DraftItems<string, Stationery> Stationery { get; } = new("stationery");

    public DraftItems<int, Service> Services { get; } = new("service");

    public DraftItems<int, Feature> Features { get; } = new("feature");

    public DraftItems<string, Plan> Plans { get; } = new("plan");

    public DraftItems<string, PrepaidBlockItem> PrepaidBlocks { get; } = new("prepaid block");

    public DraftItems<int, ContractItem> Contracts { get; } = new("contract");

    public DraftItems<int, ManagedPlanGroup> ManagedPlanGroups { get; } = new("managed plan group");

    public DraftItems<Guid, NumberPool> NumberPools { get; } = new("number pool");

    public DraftItems<string, TariffCalendar> Calendars { get; } = new("calendar");

    public DraftItems<int, UsageAlertGroupItem> UsageAlertGroups { get; } = new("usage alert group");

    public DraftItems<int, TariffTypeItem> TariffTypes { get; } = new("tariff type");

    public DraftItems<int, SpendLimitItem> SpendLimits { get; } = new("spend limit");

    public DraftItems<string, UsageSourceItem> UsageSources { get; } = new("usage source");

    public DraftItems<int, TicketStatusItem> TicketStatuses { get; } = new("ticket status");

    public DraftItems<string, OperatorItem> Operators { get; } = new("operator");

    public DraftItems<int, TicketGroupItem> TicketGroups { get; } = new("ticket group");

    public DraftItems<int, TicketTypeItem> TicketTypes { get; } = new("ticket type");

    public DraftItems<int, TemplateTicketItem> TemplateTickets { get; } = new("template ticket");

    public DraftItems<int, TicketActionItem> TicketActions { get; } = new("ticket action");

    /// <summary>What is checked of the credit limits of account terms once features are read.</summary>
    public CreditLimitSections CreditLimits { get; } = new();

    /// <summary>What is checked of tickets once everything is read.</summary>
    public TicketWorkflows Workflows { get; } = new();

    public DraftItems<int, Package> Packages { get; } = new("package");

    public CatalogueContent ToContent() =>
        new(
            Currencies.Items,
            TimeZones.Items,
            Companies.Items,
            GstSchedules.Items,
            AccountTypes.Items,
            AccountTerms.Items,
            PaymentTypes.Items,
            ItemDescriptions.Items,
            CustomCollections.Items,
            AccountFields.Items,
            Services.Items,
            Features.Items,
            Plans.Items,
            Packages.Items
        )
        {
            Languages = Languages.Items,
            BillingCycles = BillingCycles.Items,
            ReportingCategories = ReportingCategories.Items,
            ChargeTypes = ChargeTypes.Items,
            BondTypes = BondTypes.Items,
            InvoiceGroupings = InvoiceGroupings.Items,
            AdjustmentTypes = AdjustmentTypes.Items,
            Offices = Offices.Items,
            ResponsiveTerms = ResponsiveTerms.Items,
            Discounts = Discounts.Items,
            PurchaseOrderFields = PurchaseOrderFields.Items,
            Stationery = Stationery.Items,
            Contracts = Contracts.Items,
            ManagedPlanGroups = ManagedPlanGroups.Items,
            NumberPools = NumberPools.Items,
            Calendars = Calendars.Items,
            UsageAlertGroups = UsageAlertGroups.Items,
            TariffTypes = TariffTypes.Items,
            SpendLimits = SpendLimits.Items,
            UsageSources = UsageSources.Items,
            PrepaidBlocks = PrepaidBlocks.Items,
            TicketStatuses = TicketStatuses.Items,
            Operators = Operators.Items,
            TicketGroups = TicketGroups.Items,
            TicketTypes = TicketTypes.Items,
            TemplateTickets = TemplateTickets.Items,
            TicketActions = TicketActions.Items,
        };

    /// <summary>Reports a key's value that something of the same kind already has, in this file or another.</summary>
    /// <param name="kind">What must not share the value, such as <c>service</c>.</param>
    public void Unique(MappingReader at, string kind, string key, object value)
    {
        if (at.IsGood(key) && !_unique.TryAdd(($"{kind} {key}", Text(value)), at))
        {
            at.Problem(key, $"{kind} {key} '{Text(value)}' is already used at {Place(_unique[($"{kind} {key}", Text(value))])}.");
        }
    }

    /// <summary>Reports a field's number that another name has: an AttributeType number means the same field everywhere.</summary>
    public void FieldId(MappingReader at, int id, string name)
    {
        if (at.IsGood("id") && at.IsGood("name") && !_fieldIds.TryAdd(id, (name, at)) && _fieldIds[id].Name != name)
        {
            at.Problem("id", $"The field id {id} already means '{_fieldIds[id].Name}' at {Place(_fieldIds[id].At)}.");
        }
    }

    private static string Place(MappingReader at) => $"{at.File}({at.Node.Line})";

    private static string Text(object value) => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";
}
