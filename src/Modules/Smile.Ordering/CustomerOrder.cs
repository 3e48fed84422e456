using Smile.Kernel;
using Smile.Session;

namespace Smile.Ordering;

/// <summary>Where an order stands.</summary>
public enum OrderStatus
{
    /// <summary>In an order group that has not been placed.</summary>
    Draft,

    /// <summary>Entered, and waiting for someone to approve it.</summary>
    RequiresApproval,

    /// <summary>Approved; its subscriptions are being provisioned, enabled and activated.</summary>
    Approved,

    /// <summary>No further work will be done on it.</summary>
    Complete,

    Cancelled,
}

/// <summary>An order of a package.</summary>
public sealed class CustomerOrder : IChangedRow
{
    public required string Number { get; init; }

    public required Usn AccountUsn { get; init; }

    /// <summary>True where the order creates the account.</summary>
    public required bool OrdersAccount { get; init; }

    public required int PackageId { get; init; }

    public int? PackagePlanId { get; set; }

    public required bool RequiresApproval { get; set; }

    public required OrderStatus Status { get; set; }

    /// <summary>The completed order form, passwords taken out.</summary>
    public required FieldValues Form { get; set; }

    /// <summary>The password that the form set, encrypted, until the subscription has it.</summary>
    public byte[]? Password { get; set; }

    public string? GroupNumber { get; set; }

    /// <summary>Number of the invoice that its approval raised; null for none.</summary>
    public string? InitialInvoice { get; set; }

    /// <summary>The invoice as it is named to people: number, day and amount.</summary>
    public string? InitialInvoiceText { get; set; }

    public required DateTimeOffset Entered { get; init; }

    public required Usn EnteredBy { get; init; }

    public Usn ChangedBy { get; set; }

    public List<OrderedComponent> Components { get; init; } = [];
}

/// <summary>A subscription that an order creates. Its USN is given when the order is entered.</summary>
public sealed class OrderedComponent
{
    public required string OrderNumber { get; init; }

    public required Usn Usn { get; init; }

    public required int ServiceId { get; init; }

    /// <summary>Place in the package, from 0.</summary>
    public required int Position { get; init; }
}

/// <summary>Orders that are placed all or none (guide, line 1889).</summary>
internal sealed class OrderGroup : IChangedRow
{
    public required string Number { get; init; }

    public required Usn AccountUsn { get; init; }

    public required OrderGroupStatus Status { get; set; }

    public Usn ChangedBy { get; set; }
}

internal enum OrderGroupStatus
{
    Open,
    Placed,
    Cancelled,
}
