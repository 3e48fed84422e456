using System.Collections.Frozen;
using System.Globalization;
using System.Text;
using Smile.Contracts;
using Smile.Contracts.Faults;
using Smile.Kernel;
using Smile.Session;
using Class = Smile.Session.OperationClass;

namespace Smile.Hosting.Security;

/// <summary>Who may call an operation.</summary>
/// <param name="Class">The class that the caller must have; none: every login.</param>
/// <param name="AllAccounts">Whether the caller needs access to all accounts as well: it is about logins and orders that are nobody's
/// yet, or numbers of everybody's.</param>
/// <param name="Fault">The fault of who may not.</param>
public sealed record OperationPermission(Class Class, bool AllAccounts = false, Fault Fault = Fault.AccessException)
{
    /// <summary>What the caller lacks; null where he may call it.</summary>
    public string? WhyNot(Caller caller) =>
        !caller.May(Class) ? $"needs the permission '{OperationClasses.NamesOf(Class).Single()}'."
        : AllAccounts && !caller.AllAccounts ? "needs the permission 'Allow SOAP access to all accounts'."
        : null;
}

/// <summary>
/// The one table of who may call what, for every surface over the same use cases. An operation of the contract without a class, and a name
/// that is no operation's, stop the server from starting.
/// </summary>
public static class OperationPermissions
{
    private static readonly FrozenDictionary<(string Endpoint, string Operation), OperationPermission> Table = Read();

    public static OperationPermission Of(string endpoint, string operation) => Table[(endpoint, operation)];

    /// <summary>The table of docs/permissions.md.</summary>
    public static string Document()
    {
        var text = new StringBuilder();
        text.Append(
                "# Permissions\n\nWritten by `./smile generate` from the code. Each operation of the API has a class, and a login may call "
            )
            .Append("the classes that it has. Whose accounts it ")
            .Append("reaches with that is another question: its own, or all with `--all-accounts`; ")
            .Append("what is out of reach looks as if it were not there.\n\n")
            .Append("| Class | Own account only | All accounts | What it is |\n|---|---|---|---|\n");
        foreach (var (wanted, what) in Explanations)
        {
            var name = OperationClasses.NamesOf(wanted).Single();
            var own = OperationClasses.OfCustomers.HasFlag(wanted) ? "yes" : $"with `--allow {name}`";
            text.Append(CultureInfo.InvariantCulture, $"| {name} | {own} | unless limited by `--only` | {what} |\n");
        }

        text.Append("\n`smile user add NAME --allow CLASS` gives more than that, `--only CLASS` exactly what is named, `--only default` ")
            .Append(
                "what is in this table; `smile user show NAME` says what holds. Who lacks a class gets an AccessException before "
                    + "anything of the request is read. `echo` needs none.\n"
            );
        foreach (var endpoint in SmileEndpoints.All.OrderBy(endpoint => endpoint.Path, StringComparer.Ordinal))
        {
            text.Append(CultureInfo.InvariantCulture, $"\n## {endpoint.Path}\n\n| Operation | Class | Besides |\n|---|---|---|\n");
            foreach (var operation in endpoint.Operations.OrderBy(operation => operation.Name, StringComparer.Ordinal))
            {
                var permission = Of(endpoint.Path, operation.Name);
                var besides = string.Join(
                    "; ",
                    new[]
                    {
                        permission.AllAccounts ? "all accounts" : null,
                        permission.Fault == Fault.AccessException ? null : $"refused with {permission.Fault}",
                        Notes.GetValueOrDefault((endpoint.Path, operation.Name)),
                    }.OfType<string>()
                );
                var who = permission.Class == Class.None ? "every login" : OperationClasses.NamesOf(permission.Class).Single();
                text.Append(CultureInfo.InvariantCulture, $"| {operation.Name} | {who} | {besides} |\n");
            }
        }

        return text.ToString();
    }

    private static IReadOnlyList<(Class Class, string What)> Explanations =>
        [
            (Class.Read, "reads, and works out what something would cost"),
            (
                Class.SelfService,
                "what customers do with what they have: contact details, passwords, payments with their own means, tickets"
            ),
            (Class.Ordering, "orders, plan changes and contracts, at the catalogue's prices"),
            (Class.Money, "amounts that the caller chooses: invoices, credits, adjustments, allocations, recurring charges, bonds"),
            (Class.Provisioning, "what networks and providers do: features, addresses, answers of provisioning"),
            (Class.Staff, "decisions of the company's people: approvals, limits, configuration, other people's passwords"),
        ];

