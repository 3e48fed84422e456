using Smile.Catalogue.Wording;
using Smile.Kernel;

namespace Smile.Catalogue;

/// <summary>A company that issues invoices.</summary>
public sealed record Company(int Id, string Name, string Currency, string TimeZone)
{
    /// <summary>The number that tax invoices must show, with what it is called, such as <c>ABN 12 345 678 901</c>; null for none.</summary>
    public string? TaxNumber { get; init; }

    /// <summary>Code of the language of what its customers are sent; an account's field <c>language</c> goes before it.</summary>
    public string Language { get; init; } = BuiltInLanguages.English;

    /// <summary>How the company's own country may be called in addresses: letters within it do not name it.</summary>
    public IReadOnlyList<string> HomeCountries { get; init; } = [];

    /// <summary>How invoices are counted without gaps; null where the numbers of transactions will do.</summary>
    public InvoiceNumbering? InvoiceNumbers { get; init; }

    public LedgerAccounts Ledger { get; init; } = new();

    /// <summary>Youngest first.</summary>
    public IReadOnlyList<AgeGroup> AgeGroups { get; init; } = AgeGroup.Usual;

    public AgedFrom AgedFrom { get; init; } = AgedFrom.TransactionDate;
}

/// <summary>A company's own count of its invoices and their reversals.</summary>
/// <param name="Prefix">Before the number, such as <c>RE-</c>.</param>
/// <param name="Digits">At least so many digits, with zeros in front.</param>
/// <param name="First">The first number; later changes of it do nothing.</param>
public sealed record InvoiceNumbering(string Prefix, int Digits, int First)
{
    public string Format(long number) => Prefix + number.ToString(System.Globalization.CultureInfo.InvariantCulture).PadLeft(Digits, '0');
}

/// <summary>A time zone that accounts may be in.</summary>
/// <param name="Id">The <c>key</c> that <c>Timezone</c> elements carry.</param>
/// <param name="Name">IANA name.</param>
public sealed record TimeZoneItem(int Id, string Name);

/// <summary>A table of periods that accounts and subscriptions are invoiced and rated by (reference 01).</summary>
/// <param name="Starts">The first days of the periods, in order; each ends on the day before the next one.</param>
/// <param name="Ends">The last day of the last period.</param>
public sealed record BillingCycleItem(string Name, IReadOnlyList<DateOnly> Starts, DateOnly Ends)
{
    /// <summary>
    /// The first period that another state of the table does not have the same, by its first day; null where that has at most gained some.
    /// </summary>
    public DateOnly? LostIn(BillingCycleItem other)
    {
        var kept = other.Periods().ToHashSet();
        return Periods().Where(period => !kept.Contains(period)).Select(period => (DateOnly?)period.From).FirstOrDefault();
    }

    private IEnumerable<(DateOnly From, DateOnly To)> Periods() => Starts.Zip(Starts.Skip(1).Select(next => next.AddDays(-1)).Append(Ends));
}

/// <summary>A rate of GST that holds from a date on.</summary>
public sealed record GstRate(DateOnly From, decimal Percent);

/// <summary>Which GST an account type pays, over time.</summary>
public sealed record GstSchedule(string Code, string Name, IReadOnlyList<GstRate> Rates)
{
    /// <summary>The number that charges name it by: <c>gstId</c> (guide, line 4049).</summary>
    public int? Id { get; init; }

    /// <summary>What documents call the tax, such as VAT or MwSt.; null for the language's own word.</summary>
    public string? TaxName { get; init; }

    /// <summary>The rate of a day, in per cent; zero before the first rate.</summary>
    public decimal PercentAt(DateOnly day) => Rates.LastOrDefault(rate => rate.From <= day)?.Percent ?? 0m;
}

/// <summary>A kind of account, such as Standard Account.</summary>
public sealed record AccountTypeItem(int Id, string Name, string GstSchedule);

/// <summary>When an account's invoices fall due.</summary>
/// <param name="DueDays">Days from the invoice's date to its due date.</param>
public sealed record AccountTermsItem(int Id, string Name, int DueDays)
{
    /// <summary>Mildest first.</summary>
    public IReadOnlyList<TreatmentLevel> TreatmentLevels { get; init; } = TreatmentLevel.Usual;

