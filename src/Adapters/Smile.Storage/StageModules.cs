using System.Reflection;
using Smile.Billing;
using Smile.Correspondence.Dispatch;
using Smile.CreditControl;
using Smile.Crm;
using Smile.CustomCollections;
using Smile.Customers.Accounts;
using Smile.NumberPools;
using Smile.Ordering;
using Smile.Payments;
using Smile.Prepaid;
using Smile.Rating;
using Smile.Receivables;
using Smile.Usage;

namespace Smile.Storage;

/// <summary>The modules that a stage consists of: each brings its tables and its use cases.</summary>
public static class StageModules
{
    /// <summary>In their order: each refers to those before it alone.</summary>
    public static IReadOnlyList<Assembly> Assemblies { get; } =
    [
        typeof(CustomCollectionEntry).Assembly,
        typeof(Account).Assembly,
        typeof(PoolReservation).Assembly,
        typeof(Ledger).Assembly,
        typeof(Payment).Assembly,
        typeof(BillAccounts).Assembly,
        typeof(CustomerOrder).Assembly,
        typeof(DispatchQueue).Assembly,
        typeof(TreatAccount).Assembly,
        typeof(Ticket).Assembly,
        typeof(UsageFiles).Assembly,
        typeof(TariffTypes).Assembly,
        typeof(PurchasedBlock).Assembly,
    ];
}
