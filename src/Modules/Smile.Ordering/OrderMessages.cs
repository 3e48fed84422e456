using Smile.Contracts;
using Smile.Contracts.Messages;
using Smile.Session;

namespace Smile.Ordering;

/// <summary>The messages about orders, with the header properties of the guide's "Message bus topics".</summary>
internal static class OrderMessages
{
    /// <param name="message">Makes it of the order's number and account, such as <see cref="BusMessages.OrderEntered"/>.</param>
    public static OutgoingMessage Of(Func<string, string, BusMessage> message, CustomerOrder order) =>
        new(message(order.Number, order.AccountUsn.Value), order.AccountUsn, SmileDocuments.Order.Write(OrderDocuments.Order(order)));
}
