using Smile.Catalogue.Fields;
using Smile.Catalogue.Wording;
using Smile.Kernel;

namespace Smile.Catalogue;

/// <summary>One version of the catalogue, ready for look-ups. Immutable: a call works with the version that it began with.</summary>
public sealed class CatalogueSnapshot
{
    private readonly Dictionary<int, Service> _services;
    private readonly Dictionary<int, Package> _packages;
    private readonly Dictionary<int, Company> _companies;
    private readonly Dictionary<int, Feature> _features;
    private readonly Dictionary<string, Plan> _plans;
    private readonly Dictionary<int, ContractItem> _contracts;
    private readonly Dictionary<int, (ManagedPlanGroup Group, ManagedPlanChoice Choice)> _managedPlans;
    private readonly Dictionary<int, BillingTimeZone> _zones;
    private readonly Dictionary<string, TableCycle> _cycles;
    private readonly Dictionary<int, HashSet<string>> _searchable;
    private readonly HashSet<string> _searchableOnAccounts;
    private readonly Dictionary<string, PaymentTypeItem> _paymentTypes;
    private readonly Dictionary<string, ItemDescription> _itemDescriptions;
    private readonly HashSet<int> _recurringCharges;
    private readonly Dictionary<string, Language> _languages;
    private readonly HashSet<int> _servicesWithNumbers;
    private readonly ILookup<int, Guid> _poolsOfNames;

    public CatalogueSnapshot(int version, CatalogueContent content)
    {
        Version = version;
        Content = content;
        _languages = content.Languages.ToDictionary(language => language.Code, BuiltInLanguages.Make);
        _services = content.Services.ToDictionary(service => service.Id);
        _packages = content.Packages.ToDictionary(package => package.Id);
        _companies = content.Companies.ToDictionary(company => company.Id);
        _features = content.Features.ToDictionary(feature => feature.Id);
        _plans = content.Plans.ToDictionary(plan => plan.Code);
        _contracts = content.Contracts.ToDictionary(contract => contract.Id);
        _managedPlans = content
            .ManagedPlanGroups.SelectMany(group => group.Choices.Select(choice => (group, choice)))
            .ToDictionary(pair => pair.choice.Id);
        _zones = content.TimeZones.ToDictionary(zone => zone.Id, zone => new BillingTimeZone(zone.Id, zone.Name));
        LocalZone = content.Companies.Count == 0 ? new BillingTimeZone(0, "Etc/UTC") : Zone(content.Companies[0].TimeZone);
        _cycles = content.BillingCycles.ToDictionary(
            cycle => cycle.Name,
            cycle => new TableCycle(cycle.Name, [.. cycle.Starts], cycle.Ends)
        );
        _searchable = content.Services.ToDictionary(service => service.Id, service => CustomNames(service.Fields));
        _searchableOnAccounts = CustomNames(content.AccountFields);
        _paymentTypes = content.PaymentTypes.ToDictionary(type => type.Code);
        _itemDescriptions = content.ItemDescriptions.ToDictionary(item => item.Key);
        _servicesWithNumbers =
        [
            .. content
                .Packages.SelectMany(package => package.Subscriptions)
                .Where(subscription => subscription.Numbers.Count > 0)
                .Select(subscription => subscription.Service),
        ];
        _poolsOfNames = content
            .Packages.SelectMany(package => package.Subscriptions)
            .SelectMany(subscription => subscription.PoolsOfNames().Select(pool => (subscription.Service, Pool: pool)))
            .Distinct()
            .OrderBy(pair => pair.Pool)
            .ToLookup(pair => pair.Service, pair => pair.Pool);
        _recurringCharges =
        [
            .. content
                .Plans.SelectMany(plan => plan.RecurringCharges.Concat(plan.Options.SelectMany(option => option.RecurringCharges)))
                .Select(charge => charge.Id),
        ];
    }

    /// <summary>The custom field of accounts that names their language.</summary>
    public const string LanguageField = "language";

    public int Version { get; }

    public CatalogueContent Content { get; }

    /// <summary>The first company's time zone: that of whatever says none.</summary>
    public BillingTimeZone LocalZone { get; }

    public Service? Service(int id) => _services.GetValueOrDefault(id);

    public Package? Package(int id) => _packages.GetValueOrDefault(id);