    /// <summary>What is done about single invoices, mildest first: with notices, which have the invoice attached, and late fees.</summary>
    public IReadOnlyList<TreatmentLevel> InvoiceLevels { get; init; } = [];

    /// <summary>How invoices are paid by themselves: 0 not at all, 1 each invoice, 2 the account's balance (guide, line 13362).</summary>
    public int AutoPayment { get; init; }

    public CreditControlLimits CreditControl { get; init; } = new();

    /// <summary>How invoices and notices are sent.</summary>
    public DispatchChannel Dispatch { get; init; } = DispatchChannel.Email;

    /// <summary>Whether the receipt of each payment is sent.</summary>
    public bool DispatchReceipts { get; init; }

    /// <summary>Whether invoices say record by record what was used.</summary>
    public bool UsageDetails { get; init; }

    /// <summary>How many of the last characters of the other party's numbers invoices do not say.</summary>
    public int HiddenDigits { get; init; }

    /// <summary>What an account may owe with the usage of all its subscriptions; null for any amount (guide, line 24460).</summary>
    public CreditLimitItem? CreditLimit { get; init; }
}

/// <summary>How a field shows in a form.</summary>
public enum FieldVisibility
{
    VisibleAndEditable,
    Visible,
    Hidden,
}

/// <summary>A field that an account, a service's subscriptions or an order form has.</summary>
/// <param name="Id">The <c>AttributeType</c> number in form descriptions.</param>
/// <param name="Name">Code name: the <c>name</c> attribute in an <c>Object</c>.</param>
/// <param name="Collection">Code of the custom collection that its values come from, or null.</param>
/// <param name="Members">The sub-fields of a compound field.</param>
public sealed record FieldDefinition(
    int Id,
    string Name,
    string Label,
    FieldKind Kind,
    bool Required,
    FieldVisibility Visibility,
    string? Collection,
    IReadOnlyList<FieldDefinition> Members
)
{
    /// <summary>Whether no two entries of its custom collection have the same value.</summary>
    public bool Unique { get; init; }
}

/// <summary>How a service's subscriptions are provisioned.</summary>
public enum ProvisioningMode
{
    /// <summary>No system outside takes part: provisioning is complete at once.</summary>
    Automatic,

    /// <summary>SubscriptionReadyToProvision is emitted and a response awaited (guide, line 23196).</summary>
    External,
}

/// <summary>The steps that make a subscription fully available, in a configurable order (guide, line 2682).</summary>
public enum FulfilmentStep
{
    Provision,
    Enable,
    Activate,
}

/// <summary>Who answers qualifyService() for a service.</summary>
/// <param name="Kind"><c>http</c> or <c>table</c>.</param>
/// <param name="Address">For <c>http</c>: where the arguments are posted.</param>
/// <param name="Rows">For <c>table</c>: field values to match, and the values to answer with.</param>
public sealed record QualifierItem(string Kind, string? Address, IReadOnlyList<QualifierRow> Rows);

/// <summary>
/// A row of a table qualifier: answered when every value of <paramref name="When"/> matches; <c>*</c> matches any, a trailing <c>*</c> a
/// prefix.
/// </summary>
public sealed record QualifierRow(IReadOnlyDictionary<string, string> When, IReadOnlyDictionary<string, string> Answer);

