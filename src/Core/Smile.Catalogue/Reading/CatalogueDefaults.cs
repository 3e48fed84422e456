using Smile.Catalogue.Fields;
using Smile.Catalogue.Wording;
using Smile.Contracts;
using Smile.Kernel;

namespace Smile.Catalogue.Reading;

/// <summary>
/// What holds where a catalogue file leaves a key out. Keys that are not here are required. Keys whose default is another key:
/// a collection entry's <c>label</c> is its code, and what a collection's <c>displayName</c> shows its label; a collection's
/// <c>company</c> is the first; a collection's, plan's, reporting category's or GST schedule's <c>name</c> is its code;
/// the <c>name</c> under which a plan offers a contract and the <c>displayName</c> of a managed plan choice are the plan's;
/// an invoice grouping's <c>rollupDescription</c> is its name; a bond type's, payment type's or item description's <c>currency</c> is the
/// company's; a company's <c>ledger</c> accounts are those of <see cref="LedgerAccounts"/>, its <c>ageGroups</c> 0, 30, 60 and 90 days from
/// the transaction's date (<c>agedFrom</c>), account terms' <c>treatmentLevels</c> Overdue and Delinquent after 1 and 30 days; a payment
/// type, reporting category or item description without <c>company</c> is for all, stationery without
/// <c>company</c> or <c>kinds</c> too; a field's <c>label</c> is its name; a package's <c>formName</c> is its name and "- Order Form"; a
/// package plan's <c>name</c> is that of its first plan; a package account's <c>timeZone</c> is the company's; the <c>cycleDay</c> of an
/// Anniversary cycle is the day of the month of the creation; a currency's <c>symbol</c> is its code and a space. A field of an order form
/// takes <c>id</c>, <c>label</c>, <c>kind</c>, <c>required</c>, <c>visibility</c>, <c>collection</c> and <c>members</c> from the account's
/// or service's field of that name.
/// </summary>
internal static class CatalogueDefaults
{
    /// <summary>Key <c>language</c> of a company.</summary>
    public const string Language = BuiltInLanguages.English;

    /// <summary>Key <c>digits</c> of a company's <c>invoiceNumbers</c>.</summary>
    public const int InvoiceDigits = 6;

    /// <summary>Key <c>first</c> of a company's <c>invoiceNumbers</c>.</summary>
    public const int FirstInvoice = 1;

    /// <summary>Key <c>decimals</c> of a currency.</summary>
    public const int CurrencyDecimals = 2;

    /// <summary>Key <c>cashUnit</c> of a currency: totals are not rounded to coins.</summary>
    public const decimal CashUnit = 0m;

    /// <summary>Key <c>dueDays</c> of account terms.</summary>
    public const int DueDays = 14;

    /// <summary>Keys <c>surchargePercent</c>, <c>surchargeFixed</c> and <c>surchargeMinimum</c> of a payment type.</summary>
    public const decimal Surcharge = 0m;

    /// <summary>Key <c>surchargeCategory</c> of a payment type (guide, line 13697).</summary>
    public const string SurchargeCategory = "surchrg";

    /// <summary>Key <c>category</c> of a decline fee.</summary>
    public const string DeclineFeeCategory = "declfee";

    /// <summary>Key <c>disclosure</c> of a payment type: the hint of the guide's examples.</summary>
    public const NumberDisclosure Disclosure = NumberDisclosure.Hint;

    /// <summary>Key <c>tokenise</c> of a payment type: a number that is not kept cannot be stolen.</summary>
    public const bool Tokenise = true;

    /// <summary>Key <c>autoPayment</c> of account terms: nothing is taken that nobody said to take.</summary>
    public const int AutoPayment = 0;

    /// <summary>Key <c>dispatch</c> of account terms.</summary>
    public const DispatchChannel Dispatch = DispatchChannel.Email;

    /// <summary>Key <c>dispatchReceipts</c> of account terms.</summary>
    public const bool DispatchReceipts = false;

    /// <summary>Key <c>usageDetails</c> of account terms: a privacy that nobody gave away.</summary>
    public const bool UsageDetails = false;

    /// <summary>Key <c>hiddenDigits</c> of account terms.</summary>
    public const int HiddenDigits = 0;

    /// <summary>Key <c>chargeGst</c> of an item description.</summary>
    public const bool ChargeGst = true;

    /// <summary>Key <c>unitSize</c> of an item description.</summary>
    public const decimal UnitSize = 1m;

    /// <summary>Key <c>kind</c> of a payment type. Default Manual: no gateway is charged unless configured.</summary>
    public const PaymentTypeKind PaymentKind = PaymentTypeKind.Manual;

    /// <summary>Key <c>active</c> of an invoice grouping.</summary>
    public const bool InvoiceGroupingActive = true;

    /// <summary>Key <c>default</c> of stationery.</summary>
    public const bool StationeryDefault = false;

    /// <summary>Key <c>primaryColour</c> of stationery.</summary>
    public const string PrimaryColour = "#1F4E79";

    /// <summary>Key <c>textColour</c> of stationery.</summary>
    public const string TextColour = "#222222";

