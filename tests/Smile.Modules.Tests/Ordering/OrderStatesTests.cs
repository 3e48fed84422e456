using Smile.Ordering;

namespace Smile.Modules.Tests.Ordering;

/// <summary>What may be done with an order where it stands.</summary>
public sealed class OrderStatesTests
{
    [Theory]
    [InlineData(OrderStatus.Draft, "", "update cancel")]
    [InlineData(OrderStatus.RequiresApproval, "approve", "update cancel")]
    [InlineData(OrderStatus.Approved, "", "")]
    [InlineData(OrderStatus.Complete, "", "")]
    [InlineData(OrderStatus.Cancelled, "", "")]
    public void An_order_is_open_until_it_is_approved_or_cancelled(OrderStatus status, string approval, string changes) =>
        Assert.Equal(
            $"{approval} {changes}".Trim(),
            string.Join(
                ' ',
                new[]
                {
                    OrderStates.WhyNotApprove(status) is null ? "approve" : null,
                    OrderStates.WhyNotUpdate(status) is null ? "update" : null,
                    OrderStates.WhyNotCancel(status) is null ? "cancel" : null,
                }.OfType<string>()
            )
        );

    [Theory]
    [InlineData(OrderStatus.Draft, "The order is in an order group that has not been placed. Use placeOrderGroup().")]
    [InlineData(OrderStatus.Cancelled, "The order is cancelled.")]
    [InlineData(OrderStatus.Approved, "The order is already approved.")]
    [InlineData(OrderStatus.Complete, "The order is already approved.")]
    public void Who_approves_what_does_not_wait_is_told_what_it_is(OrderStatus status, string reason) =>
        Assert.Equal(reason, OrderStates.WhyNotApprove(status));

    [Theory]
    [InlineData(true, OrderStatus.RequiresApproval)]
    [InlineData(false, OrderStatus.Approved)]
    public void What_needs_no_approval_is_approved_as_it_is_placed(bool requiresApproval, OrderStatus expected) =>
        Assert.Equal(expected, OrderStates.Placed(requiresApproval));
}