/// <summary>A generic kind of product, such as ADSL; its <paramref name="Id"/> is the SID.</summary>
/// <param name="UsnPrefix">Put before the generated number of its subscriptions' USNs.</param>
/// <param name="UsnSuffix">Put behind it.</param>
/// <param name="HasCredentials">Its subscriptions have a username and a password to authenticate with.</param>
/// <param name="IsCatAccess">Its subscriptions are logins to the API and portals (guide, "Configure SOAP access").</param>
/// <param name="AuthenticationServiceType">The <c>serviceType</c> of authenticate() that finds it: 1 Smile, 2 CAT (guide, line
/// 17802).</param>
public sealed record Service(
    int Id,
    string Name,
    string UsnPrefix,
    string UsnSuffix,
    ProvisioningMode Provisioning,
    int ProvisioningAttempts,
    IReadOnlyList<FulfilmentStep> Steps,
    bool HasCredentials,
    bool IsCatAccess,
    int? AuthenticationServiceType,
    IReadOnlyList<FieldDefinition> Fields,
    IReadOnlyList<FieldValue> Properties,
    QualifierItem? Qualifier
)
{
    /// <summary>
    /// Whether its subscriptions are invoiced and rated in a cycle of their own, else in their account's (guide, line 10368).
    /// </summary>
    public bool HasOwnCycle { get; init; }

    /// <summary>The type of their own cycle.</summary>
    public CycleType CycleType { get; init; }

    /// <summary>
    /// The day of the month on which their own cycle begins, 31 for periods that end with the month; null for the day on which each was
    /// created.
    /// </summary>
    public int? CycleDay { get; init; }

    /// <summary>The table of their own cycle, where it is custom.</summary>
    public string? Cycle { get; init; }

    /// <summary>Whether usernames that differ in case only are two (guide, line 10953: each service has its constraints).</summary>
    public bool HasCaseSensitiveUsernames { get; init; }

    /// <summary>The further identifiers that its subscriptions may have; null for none.</summary>
    public SubserviceDefinition? Subservices { get; init; }

    /// <summary>The components that its usage is split into, one for each measure that is charged.</summary>
    public IReadOnlyList<UsageChargeType> UsageChargeTypes { get; init; } = [];

    /// <summary>The fields whose values tell whose usage is, besides usernames: it is kept from when each value held.</summary>
    public IReadOnlyList<string> UsageIdentifiers { get; init; } = [];

    /// <summary>A USN of this service from a generated number with its check digit.</summary>
    public Usn MakeUsn(string number) => new(UsnPrefix + number + UsnSuffix);
}

/// <summary>The rules by which a subscription is charged.</summary>
public sealed record Plan(int Id, string Code, string Name, int Service, int PlanScheduleType)
{
    /// <summary>The company that offers it; null for all.</summary>
    public int? Company { get; init; }

    public IReadOnlyList<RecurringChargeItem> RecurringCharges { get; init; } = [];

    public IReadOnlyList<PlanOptionItem> Options { get; init; } = [];

    /// <summary>Raised once, when the plan is ordered; null for none.</summary>
    public SetupChargeItem? SetupCharge { get; init; }

    /// <summary>Null for none.</summary>
    public MinimumChargeItem? MinimumCharge { get; init; }

    /// <summary>How its usage is charged: tried in this order.</summary>
    public IReadOnlyList<ChargingRuleItem> ChargingRules { get; init; } = [];

    public IReadOnlyList<ValuePoolItem> ValuePools { get; init; } = [];

    /// <summary>Whether a value pool of it is one with those of the account's other subscriptions.</summary>
    public bool Shares => ValuePools.Any(pool => pool.SharedAs is not null);

    public IReadOnlyList<PlanUsageAlertGroup> UsageAlertGroups { get; init; } = [];

    /// <summary>What its account may owe with the subscription's own usage; null for any amount (guide, line 22265).</summary>
    public CreditLimitItem? CreditLimit { get; init; }

    /// <summary>What a session is charged at least, without tax; null for no minimum (reference 31).</summary>
    public decimal? MinimumSessionCharge { get; init; }

    /// <summary>Whether it is listed among the plans to change to (guide, line 8903).</summary>
    public bool IsPublished { get; init; } = true;

    /// <summary>First day on which it is listed; null for no beginning.</summary>
    public DateOnly? ValidFrom { get; init; }

    /// <summary>Last day on which it is listed; null for no end.</summary>
    public DateOnly? ValidTo { get; init; }

    /// <summary>The accounts that it is private to; empty for all.</summary>
    public IReadOnlyList<Usn> Accounts { get; init; } = [];

    /// <summary>Whether an account may have it. Without an account, only what all may have.</summary>
    public bool IsFor(Usn? account) => Accounts.Count == 0 || (account is { } usn && Accounts.Contains(usn));
}

/// <summary>An item that modifies a subscription and can be switched on and off (guide, line 8061).</summary>
public sealed record Feature(int Id, string Name, int Service, IReadOnlyList<FieldValue> Properties);

