namespace Smile.Ordering;

/// <summary>What may be done with an order where it stands. Pure: the reason why not, or null where it may be done.</summary>
internal static class OrderStates
{
    /// <summary>An order is approved once, when it has been entered and waits (guide, line 1716).</summary>
    public static string? WhyNotApprove(OrderStatus status) =>
        status switch
        {
            OrderStatus.RequiresApproval => null,
            OrderStatus.Draft => "The order is in an order group that has not been placed. Use placeOrderGroup().",
            OrderStatus.Cancelled => "The order is cancelled.",
            _ => "The order is already approved.",
        };

    /// <summary>As long as nothing is done on it (guide, line 1867).</summary>
    public static string? WhyNotUpdate(OrderStatus status) =>
        IsOpen(status) ? null : "An order that is approved, complete or cancelled cannot be updated.";

    /// <summary>As long as nothing is done on it (guide, line 2458).</summary>
    public static string? WhyNotCancel(OrderStatus status) => IsOpen(status) ? null : "The order has already been placed or cancelled.";

    /// <summary>What an order becomes when it is entered, or its group is placed.</summary>
    public static OrderStatus Placed(bool requiresApproval) => requiresApproval ? OrderStatus.RequiresApproval : OrderStatus.Approved;

    private static bool IsOpen(OrderStatus status) => status is OrderStatus.RequiresApproval or OrderStatus.Draft;
}
