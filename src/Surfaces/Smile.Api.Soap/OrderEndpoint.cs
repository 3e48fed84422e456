using Smile.Contracts;
using Smile.Ordering;

namespace Smile.Api.Soap;

internal sealed class OrderEndpoint(UseCases use) : IOrderEndpoint
{
    public Task<string?> Echo(string? value, CancellationToken cancellation) => Task.FromResult(value);

    public Task<OrderFormListType?> GetAvailableOrderForms(CancellationToken cancellation) =>
        Task.FromResult<OrderFormListType?>(use.Of<OrderForms>().ListAvailable());

    public Task<OrderFormType?> GetOrderForm(int packageId, CancellationToken cancellation) =>
        Task.FromResult<OrderFormType?>(use.Of<OrderForms>().Get(packageId));

    public async Task<OrderDetailsType?> OrderAccount(OrderType order, CancellationToken cancellation) =>
        await use.Of<SingleOrders>().OrderAccountAsync(order, cancellation);

    public async Task<OrderDetailsType?> OrderSubscription(string usn, OrderType order, CancellationToken cancellation) =>
        await use.Of<SingleOrders>().OrderSubscriptionAsync(usn, order, cancellation);

    public async Task<OrderDetailsType?> GetOrder(string orderNumber, CancellationToken cancellation) =>
        await use.Of<SingleOrders>().GetAsync(orderNumber, cancellation);

    public Task ApproveOrder(string orderNumber, CancellationToken cancellation) =>
        use.Of<OrderChanges>().ApproveAsync(orderNumber, cancellation);

    public Task UpdateOrder(string orderNumber, OrderType order, CancellationToken cancellation) =>
        use.Of<OrderChanges>().UpdateAsync(orderNumber, order, cancellation);

    public Task CancelOrder(string orderNumber, CancellationToken cancellation) =>
        use.Of<OrderChanges>().CancelAsync(orderNumber, cancellation);

    public async Task<OrderGroupType?> CreateOrderGroup(OrderType order, CancellationToken cancellation) =>
        await use.Of<OrderGroups>().CreateAsync(order, cancellation);

    public async Task<OrderGroupType?> AddOrderToGroup(string orderGroupId, OrderType order, CancellationToken cancellation) =>
        await use.Of<OrderGroups>().AddAsync(orderGroupId, order, cancellation);

    public async Task<ItemisedTransactionDetailType?> GetOrderGroupQuote(string orderGroupId, CancellationToken cancellation) =>
        await use.Of<OrderGroups>().QuoteAsync(orderGroupId, cancellation);

    public async Task<OrderGroupType?> GetOrderGroup(string orderGroupId, CancellationToken cancellation) =>
        await use.Of<OrderGroups>().GetAsync(orderGroupId, cancellation);

    public async Task<OrderPlacementResponseType?> PlaceOrderGroup(
        string orderGroupId,
        PaymentRequestType? paymentRequest,
        CancellationToken cancellation
    ) => await use.Of<OrderGroups>().PlaceAsync(orderGroupId, paymentRequest, cancellation);

    public Task CancelOrderGroup(string orderGroupNumber, CancellationToken cancellation) =>
        use.Of<OrderGroups>().CancelAsync(orderGroupNumber, cancellation);

    public async Task<UsnListType?> ReserveUsns(int sid, int count, CancellationToken cancellation) =>
        await use.Of<ReserveUsns>().ExecuteAsync(sid, count, cancellation);
}
