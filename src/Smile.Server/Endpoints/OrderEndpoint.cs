using Smile.Contracts;
using Smile.Ordering;

namespace Smile.Server.Endpoints;

internal sealed class OrderEndpoint(OrderForms forms, SingleOrders orders, OrderChanges changes, OrderGroups groups, ReserveUsns reserve)
    : IOrderEndpoint
{
    public Task<string?> Echo(string? value, CancellationToken cancellation) => Task.FromResult(value);

    public Task<OrderFormListType?> GetAvailableOrderForms(CancellationToken cancellation) =>
        Task.FromResult<OrderFormListType?>(forms.ListAvailable());

    public Task<OrderFormType?> GetOrderForm(int packageId, CancellationToken cancellation) =>
        Task.FromResult<OrderFormType?>(forms.Get(packageId));

    public async Task<OrderDetailsType?> OrderAccount(OrderType order, CancellationToken cancellation) =>
        await orders.OrderAccountAsync(order, cancellation);

    public async Task<OrderDetailsType?> OrderSubscription(string usn, OrderType order, CancellationToken cancellation) =>
        await orders.OrderSubscriptionAsync(usn, order, cancellation);

    public async Task<OrderDetailsType?> GetOrder(string orderNumber, CancellationToken cancellation) =>
        await orders.GetAsync(orderNumber, cancellation);

    public Task ApproveOrder(string orderNumber, CancellationToken cancellation) => changes.ApproveAsync(orderNumber, cancellation);

    public Task UpdateOrder(string orderNumber, OrderType order, CancellationToken cancellation) =>
        changes.UpdateAsync(orderNumber, order, cancellation);

    public Task CancelOrder(string orderNumber, CancellationToken cancellation) => changes.CancelAsync(orderNumber, cancellation);

    public async Task<OrderGroupType?> CreateOrderGroup(OrderType order, CancellationToken cancellation) =>
        await groups.CreateAsync(order, cancellation);

    public async Task<OrderGroupType?> AddOrderToGroup(string orderGroupId, OrderType order, CancellationToken cancellation) =>
        await groups.AddAsync(orderGroupId, order, cancellation);

    public async Task<ItemisedTransactionDetailType?> GetOrderGroupQuote(string orderGroupId, CancellationToken cancellation) =>
        await groups.QuoteAsync(orderGroupId, cancellation);

    public async Task<OrderGroupType?> GetOrderGroup(string orderGroupId, CancellationToken cancellation) =>
        await groups.GetAsync(orderGroupId, cancellation);

    public async Task<OrderPlacementResponseType?> PlaceOrderGroup(
        string orderGroupId,
        PaymentRequestType? paymentRequest,
        CancellationToken cancellation
    ) => await groups.PlaceAsync(orderGroupId, paymentRequest, cancellation);

    public Task CancelOrderGroup(string orderGroupNumber, CancellationToken cancellation) =>
        groups.CancelAsync(orderGroupNumber, cancellation);

    public async Task<UsnListType?> ReserveUsns(int sid, int count, CancellationToken cancellation) =>
        await reserve.ExecuteAsync(sid, count, cancellation);
}