    /// <summary>Key <c>paper</c> of stationery.</summary>
    public const PaperSize Paper = PaperSize.A4;

    /// <summary>Key <c>kind</c> of a field whose name is not predefined.</summary>
    public const FieldKind Kind = FieldKind.String;

    /// <summary>Key <c>required</c> of a field.</summary>
    public const bool Required = false;

    /// <summary>Key <c>unique</c> of a custom collection's field.</summary>
    public const bool IsUnique = false;

    /// <summary>Key <c>visibility</c> of a field.</summary>
    public const FieldVisibility Visibility = FieldVisibility.VisibleAndEditable;

    /// <summary>Keys <c>usnPrefix</c> and <c>usnSuffix</c> of a service.</summary>
    public const string UsnAffix = "";

    /// <summary>Key <c>provisioning</c> of a service.</summary>
    public const ProvisioningMode Provisioning = ProvisioningMode.Automatic;

    /// <summary>Key <c>provisioningAttempts</c> of a service.</summary>
    public const int ProvisioningAttempts = 1;

    /// <summary>Key <c>isCatAccess</c> of a service.</summary>
    public const bool IsCatAccess = false;

    /// <summary>Key <c>planScheduleType</c> of a plan: "the value is usually 1" (guide, line 8489).</summary>
    public const int PlanScheduleType = 1;

    /// <summary>Key <c>frequency</c> of a recurring charge.</summary>
    public const ChargeFrequency ChargeFrequency = Catalogue.ChargeFrequency.InvoicingPeriods;

    /// <summary>Keys <c>every</c> and <c>advancePeriods</c> of a recurring charge.</summary>
    public const int ChargePeriods = 1;

    /// <summary>Key <c>timing</c> of a recurring charge.</summary>
    public const ChargeTiming ChargeTiming = Catalogue.ChargeTiming.InAdvance;

    /// <summary>Key <c>proRata</c> of a recurring charge.</summary>
    public const ProRataAction ProRata = ProRataAction.ProRata;

    /// <summary>Key <c>quantity</c> of a recurring charge.</summary>
    public const decimal ChargeQuantity = 1m;

    /// <summary>
    /// Key <c>planRecurringChargePercentage</c> of a contract: "the sum of all the recurring charges" (guide, line 15359).
    /// </summary>
    public const decimal PlanRecurringChargePercentage = 100m;

    /// <summary>Keys <c>baseValue</c>, <c>minimumTerminationCharge</c> and <c>maximumTerminationCharge</c> of a contract.</summary>
    public const decimal ContractAmount = 0m;

    /// <summary>Key <c>graceDays</c> of a contract.</summary>
    public const int GraceDays = 0;

    /// <summary>Key <c>allowedManagedPlanChanges</c> of a contract: the one in print (guide, line 15436).</summary>
    public const AllowedPlanChanges AllowedManagedPlanChanges = AllowedPlanChanges.All;

    /// <summary>
    /// Key <c>timing</c> of a managed plan group's <c>upgrade</c>; the defaults are what print shows (guide, line 11377).
    /// </summary>
    public const ManagedPlanChangeTimingType UpgradeTiming = ManagedPlanChangeTimingType.CurrentPeriod;

    /// <summary>Key <c>timing</c> of a managed plan group's <c>crossgrade</c>.</summary>
    public const ManagedPlanChangeTimingType CrossgradeTiming = ManagedPlanChangeTimingType.Immediately;

    /// <summary>Key <c>timing</c> of a managed plan group's <c>downgrade</c>.</summary>
    public const ManagedPlanChangeTimingType DowngradeTiming = ManagedPlanChangeTimingType.NextPeriod;

    /// <summary>Key <c>prePaymentRequiredFor</c> of a managed plan group.</summary>
    public const PrePaymentRequirement PrePaymentRequiredFor = PrePaymentRequirement.None;

    /// <summary>Key <c>kind</c> of a number pool.</summary>
    public const NumberPoolKind NumberPoolKind = Catalogue.NumberPoolKind.Number;

    /// <summary>Key <c>measure</c> of a charge type of usage.</summary>
    public const UsageMeasure UsageMeasure = Catalogue.UsageMeasure.Time;

    /// <summary>Key <c>onHolidays</c> of an entry of a calendar.</summary>
    public const bool IsForHolidays = false;

    /// <summary>Key <c>proRated</c> of a plan's usage alert group (guide, line 12373).</summary>
    public const bool IsAlertGroupProRated = true;

    /// <summary>Key <c>usesPrepaid</c> of a charging rule: prepaid pays for what would be charged (reference 34).</summary>
    public const bool UsesPrepaid = false;

    /// <summary>Key <c>selfServe.tier</c> of a prepaid block.</summary>
    public const int PrepaidTier = 1;

    /// <summary>Key <c>validity.unit</c> of a prepaid block.</summary>
    public const PrepaidValidityUnit PrepaidValidityUnit = Catalogue.PrepaidValidityUnit.Days;

    /// <summary>Key <c>allowOverride</c> of a charging rule: the one in print (guide, line 18896).</summary>
    public const bool AllowsRuleOverride = false;