/// <summary>A choice of plan within a package.</summary>
/// <param name="Id">The <c>PackagePlan</c> number that orders name.</param>
/// <param name="Contract">That the subscription of its service gets with the activation; null for none.</param>
public sealed record PackagePlan(int Id, string Name, IReadOnlyList<string> Plans, int? Contract = null);

/// <summary>A subscription that a package creates.</summary>
/// <param name="Service">SID of the subscription.</param>
/// <param name="UsernameField">The order form's field that holds its username.</param>
/// <param name="PasswordField">The order form's field that holds its password, or null: one is generated.</param>
public sealed record PackageSubscription(int Service, string UsernameField, string? PasswordField)
{
    /// <summary>The order form's fields that take numbers from pools for it.</summary>
    public IReadOnlyList<PackageNumber> Numbers { get; init; } = [];

    /// <summary>The order form's fields that give it subservices.</summary>
    public IReadOnlyList<PackageSubservice> Subservices { get; init; } = [];

    /// <summary>The pools that its username and those of its subservices come from.</summary>
    public IEnumerable<Guid> PoolsOfNames() =>
        Numbers
            .Where(number => number.Field == UsernameField || Subservices.Any(subservice => subservice.Field == number.Field))
            .Select(number => number.Pool);

    /// <summary>All fields of the order form that are said here: they need no definition of an account or a service.</summary>
    public IReadOnlyList<string> OwnFields() =>
        [
            UsernameField,
            .. new[] { PasswordField }.OfType<string>(),
            .. Numbers.Select(number => number.Field),
            .. Numbers.Select(number => number.ReservationField).OfType<string>(),
            .. Subservices.Select(subservice => subservice.Field),
        ];
}

/// <summary>A field of an order form that takes a number from a pool.</summary>
/// <param name="ReservationField">
/// The field with the reservation by which the number is kept for the order until it is entered; null where the form has none.
/// </param>
public sealed record PackageNumber(string Field, Guid Pool, string? ReservationField);

/// <summary>A field of an order form that holds the username of a subservice.</summary>
/// <param name="Type">Code of the subservice's type; null where the service has no types.</param>
public sealed record PackageSubservice(string Field, string? Type);

/// <summary>The account that a package creates.</summary>
/// <param name="CycleDay">The day of the month on which its periods begin, 31 for those that end with the month; null for that of its
/// creation.</param>
public sealed record PackageAccount(int AccountType, int AccountTerms, string TimeZone, CycleType CycleType, int? CycleDay)
{
    /// <summary>The table of its periods, where its cycle is custom.</summary>
    public string? Cycle { get; init; }

    /// <summary>The cycle of what is charged by rating periods, where it is another than that of the invoices.</summary>
    public RatingCycleOfPackage? RatingCycle { get; init; }
}

/// <summary>A rating cycle of its own.</summary>
/// <param name="Day">As <see cref="PackageAccount.CycleDay"/>.</param>
/// <param name="Table">As <see cref="PackageAccount.Cycle"/>.</param>
public sealed record RatingCycleOfPackage(CycleType Type, int? Day, string? Table);

/// <summary>A bundle of services that is ordered together.</summary>
/// <param name="Account">What it creates an account with; null for a package of subscriptions only.</param>
/// <param name="Published">An unpublished package cannot be ordered (guide, line 1052).</param>
public sealed record Package(
    int Id,
    string Name,
    int Company,
    bool Published,
    bool RequiresApproval,
    PackageAccount? Account,
    IReadOnlyList<PackageSubscription> Subscriptions,
    IReadOnlyList<PackagePlan> Plans,
    string FormName,
    IReadOnlyList<FieldDefinition> Form
)
{
    /// <summary>
    /// Whether approving an order of it raises an invoice at once (guide, line 1725); else its charges are on the first bill.
    /// </summary>
    public bool HasInitialInvoice { get; init; } = true;
}