    /// <summary>What use cases ask besides, since it depends on the request or on what is there.</summary>
    private static IReadOnlyDictionary<(string, string), string> Notes =>
        new Dictionary<(string, string), string>
        {
            [("contract", "commitContractTermination")] = "charges other than the offer's need `money`",
            [("crm", "runTicketAction")] = "actions that are not for customers (`by: Customer`) need `staff`",
            [("order", "reserveUsns")] = "as many as the settings allow in a day",
            [("order", "orderAccount")] = "the package must be allowed (`--package`)",
            [("order", "orderSubscription")] = "the package must be allowed (`--package`)",
            [("payment", "processPayment")] = "money that comes in by hand needs `money` and all accounts",
            [("subscription", "cancel")] = "what the company has planned needs `staff`; a stronger login cannot be changed",
            [("subscription", "changePlan")] = "prices other than the catalogue's, and beginnings before today, need `money`",
            [("subscription", "changeUsername")] = "a stronger login cannot be changed",
            [("subscription", "getAuthenticationCredentials")] = "`--view-password`",
            [("subscription", "migrateSubscription")] = "both accounts must be within reach",
            [("subscription", "resume")] = "what the company or credit control has suspended needs `staff`",
            [("subscription", "setClearPassword")] = "a stronger login cannot be changed",
            [("subscription", "suspend")] = "what the company has planned needs `staff`; a stronger login cannot be changed",
            [("subscription", "update")] = "a stronger login cannot be changed",
            [("subscription/planchange", "commitPlanChange")] = "charges other than the offer's need `money`",
        };

    private static FrozenDictionary<(string, string), OperationPermission> Read()
    {
        var table = new Dictionary<(string, string), OperationPermission>();
        foreach (var (endpoint, wanted, names) in Classes)
        {
            foreach (var name in names.Split(' '))
            {
                table.Add((endpoint, name), new OperationPermission(wanted));
            }
        }

        // They are about any customer's login, and the guide names the fault of who may not (lines 17842, 18046).
        table.Add(
            ("authentication", "authenticate"),
            new OperationPermission(Class.Staff, AllAccounts: true, Fault.AuthenticationException)
        );
        table.Add(("cat", "triggerCatForgotPasswordEmail"), new OperationPermission(Class.Staff, AllAccounts: true, Fault.CatException));
        table.Add(("account", "changeBillingCycle"), new OperationPermission(Class.Staff, AllAccounts: true));
        table.Add(("order", "approveOrder"), new OperationPermission(Class.Staff, AllAccounts: true));

        // Pools are nobody's account: who reserves of them takes from all.
        foreach (var name in new[] { "createLinkToReservation", "createReservation", "unlink" })
        {
            table.Add(("pool", name), new OperationPermission(Class.Provisioning, AllAccounts: true));
        }

        var operations = SmileEndpoints
            .All.SelectMany(endpoint => endpoint.Operations.Select(operation => (endpoint.Path, operation.Name)))
            .ToHashSet();
        return operations.SetEquals(table.Keys)
            ? table.ToFrozenDictionary()
            : throw new InvalidOperationException(
                $"Permissions and the contract differ in: "
                    + $"{string.Join(", ", operations.Union(table.Keys).Except(operations.Intersect(table.Keys)))}"
            );
    }

