using Microsoft.EntityFrameworkCore;
using Smile.Domain.Access;
using Smile.Domain.Accounts;
using Smile.Domain.Billing;
using Smile.Domain.Cat;
using Smile.Domain.Contracts;
using Smile.Domain.CreditControlRun;
using Smile.Domain.Dispatch;
using Smile.Domain.Documents;
using Smile.Domain.DueWork;
using Smile.Domain.GeneralLedger;
using Smile.Domain.InvoiceGroupings;
using Smile.Domain.Ordering;
using Smile.Domain.Payments;
using Smile.Domain.Plans;
using Smile.Domain.Provisioning;
using Smile.Domain.PurchaseOrders;
using Smile.Domain.Receivables;
using Smile.Domain.Subscriptions;

namespace Smile.Data;

/// <summary>The tables of one stage. The schema is made by the SQL migrations; a test compares it with this model.</summary>
internal sealed class StageDbContext(DbContextOptions<StageDbContext> options) : DbContext(options)
{
    public DbSet<Account> Accounts => Set<Account>();

    public DbSet<CostCentre> CostCentres => Set<CostCentre>();

    public DbSet<Subscription> Subscriptions => Set<Subscription>();

    public DbSet<PlanScheduleItem> PlanScheduleItems => Set<PlanScheduleItem>();

    public DbSet<SubscriptionFeature> SubscriptionFeatures => Set<SubscriptionFeature>();

    public DbSet<SubscriptionEvent> SubscriptionEvents => Set<SubscriptionEvent>();

    public DbSet<CustomerOrder> Orders => Set<CustomerOrder>();

    public DbSet<OrderGroup> OrderGroups => Set<OrderGroup>();

    public DbSet<ProvisionRequest> ProvisionRequests => Set<ProvisionRequest>();

    public DbSet<ProvisionRequestLog> ProvisionRequestLogs => Set<ProvisionRequestLog>();

    public DbSet<DueWorkItem> DueWork => Set<DueWorkItem>();

    public DbSet<ApiPermission> ApiPermissions => Set<ApiPermission>();

    public DbSet<PurchaseOrder> PurchaseOrders => Set<PurchaseOrder>();

    public DbSet<InvoiceGrouping> InvoiceGroupings => Set<InvoiceGrouping>();

    public DbSet<DocumentDownload> DocumentDownloads => Set<DocumentDownload>();

    public DbSet<PasswordLink> PasswordLinks => Set<PasswordLink>();

    public DbSet<RecurringCharge> RecurringCharges => Set<RecurringCharge>();

    public DbSet<BillingRun> BillingRuns => Set<BillingRun>();

    public DbSet<Bill> Bills => Set<Bill>();

    public DbSet<RatingPeriod> RatingPeriods => Set<RatingPeriod>();

    public DbSet<SubscriptionContract> SubscriptionContracts => Set<SubscriptionContract>();

    public DbSet<FinancialTransaction> Transactions => Set<FinancialTransaction>();

    public DbSet<TransactionItem> TransactionItems => Set<TransactionItem>();

    public DbSet<Allocation> Allocations => Set<Allocation>();

    public DbSet<LedgerEntry> LedgerEntries => Set<LedgerEntry>();

    public DbSet<DebtorCloseDate> DebtorCloseDates => Set<DebtorCloseDate>();

    public DbSet<AccountDispute> AccountDisputes => Set<AccountDispute>();

    public DbSet<AssignedDiscount> AssignedDiscounts => Set<AssignedDiscount>();

    public DbSet<Payment> Payments => Set<Payment>();

    public DbSet<PaymentAttempt> PaymentAttempts => Set<PaymentAttempt>();

    public DbSet<PaymentRefund> PaymentRefunds => Set<PaymentRefund>();

    public DbSet<WantedAllocation> WantedAllocations => Set<WantedAllocation>();

    public DbSet<StoredPaymentDetails> StoredPaymentDetails => Set<StoredPaymentDetails>();

    public DbSet<PaymentPlan> PaymentPlans => Set<PaymentPlan>();

    public DbSet<AutoPaymentChoice> AutoPaymentChoices => Set<AutoPaymentChoice>();

    public DbSet<DispatchItem> DispatchItems => Set<DispatchItem>();

    public DbSet<CreditControlState> CreditControlStates => Set<CreditControlState>();

    public DbSet<InvoiceTreatment> InvoiceTreatments => Set<InvoiceTreatment>();

    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder) => StageModel.ConfigureConventions(configurationBuilder);

    protected override void OnModelCreating(ModelBuilder modelBuilder) => StageModel.Configure(modelBuilder);
}