    public Company Company(int id) => _companies[id];

    /// <summary>The language of what an account is sent: the one that its field <c>language</c> names, else its company's.</summary>
    /// <param name="account">The account's fields; null for what is of the company alone.</param>
    public Language Language(int company, FieldValues? account) =>
        (account?[LanguageField] is { Length: > 0 } own ? Language(own) : null)
        ?? Language(Company(company).Language)
        ?? BuiltInLanguages.Default;

    /// <summary>Null where neither the catalogue nor the server has the language.</summary>
    public Language? Language(string code) => _languages.GetValueOrDefault(code) ?? BuiltInLanguages.Find(code);

    /// <summary>What the tax of accounts of a type is called.</summary>
    public string TaxName(int accountTypeId, Language language) =>
        Content.GstSchedules.First(schedule => schedule.Code == AccountType(accountTypeId).GstSchedule).TaxName ?? language[Word.Tax];

    public Feature? Feature(int id) => _features.GetValueOrDefault(id);

    public Plan? Plan(string code) => _plans.GetValueOrDefault(code);

    /// <summary>Whether any plan has a recurring charge of this number.</summary>
    public bool HasRecurringCharge(int id) => _recurringCharges.Contains(id);

    public ContractItem? Contract(int id) => _contracts.GetValueOrDefault(id);

    public ManagedPlanGroup? ManagedPlanGroup(int id) => Content.ManagedPlanGroups.FirstOrDefault(group => group.Id == id);

    /// <summary>A choice with its group, by the choice's number.</summary>
    public (ManagedPlanGroup Group, ManagedPlanChoice Choice)? ManagedPlan(int choiceId) =>
        _managedPlans.TryGetValue(choiceId, out var found) ? found : null;

    public BillingTimeZone Zone(int id) => _zones[id];

    public BillingTimeZone Zone(string name) => FindZone(name) ?? throw new InvalidOperationException($"There is no time zone {name}.");

    /// <summary>A time zone by its IANA name; null where there is none any more.</summary>
    public BillingTimeZone? FindZone(string name) => _zones.Values.FirstOrDefault(zone => zone.Name == name);

    /// <summary>The cycle that was chosen, with its periods.</summary>
    public BillingCycle Cycle(CycleChoice choice) =>
        choice is { Table: { } table }
            ? _cycles.GetValueOrDefault(table) ?? throw new InvalidOperationException($"The catalogue has no billing cycle {table}.")
            : new MonthCycle(choice.Day ?? throw new InvalidOperationException($"A cycle of type {choice.Type} has a day."));

    /// <summary>A currency of the catalogue, by its ISO 4217 code.</summary>
    public Currency Currency(string code) => Content.Currencies.First(currency => currency.Code == code);

    public PaymentTypeItem? PaymentType(string code) => _paymentTypes.GetValueOrDefault(code);

    /// <summary>The company's own item description, or the one for all companies.</summary>
    public ItemDescription? ItemDescription(int company, string code) =>
        _itemDescriptions.GetValueOrDefault($"{company}/{code}") ?? _itemDescriptions.GetValueOrDefault(code);

    /// <summary>
    /// An item's rate in a currency, without tax, for its unit size: 0 where it has none, null where it has one in another currency only.
    /// </summary>
    /// <param name="company">Whose currency a rate is in that names none.</param>
    public decimal? RateOf(int company, ItemDescription item, string currency) =>
        item.Rate is not { } rate ? 0m
        : (item.Currency ?? Company(company).Currency) == currency ? rate
        : null;

    /// <summary>Whether some package takes numbers from pools for the subscriptions of a service.</summary>
    public bool HasOrderedNumbers(int serviceId) => _servicesWithNumbers.Contains(serviceId);

    /// <summary>The pools that usernames of a service's subscriptions and subservices are taken from, by some package; in order.</summary>
    public IEnumerable<Guid> PoolsOfNames(int serviceId) => _poolsOfNames[serviceId];

    public NumberPool? NumberPool(Guid id) => Content.NumberPools.FirstOrDefault(pool => pool.Id == id);

    public UsageSourceItem? UsageSource(string code) => Content.UsageSources.FirstOrDefault(source => source.Code == code);

