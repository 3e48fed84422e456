using Smile.Kernel;
using Smile.Session;

namespace Smile.Customers.PurchaseOrders;

/// <summary>A customer's order for what it will be charged, under a number of its own (guide, line 5955).</summary>
public sealed class PurchaseOrder : IChangedRow
{
    public required Guid Id { get; init; }

    public required Usn AccountUsn { get; init; }

    /// <summary>The customer's number; unique within the account, deprecated orders included.</summary>
    public required string Number { get; set; }

    /// <summary>Last day on which it may be used, in the account's time zone; null for no end.</summary>
    public DateOnly? Expires { get; set; }

    public required FieldValues Properties { get; set; }

    /// <summary>Its charges go on an invoice of their own.</summary>
    public bool ExclusiveInvoice { get; set; }

    /// <summary>Out of use.</summary>
    public bool Deprecated { get; set; }

    public required DateTimeOffset Created { get; init; }

    public Usn ChangedBy { get; set; }

    public List<PurchaseOrderSubscription> Subscriptions { get; init; } = [];
}

/// <summary>A subscription that a purchase order covers.</summary>
public sealed class PurchaseOrderSubscription : IChangedRow
{
    public required Guid PurchaseOrderId { get; init; }

    public required Usn SubscriptionUsn { get; init; }

    public Usn ChangedBy { get; set; }
}