    /// <summary>Key <c>decimals</c> of a charging rule: those of fixed charges (reference 30).</summary>
    public const int RuleDecimals = 6;

    /// <summary>Key <c>rounding</c> of a charging rule: as money is rounded.</summary>
    public const RateRounding RuleRounding = RateRounding.HalfUp;

    /// <summary>Key <c>per</c> of a charging rule (guide, line 8671).</summary>
    public const decimal RatedUnits = 1m;

    /// <summary>Keys <c>firstIncrement</c> and <c>nextIncrement</c> of a charging rule: what was used is charged.</summary>
    public const decimal Increment = 0m;

    /// <summary>Key <c>temporaryMinutes</c> of a number pool: time enough to fill in a form.</summary>
    public const int TemporaryMinutes = 30;

    /// <summary>Key <c>kind</c> of a ticket status.</summary>
    public const TicketStatusKind TicketStatusKind = Catalogue.TicketStatusKind.Open;

    /// <summary>Key <c>by</c> of a ticket action: what customers may do is said.</summary>
    public const TicketActor TicketActor = Catalogue.TicketActor.Staff;

    /// <summary>Key <c>onCustomerNote</c> of a ticket action: what a note sets off is said.</summary>
    public const bool OnCustomerNote = false;

    /// <summary>Key <c>forMail</c> of a template ticket: mail becomes tickets only where that is wanted.</summary>
    public const bool ForMail = false;

    /// <summary>Key <c>quarantineDays</c> of a number pool: only "if Smile is configured to do so" (guide, line 19683).</summary>
    public const int QuarantineDays = 0;

    /// <summary>Keys <c>prefix</c> and <c>suffix</c> of a number pool.</summary>
    public const string NumberAffix = "";

    /// <summary>Key <c>mayAlterValues</c> of a contract: the guide's updates name no condition (line 15990).</summary>
    public const bool MayAlterValues = true;

    /// <summary>Key <c>selfService</c> of a plan that offers a contract.</summary>
    public const bool SelfService = false;

    /// <summary>Key <c>published</c> of a package: nothing can be ordered until somebody says so (guide, line 1007).</summary>
    public const bool Published = false;
    public const bool IsPlanPublished = true;
    public const bool HasInitialInvoice = true;
    public const bool HasOwnCycle = false;

    /// <summary>Key <c>caseSensitiveUsernames</c> of a service: joe and Joe are one login unless it says otherwise.</summary>
    public const bool HasCaseSensitiveUsernames = false;

    /// <summary>Key <c>subservices.uniqueUsernames</c> of a service.</summary>
    public const bool HasUniqueSubservices = true;

    /// <summary>Key <c>subservices.announced</c> of a service: the guide defines no message (guide, line 11022).</summary>
    public const bool AnnouncesSubservices = false;

    /// <summary>Key <c>subservices.most</c> of a service.</summary>
    public const int MostSubservices = 100;

    /// <summary>
    /// Key <c>cycleType</c> of a package's account and of a service with cycles of its own: the one in print (guide, line 706).
    /// </summary>
    public const CycleType CycleType = Kernel.CycleType.Anniversary;

    /// <summary>Key <c>requiresApproval</c> of a package.</summary>
    public const bool RequiresApproval = false;

    /// <summary>Key <c>usernameField</c> of a package's subscription.</summary>
    public const string UsernameField = PredefinedFields.Username;

    /// <summary>Key <c>addressBlock</c> of stationery: the window of a DL envelope.</summary>
    public static AddressBlockPosition AddressBlock { get; } = new(20m, 50m);

    /// <summary>Key <c>steps</c> of a service: the order of the guide's own words (line 2682).</summary>
    public static IReadOnlyList<FulfilmentStep> Steps { get; } = [FulfilmentStep.Provision, FulfilmentStep.Enable, FulfilmentStep.Activate];

    /// <summary>Key <c>hasCredentials</c> of a service: a login to the API is nothing without them.</summary>
    public static bool HasCredentials(bool isCatAccess) => isCatAccess;

    /// <summary>Key <c>authenticationServiceType</c> of a service: 2 is CAT (guide, line 17802).</summary>
    public static int? AuthenticationServiceType(bool isCatAccess) => isCatAccess ? 2 : null;

    /// <summary>Key <c>identifierType</c> of a usage source.</summary>
    public const UsageIdentifierType UsageIdentifier = UsageIdentifierType.Username;

    /// <summary>Key <c>escape</c> of a usage source's <c>layout</c>.</summary>
    public const TextEscape UsageEscape = TextEscape.Quotes;

    /// <summary>Key <c>names</c> of a usage source's <c>layout</c>: the first line names the columns.</summary>
    public const bool HasUsageNames = true;

    /// <summary>Key <c>linesAfterNames</c> of a usage source's <c>layout</c>.</summary>
    public const int LinesAfterNames = 0;

    /// <summary>Key <c>mostUnreadable</c> of a usage source.</summary>
    public const int MostUnreadableUsage = 1_000;
}
