using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;
using Smile.Contracts;
using Smile.Domain.Access;
using Smile.Domain.Accounts;
using Smile.Domain.Billing;
using Smile.Domain.Cat;
using Smile.Domain.Catalogue;
using Smile.Domain.Contracts;
using Smile.Domain.CreditControlRun;
using Smile.Domain.CustomFields;
using Smile.Domain.Dispatch;
using Smile.Domain.Documents;
using Smile.Domain.DueWork;
using Smile.Domain.Foundation;
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

/// <summary>How entities map to tables: snake_case names, USNs and enumerations as text, fields as jsonb.</summary>
internal static class StageModel
{
    public static void ConfigureConventions(ModelConfigurationBuilder builder)
    {
        builder.Properties<Usn>().HaveConversion<UsnConverter>();
        builder.Properties<FieldValues>().HaveConversion<FieldValuesConverter, FieldValuesComparer>().HaveColumnType("jsonb");
        builder.Properties<ChargeOverrides>().HaveConversion<ChargeOverridesConverter>().HaveColumnType("jsonb");
        builder.Properties<CycleType>().HaveConversion<string>();
        builder.Properties<BillApproval>().HaveConversion<string>();
        builder.Properties<BillStatus>().HaveConversion<string>();
        builder.Properties<ProvisionStatusType>().HaveConversion<string>();
        builder.Properties<SuspendStatusType>().HaveConversion<string>();
        builder.Properties<ActivateStatusType>().HaveConversion<string>();
        builder.Properties<EnableStatusType>().HaveConversion<string>();
        builder.Properties<OrderStatus>().HaveConversion<string>();
        builder.Properties<OrderGroupStatus>().HaveConversion<string>();
        builder.Properties<ProvisionRequestKind>().HaveConversion<string>();
        builder.Properties<ProvisionRequestState>().HaveConversion<string>();
        builder.Properties<ProvisionRequestStatusType>().HaveConversion<string>();
        builder.Properties<DueWorkKind>().HaveConversion<string>();
        builder.Properties<ChargeFrequency>().HaveConversion<string>();
        builder.Properties<ChargeTiming>().HaveConversion<string>();
        builder.Properties<ProRataAction>().HaveConversion<string>();
        builder.Properties<TransactionState>().HaveConversion<string>();
        builder.Properties<TransactionTypeType>().HaveConversion<string>();
        builder.Properties<PaymentStatusType>().HaveConversion<string>();
        builder.Properties<PaymentOrigin>().HaveConversion<string>();
        builder.Properties<PaymentSecretKind>().HaveConversion<string>();
        builder.Properties<PaymentPlanState>().HaveConversion<string>();
        builder.Properties<PaymentRefundStatus>().HaveConversion<string>();
        builder.Properties<DispatchKind>().HaveConversion<string>();
        builder.Properties<DispatchChannel>().HaveConversion<string>();
        builder.Properties<DispatchStatus>().HaveConversion<string>();
        builder.Properties<NoticeAttachment>().HaveConversion<string>();
    }