    private static IReadOnlyList<(string Endpoint, Class Class, string Operations)> Classes =>
        [
            ("account", Class.None, "echo"),
            ("account", Class.Read, "compileChargeList findAccount findAccounts findCostCentre get getAccountInfo getAccountSummary"),
            ("account", Class.Read, "getBondTypes getCostCentre getCostCentres getDeferredCharges getFutureBilling"),
            ("account", Class.Read, "getHeldBonds getPurchaseOrder getRatings getTransaction getTransactionDocument getTransactionList"),
            ("account", Class.Read, "listPurchaseOrders"),
            (
                "account",
                Class.SelfService,
                "createCostCentre createPurchaseOrder deleteCostCentre update updateCostCentre updatePurchaseOrder"
            ),
            ("account", Class.Money, "addDeferredCharge allocate createBond migrateOpenTransaction raiseAdjustment raiseInvoice"),
            ("account", Class.Money, "raiseReimbursement releaseBond reverseTransaction"),
            ("account/invoicegrouping", Class.Read, "getAvailableInvoiceGroupings getInvoiceGrouping"),
            ("account/invoicegrouping", Class.SelfService, "createInvoiceGrouping deleteInvoiceGrouping updateInvoiceGrouping"),
            ("accountsreceivable", Class.Read, "getItemDescription getItemDescriptionById"),
            ("config/customfields", Class.Read, "findCollectionEntries getCollectionEntry getCollectionEntryByEntryCode"),
            ("config/customfields", Class.Staff, "addCollectionEntry deleteCollectionEntry updateCollectionEntry"),
            ("contract", Class.Read, "getActiveSubscriptionContract getAvailableContractsForPlan getContractsForService"),
            ("contract", Class.Read, "getCurrentSubscriptionContract getSubscriptionContractById getSubscriptionContracts"),
            ("contract", Class.Read, "proposeContractTermination"),
            ("contract", Class.Ordering, "addSubscriptionContract commitContractTermination"),
            ("contract", Class.Staff, "updateSubscriptionContract"),
            ("crm", Class.None, "echo"),
            ("crm", Class.Read, "getAppointmentAvailabilities getTemplateTicketDescription getTicket getTickets"),
            ("crm", Class.SelfService, "addTicketAttachment raiseTicket runTicketAction"),
            ("crm", Class.Staff, "updateTicket"),
            ("order", Class.None, "echo"),
            ("order", Class.Read, "getAvailableOrderForms getOrder getOrderForm getOrderGroup getOrderGroupQuote"),
            ("order", Class.Ordering, "addOrderToGroup cancelOrder cancelOrderGroup createOrderGroup orderAccount orderSubscription"),
            ("order", Class.Ordering, "placeOrderGroup reserveUsns updateOrder"),
            ("payment", Class.Read, "computeSurcharge getAutoPaymentOption getPayment getPaymentTypes getPendingPayments"),
            ("payment", Class.Read, "getStoredPaymentDetails getStoredPaymentDetailsList"),
            ("payment", Class.SelfService, "addStoredPaymentDetails cancelScheduledPayment deleteStoredPaymentDetails processPayment"),
            ("payment", Class.SelfService, "reschedulePaymentWithNewDetails updateStoredPaymentDetails validatePayment"),
            ("payment", Class.Money, "recordFailedPayment"),
            ("pool", Class.Read, "getLink search"),
            ("prepaid", Class.Read, "getPrepaidPaymentTypes getPrepaidState getQuote getSelfServePrepaidList"),
            ("prepaid", Class.SelfService, "addSelfServePrepaid redeemVoucher validateVoucher"),
            ("prepaid", Class.Money, "addPrepaid updatePrepaid"),
            ("provisioning", Class.Read, "getIncompleteProvisionRequests"),
            ("provisioning", Class.Provisioning, "provisioningUpdate retryProvisioning"),
            ("recurringcharge", Class.Read, "getSimpleRecurringCharge getSimpleRecurringCharges"),
            ("recurringcharge", Class.Money, "addSimpleRecurringCharges updateSimpleRecurringCharges"),
            ("service", Class.None, "echo"),
            ("service", Class.Read, "getOverrideableDestinations getPlanConfiguration getServiceDescription getTariffTypes"),
            ("service", Class.Ordering, "qualifyService"),
            (
                "spendmanagement",
                Class.Read,
                "getSubscriptionSpendLimitState getSubscriptionSpendLimitStates getSubscriptionUsageAlertGroup"
            ),
            ("spendmanagement", Class.Read, "getSubscriptionUsageAlertGroups getSubscriptionValuePoolState"),
            ("spendmanagement", Class.Read, "getSubscriptionValuePoolStates"),
            ("spendmanagement", Class.SelfService, "setSpendLimitAlertThresholdOverrides"),
            ("spendmanagement", Class.Staff, "setSpendLimitOverride setTemporarySpendLimitOverride"),
            ("subscription", Class.None, "echo"),
            ("subscription", Class.Read, "findSubscription findSubscriptions findUsername get getActiveFeatures getActivityStatementBatch"),
            ("subscription", Class.Read, "getActivityStatementRange getConnectionHistory getIpRanges"),
            ("subscription", Class.Read, "getPlanChargeDescription getPlanScheduleItemsAt getPlanSchedules getPoolReservationLinks"),
            ("subscription", Class.Read, "getRatingPeriods getRatingsForPeriod"),
            (
                "subscription",
                Class.SelfService,
                "changeUsername getAuthenticationCredentials resume setClearPassword setCostCentre suspend"
            ),
            ("subscription", Class.SelfService, "update"),
            ("subscription", Class.Ordering, "cancel changePlan"),
            ("subscription", Class.Provisioning, "addIpRange addIpRangeReservation applyFeature applyFeatureToConnections removeIpRange"),
            ("subscription", Class.Provisioning, "removePoolReservationLink stopApplyingFeature"),
            ("subscription", Class.Staff, "migrateSubscription"),
            ("subscription/plan", Class.Read, "getCurrentManagedPlanGroup getManagedPlanChoices getManagedPlanGroup getManagedPlanGroups"),
            ("subscription/plan", Class.Read, "getPlanSchedule"),
            ("subscription/plan", Class.Ordering, "changePlan"),
            ("subscription/plan", Class.Staff, "changeManagedPlanGroup"),
            ("subscription/planchange", Class.Read, "getServicePlans getSubscriptionPlans proposePlanChange"),
            ("subscription/planchange", Class.Ordering, "commitPlanChange"),
            ("subservice", Class.Read, "getSubservice getSubserviceBySubserviceUsername getSubservicesForSubscription"),
            ("subservice", Class.Ordering, "addSubservice addSubservices removeSubservice updateSubservice"),
        ];
}
