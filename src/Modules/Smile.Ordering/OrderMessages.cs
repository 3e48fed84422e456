using Smile.Contracts;
using Smile.Session;

namespace Smile.Ordering;

/// <summary>The messages about orders, with the header properties of the guide's "Message bus topics".</summary>
internal static class OrderMessages
{
    /// <summary>OrderEntered, OrderRequiresApproval, OrderApproved, OrderComplete, OrderCancelled.</summary>
    public static OutgoingMessage Order(string messageType, CustomerOrder order) =>
        new(
            "SmileOrder",
            messageType,
            order.AccountUsn,
            [new("number", order.Number), new("accountUsn", order.AccountUsn.Value)],
            SmileDocuments.Order.Write(OrderDocuments.Order(order))
        );
}