    public static void Configure(ModelBuilder builder)
    {
        builder.Entity<Account>(account =>
        {
            account.ToTable("account").HasKey(row => row.Usn);
            account.Ignore(row => row.InvoicingCycle).Ignore(row => row.RatingCycle);
            account.Property(row => row.InvoicingCycleType);
            account.Property(row => row.InvoicingCycleDay);
            account.Property(row => row.InvoicingCycleTable);
            account.Property(row => row.RatingCycleType);
            account.Property(row => row.RatingCycleDay);
            account.Property(row => row.RatingCycleTable);
        });
        builder.Entity<CostCentre>(centre =>
        {
            centre.ToTable("cost_centre");
            centre.HasOne<Account>().WithMany().HasForeignKey(row => row.AccountUsn);
        });
        builder.Entity<Subscription>(subscription =>
        {
            subscription.ToTable("subscription").HasKey(row => row.Usn);
            subscription.Ignore(row => row.OwnCycles);
            subscription.Property(row => row.InvoicingCycleType);
            subscription.Property(row => row.InvoicingCycleDay);
            subscription.Property(row => row.InvoicingCycleTable);
            subscription.Property(row => row.RatingCycleType);
            subscription.Property(row => row.RatingCycleDay);
            subscription.Property(row => row.RatingCycleTable);
            subscription.HasOne<Account>().WithMany().HasForeignKey(row => row.AccountUsn);
            subscription.HasOne<CostCentre>().WithMany().HasForeignKey(row => row.CostCentreId);
        });
        builder.Entity<PlanScheduleItem>(item =>
        {
            item.ToTable("plan_schedule_item");
            item.Property(row => row.TariffOverrides).HasColumnType("jsonb");
            item.Property(row => row.ChargingRuleOverrides).HasColumnType("jsonb");
            item.HasOne<Subscription>().WithMany().HasForeignKey(row => row.SubscriptionUsn);
        });
        builder.Entity<SubscriptionFeature>(feature =>
        {
            feature.ToTable("subscription_feature");
            feature.Property(row => row.Id).ValueGeneratedNever();
            feature.HasOne<Subscription>().WithMany().HasForeignKey(row => row.SubscriptionUsn);
        });
        builder.Entity<SubscriptionEvent>(entry =>
        {
            entry.ToTable("subscription_event");
            entry.HasOne<Subscription>().WithMany().HasForeignKey(row => row.SubscriptionUsn);
        });
        builder.Entity<OrderGroup>().ToTable("order_group").HasKey(row => row.Number);
        builder.Entity<CustomerOrder>(order =>
        {
            order.ToTable("customer_order").HasKey(row => row.Number);
            order.HasMany(row => row.Components).WithOne().HasForeignKey(row => row.OrderNumber);
            order.HasOne<OrderGroup>().WithMany().HasForeignKey(row => row.GroupNumber);
            order.HasOne<FinancialTransaction>().WithMany().HasForeignKey(row => row.InitialInvoice);
        });
        builder.Entity<OrderedComponent>().ToTable("ordered_component").HasKey(row => row.Usn);
        builder.Entity<ProvisionRequest>(request =>
        {
            request.ToTable("provision_request");
            request.Property(row => row.Id).ValueGeneratedNever();
            request.HasMany(row => row.Logs).WithOne().HasForeignKey(row => row.ProvisionRequestId);
            request.HasOne<Subscription>().WithMany().HasForeignKey(row => row.SubscriptionUsn);
        });
        builder.Entity<ProvisionRequestLog>().ToTable("provision_request_log");
        builder.Entity<DueWorkItem>(work =>
        {
            work.ToTable("due_work");
            work.HasOne<Account>().WithMany().HasForeignKey(row => row.AccountUsn);
        });
        builder.Entity<ApiPermission>(permission =>
        {
            permission.ToTable("api_permission").HasKey(row => row.SubscriptionUsn);
            permission.HasOne<Subscription>().WithOne().HasForeignKey<ApiPermission>(row => row.SubscriptionUsn);
        });
        builder.Entity<PurchaseOrder>(order =>
        {
            order.ToTable("purchase_order");
            order.Property(row => row.Id).ValueGeneratedNever();
            order.HasMany(row => row.Subscriptions).WithOne().HasForeignKey(row => row.PurchaseOrderId);
            order.HasOne<Account>().WithMany().HasForeignKey(row => row.AccountUsn);
        });
        builder.Entity<PurchaseOrderSubscription>(covered =>
        {
            covered.ToTable("purchase_order_subscription").HasKey(row => new { row.PurchaseOrderId, row.SubscriptionUsn });
            covered.HasOne<Subscription>().WithMany().HasForeignKey(row => row.SubscriptionUsn);
        });
        builder.Entity<InvoiceGrouping>(grouping =>
        {
            grouping.ToTable("invoice_grouping");
            grouping.Property(row => row.Id).ValueGeneratedNever();
            grouping.HasMany(row => row.Subscriptions).WithOne().HasForeignKey(row => row.InvoiceGroupingId);
            grouping.HasOne<Account>().WithMany().HasForeignKey(row => row.AccountUsn);
        });
        builder.Entity<GroupedSubscription>(member =>
        {
            member.ToTable("grouped_subscription").HasKey(row => new { row.InvoiceGroupingId, row.SubscriptionUsn });
            member.HasOne<Subscription>().WithMany().HasForeignKey(row => row.SubscriptionUsn);
        });

        builder.Entity<RecurringCharge>(charge =>
        {
            charge.ToTable("recurring_charge");
            charge.HasOne<Account>().WithMany().HasForeignKey(row => row.AccountUsn);
        });
        builder.Entity<BillingRun>().ToTable("billing_run");
        builder.Entity<Bill>(bill =>
        {
            bill.ToTable("bill");
            bill.HasOne<Account>().WithMany().HasForeignKey(row => row.AccountUsn);
            bill.HasOne<BillingRun>().WithMany().HasForeignKey(row => row.BillingRunId);
        });
        builder.Entity<RatingPeriod>(period =>
        {
            period.ToTable("rating_period");
            period.HasOne<Subscription>().WithMany().HasForeignKey(row => row.SubscriptionUsn);
            period.HasOne<Account>().WithMany().HasForeignKey(row => row.AccountUsn);
        });
        builder.Entity<SubscriptionContract>(contract =>
        {
            contract.ToTable("subscription_contract").Ignore(row => row.Days);
            contract.HasOne<Subscription>().WithMany().HasForeignKey(row => row.SubscriptionUsn);
            contract.HasOne<PlanScheduleItem>().WithMany().HasForeignKey(row => row.ContractedPlanScheduleItemId);
        });
        builder.Entity<FinancialTransaction>(transaction =>
        {
            transaction.ToTable("financial_transaction").HasKey(row => row.Number);
            transaction.Ignore(row => row.PrintedNumber);
            transaction.HasMany(row => row.Items).WithOne().HasForeignKey(row => row.TransactionNumber);
            transaction.HasOne<Account>().WithMany().HasForeignKey(row => row.AccountUsn);
        });
        builder.Entity<TransactionItem>(item =>
        {
            item.ToTable("transaction_item");
            item.HasOne<Account>().WithMany().HasForeignKey(row => row.AccountUsn);
            item.HasOne<CostCentre>().WithMany().HasForeignKey(row => row.CostCentreId);
        });
        builder.Entity<Allocation>(allocation =>
        {
            allocation.ToTable("allocation");
            allocation.HasOne<Account>().WithMany().HasForeignKey(row => row.AccountUsn);
            allocation.HasOne<FinancialTransaction>().WithMany().HasForeignKey(row => row.DebitNumber);
            allocation.HasOne<FinancialTransaction>().WithMany().HasForeignKey(row => row.CreditNumber);
        });
        builder.Entity<LedgerEntry>(entry =>
        {
            entry.ToTable("ledger_entry");
            entry.HasOne<Account>().WithMany().HasForeignKey(row => row.AccountUsn);
            entry.HasOne<FinancialTransaction>().WithMany().HasForeignKey(row => row.TransactionNumber);
        });
        builder.Entity<DebtorCloseDate>(closed =>
        {
            closed.ToTable("debtor_close_date").HasKey(row => row.CompanyId);
            closed.Property(row => row.CompanyId).ValueGeneratedNever();
        });
        builder.Entity<AccountDispute>(dispute =>
        {
            dispute.ToTable("account_dispute");
            dispute.HasOne<Account>().WithMany().HasForeignKey(row => row.AccountUsn);
        });
        builder.Entity<AssignedDiscount>(discount =>
        {
            discount.ToTable("assigned_discount");
            discount.HasOne<Account>().WithMany().HasForeignKey(row => row.AccountUsn);
        });

        builder.Entity<DocumentDownload>(download =>
        {
            download.ToTable("document_download");
            download.Property(row => row.Id).ValueGeneratedNever();
            download.HasOne<Subscription>().WithMany().HasForeignKey(row => row.CallerUsn);
            download.HasOne<FinancialTransaction>().WithMany().HasForeignKey(row => row.TransactionNumber);
            download.HasOne<Account>().WithMany().HasForeignKey(row => row.StatementUsn);
        });
        builder.Entity<PasswordLink>(link =>
        {
            link.ToTable("password_link");
            link.HasOne<Subscription>().WithMany().HasForeignKey(row => row.SubscriptionUsn);
        });

        ConfigurePayments(builder);
        ConfigureCreditControl(builder);

        foreach (var entity in builder.Model.GetEntityTypes())
        {
            foreach (var property in entity.GetProperties())
            {
                property.SetColumnName(SnakeCase(property.Name));
            }
        }
    }