    public CustomCollection? CustomCollection(string code) =>
        Content.CustomCollections.FirstOrDefault(collection => collection.Code == code);

    /// <summary>The company that a collection's entries belong to.</summary>
    public Company CompanyOf(CustomCollection collection) => collection.Company is { } id ? Company(id) : Content.Companies[0];

    public TicketStatusItem? TicketStatus(int id) => Content.TicketStatuses.FirstOrDefault(status => status.Id == id);

    public OperatorItem? Operator(string username) => Content.Operators.FirstOrDefault(item => item.Username == username);

    public TicketGroupItem? TicketGroup(int id) => Content.TicketGroups.FirstOrDefault(group => group.Id == id);

    public TicketTypeItem? TicketType(int id) => Content.TicketTypes.FirstOrDefault(type => type.Id == id);

    public TemplateTicketItem? TemplateTicket(int number) => Content.TemplateTickets.FirstOrDefault(item => item.Number == number);

    public TicketActionItem? TicketAction(int id) => Content.TicketActions.FirstOrDefault(action => action.Id == id);

    public InvoiceGroupingConfiguration? InvoiceGrouping(Guid id) =>
        Content.InvoiceGroupings.FirstOrDefault(configuration => configuration.Id == id);

    /// <summary>
    /// What a company's documents of a kind are rendered with: its own default, or the one for all companies; null where there is none.
    /// </summary>
    public Stationery? DefaultStationery(int company, DocumentKind kind)
    {
        var defaults = Content.Stationery.Where(stationery => stationery.IsDefault && stationery.IsFor(kind)).ToList();
        return defaults.FirstOrDefault(stationery => stationery.Company == company)
            ?? defaults.FirstOrDefault(stationery => stationery.Company is null);
    }

    public ChargeTypeItem? ChargeType(int id) => Content.ChargeTypes.FirstOrDefault(type => type.Id == id);

    public AdjustmentType? AdjustmentType(int id) => Content.AdjustmentTypes.FirstOrDefault(type => type.Id == id);

    public Office? Office(int id) => Content.Offices.FirstOrDefault(office => office.Id == id);

    public Discount? Discount(int id) => Content.Discounts.FirstOrDefault(discount => discount.Id == id);

    public GstSchedule? GstSchedule(int id) => Content.GstSchedules.FirstOrDefault(schedule => schedule.Id == id);

    /// <summary>Whether amounts may be counted under a code.</summary>
    public bool IsSalesReportCategory(string code) =>
        SalesReportCategories.All.Contains(code) || Content.ReportingCategories.Any(category => category.Code == code);

    /// <summary>The GST that accounts of a type pay on a day, in per cent.</summary>
    public decimal GstPercent(int accountTypeId, DateOnly day) => GstScheduleOf(accountTypeId).PercentAt(day);

    /// <summary>The rates that accounts of a type pay.</summary>
    public GstSchedule GstScheduleOf(int accountTypeId) =>
        Content.GstSchedules.First(schedule => schedule.Code == AccountType(accountTypeId).GstSchedule);

    public AccountTypeItem AccountType(int id) => Content.AccountTypes.First(type => type.Id == id);

    public AccountTermsItem AccountTerms(int id) => Content.AccountTerms.First(terms => terms.Id == id);

    /// <summary>The responsive terms that an account is on; null for none.</summary>
    /// <param name="own">The account's own choice: null for its type's, 0 for none.</param>
    public ResponsiveTermsItem? ResponsiveTerms(int accountTypeId, int? own) =>
        Content.ResponsiveTerms.FirstOrDefault(terms =>
            own is { } chosen ? terms.Id == chosen : terms.AccountTypes.Contains(accountTypeId)
        );

    /// <summary>
    /// Whether a custom field of that name is defined for accounts; predefined fields are not searched (guide, line 3006).
    /// </summary>
    public bool IsCustomAccountField(string name) => _searchableOnAccounts.Contains(name);

    /// <summary>Whether any service defines a custom field of that name.</summary>
    public bool IsCustomSubscriptionField(string name) => _searchable.Values.Any(names => names.Contains(name));

    private static HashSet<string> CustomNames(IReadOnlyList<FieldDefinition> fields) =>
        [.. fields.Where(field => !PredefinedFields.IsPredefined(field.Name)).Select(field => field.Name)];
}