/// <summary>Everything that is configured, as one immutable whole.</summary>
public sealed record CatalogueContent(
    IReadOnlyList<Currency> Currencies,
    IReadOnlyList<TimeZoneItem> TimeZones,
    IReadOnlyList<Company> Companies,
    IReadOnlyList<GstSchedule> GstSchedules,
    IReadOnlyList<AccountTypeItem> AccountTypes,
    IReadOnlyList<AccountTermsItem> AccountTerms,
    IReadOnlyList<PaymentTypeItem> PaymentTypes,
    IReadOnlyList<ItemDescription> ItemDescriptions,
    IReadOnlyList<CustomCollection> CustomCollections,
    IReadOnlyList<FieldDefinition> AccountFields,
    IReadOnlyList<Service> Services,
    IReadOnlyList<Feature> Features,
    IReadOnlyList<Plan> Plans,
    IReadOnlyList<Package> Packages
)
{
    /// <summary>Those that are added or changed; the server has more.</summary>
    public IReadOnlyList<LanguageItem> Languages { get; init; } = [];

    public IReadOnlyList<BillingCycleItem> BillingCycles { get; init; } = [];

    public IReadOnlyList<ReportingCategory> ReportingCategories { get; init; } = [];

    public IReadOnlyList<ChargeTypeItem> ChargeTypes { get; init; } = [];

    public IReadOnlyList<BondTypeItem> BondTypes { get; init; } = [];

    public IReadOnlyList<InvoiceGroupingConfiguration> InvoiceGroupings { get; init; } = [];

    public IReadOnlyList<AdjustmentType> AdjustmentTypes { get; init; } = [];

    public IReadOnlyList<Office> Offices { get; init; } = [];

    public IReadOnlyList<ResponsiveTermsItem> ResponsiveTerms { get; init; } = [];

    public IReadOnlyList<Discount> Discounts { get; init; } = [];

    /// <summary>The custom fields of purchase orders.</summary>
    public IReadOnlyList<FieldDefinition> PurchaseOrderFields { get; init; } = [];

    public IReadOnlyList<ContractItem> Contracts { get; init; } = [];

    public IReadOnlyList<ManagedPlanGroup> ManagedPlanGroups { get; init; } = [];

    public IReadOnlyList<NumberPool> NumberPools { get; init; } = [];

    public IReadOnlyList<TariffCalendar> Calendars { get; init; } = [];

    public IReadOnlyList<UsageAlertGroupItem> UsageAlertGroups { get; init; } = [];

    public IReadOnlyList<TariffTypeItem> TariffTypes { get; init; } = [];

    public IReadOnlyList<SpendLimitItem> SpendLimits { get; init; } = [];

    public IReadOnlyList<UsageSourceItem> UsageSources { get; init; } = [];

    public IReadOnlyList<PrepaidBlockItem> PrepaidBlocks { get; init; } = [];

    public IReadOnlyList<TicketStatusItem> TicketStatuses { get; init; } = [];

    public IReadOnlyList<OperatorItem> Operators { get; init; } = [];

    public IReadOnlyList<TicketGroupItem> TicketGroups { get; init; } = [];

    public IReadOnlyList<TicketTypeItem> TicketTypes { get; init; } = [];

    public IReadOnlyList<TemplateTicketItem> TemplateTickets { get; init; } = [];

    public IReadOnlyList<TicketActionItem> TicketActions { get; init; } = [];

    /// <summary>How printed documents look.</summary>
    public IReadOnlyList<Stationery> Stationery { get; init; } = [];

    /// <summary>This version with what a later one has besides: accounts and subscriptions may refer to it by now.</summary>
    public CatalogueContent CompletedBy(CatalogueContent later)
    {
        return later with
        {
            GstSchedules = Completed(GstSchedules, later.GstSchedules, schedule => schedule.Code),
            ItemDescriptions = Completed(ItemDescriptions, later.ItemDescriptions, item => item.Key),
            Plans = Completed(Plans, later.Plans, plan => plan.Code),
            Discounts = Completed(Discounts, later.Discounts, discount => discount.Id),
            PrepaidBlocks = Completed(PrepaidBlocks, later.PrepaidBlocks, block => block.Code),
        };

        static IReadOnlyList<TItem> Completed<TItem, TKey>(IReadOnlyList<TItem> then, IReadOnlyList<TItem> now, Func<TItem, TKey> key) =>
            [.. then, .. now.ExceptBy(then.Select(key), key)];
    }
}