    private static void ConfigurePayments(ModelBuilder builder)
    {
        builder.Entity<StoredPaymentDetails>(details =>
        {
            details.ToTable("stored_payment_details");
            details.Property(row => row.Id).ValueGeneratedNever();
            details.HasOne<Account>().WithMany().HasForeignKey(row => row.AccountUsn);
        });
        builder.Entity<Payment>(payment =>
        {
            payment.ToTable("payment").HasKey(row => row.Number);
            payment.Ignore(row => row.NetAmount).Ignore(row => row.OpenAttempt);
            payment.HasMany(row => row.Attempts).WithOne().HasForeignKey(row => row.PaymentNumber);
            payment.HasMany(row => row.WantedAllocations).WithOne().HasForeignKey(row => row.PaymentNumber);
            payment.HasOne<Account>().WithMany().HasForeignKey(row => row.AccountUsn);
            payment.HasOne<PaymentPlan>().WithMany().HasForeignKey(row => row.PaymentPlanNumber);
            payment.HasOne<Payment>().WithMany().HasForeignKey(row => row.Replaces);
            payment.HasOne<FinancialTransaction>().WithMany().HasForeignKey(row => row.InvoiceNumber);
            payment.HasOne<FinancialTransaction>().WithMany().HasForeignKey(row => row.SurchargeNumber);
            payment.HasOne<FinancialTransaction>().WithMany().HasForeignKey(row => row.DeclineFeeNumber);
        });
        builder.Entity<PaymentAttempt>().ToTable("payment_attempt");
        builder.Entity<PaymentRefund>(refund =>
        {
            refund.ToTable("payment_refund").HasKey(row => row.Number);
            refund.HasOne<Payment>().WithMany().HasForeignKey(row => row.PaymentNumber);
            refund.HasOne<Account>().WithMany().HasForeignKey(row => row.AccountUsn);
            refund.HasOne<FinancialTransaction>().WithMany().HasForeignKey(row => row.TransactionNumber);
        });
        builder.Entity<WantedAllocation>(wanted =>
        {
            wanted.ToTable("wanted_allocation").HasKey(row => new { row.PaymentNumber, row.Position });
            wanted.HasOne<FinancialTransaction>().WithMany().HasForeignKey(row => row.TransactionNumber);
        });
        builder.Entity<PaymentPlan>(plan =>
        {
            plan.ToTable("payment_plan").HasKey(row => row.Number);
            plan.HasMany(row => row.Invoices).WithOne().HasForeignKey(row => row.PaymentPlanNumber);
            plan.HasMany(row => row.Instalments).WithOne().HasForeignKey(row => row.PaymentPlanNumber);
            plan.HasOne<Account>().WithMany().HasForeignKey(row => row.AccountUsn);
        });
        builder.Entity<PaymentPlanInvoice>(invoice =>
        {
            invoice.ToTable("payment_plan_invoice").HasKey(row => new { row.PaymentPlanNumber, row.TransactionNumber });
            invoice.HasOne<FinancialTransaction>().WithMany().HasForeignKey(row => row.TransactionNumber);
        });
        builder.Entity<PaymentPlanInstalment>(instalment =>
        {
            instalment.ToTable("payment_plan_instalment").HasKey(row => new { row.PaymentPlanNumber, row.Position });
            instalment.HasOne<Payment>().WithMany().HasForeignKey(row => row.PaymentNumber);
        });
        builder.Entity<AutoPaymentChoice>(choice =>
        {
            choice.ToTable("auto_payment_choice").HasKey(row => row.AccountUsn);
            choice.HasOne<Account>().WithMany().HasForeignKey(row => row.AccountUsn);
        });
    }

    private static void ConfigureCreditControl(ModelBuilder builder)
    {
        builder.Entity<DispatchItem>(item =>
        {
            item.ToTable("dispatch_item");
            item.HasOne<Account>().WithMany().HasForeignKey(row => row.AccountUsn);
            item.HasOne<FinancialTransaction>().WithMany().HasForeignKey(row => row.TransactionNumber);
        });
        builder.Entity<CreditControlState>(state =>
        {
            state.ToTable("credit_control_state").HasKey(row => row.AccountUsn);
            state.HasOne<Account>().WithOne().HasForeignKey<CreditControlState>(row => row.AccountUsn);
        });
        builder.Entity<InvoiceTreatment>(treatment =>
        {
            treatment.ToTable("invoice_treatment").HasKey(row => new { row.TransactionNumber, row.LevelName });
            treatment.HasOne<FinancialTransaction>().WithMany().HasForeignKey(row => row.TransactionNumber);
            treatment.HasOne<Account>().WithMany().HasForeignKey(row => row.AccountUsn);
            treatment.HasOne<FinancialTransaction>().WithMany().HasForeignKey(row => row.LateFeeNumber);
        });
    }

    private static string SnakeCase(string name)
    {
        var text = new StringBuilder(name.Length + 8);
        for (var index = 0; index < name.Length; index++)
        {
            if (char.IsUpper(name[index]) && index > 0)
            {
                text.Append('_');
            }

            text.Append(char.ToLowerInvariant(name[index]));
        }

        return text.ToString();
    }

    private sealed class UsnConverter() : ValueConverter<Usn, string>(usn => usn.Value, value => new Usn(value));

    private sealed class ChargeOverridesConverter() : ValueConverter<ChargeOverrides, string>(overrides => overrides.ToJson(), json => ChargeOverrides.FromJson(json));

    private sealed class FieldValuesConverter() : ValueConverter<FieldValues, string>(fields => fields.ToJson(), json => FieldValues.FromJson(json));

    /// <summary>Fields are immutable: a change is another instance.</summary>
    private sealed class FieldValuesComparer() : ValueComparer<FieldValues>((left, right) => ReferenceEquals(left, right), fields => fields.GetHashCode(), fields => fields);
}
