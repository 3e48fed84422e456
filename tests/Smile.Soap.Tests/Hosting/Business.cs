using System.Globalization;
using System.Xml;
using Smile.Contracts;
using Smile.Soap.Xml;

namespace Smile.Soap.Tests.Hosting;

/// <summary>What the fakes were asked, and the one call that waits until its caller has gone.</summary>
internal sealed class Business
{
    public OrderType? LastOrder { get; set; }

    /// <summary>What a streamed list gives out.</summary>
    public IAsyncEnumerable<TransactionDetailType>? Rows { get; set; }

    public TaskCompletionSource Waiting { get; set; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public TaskCompletionSource Cancelled { get; set; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Spells values out so that a test sees from the answer what was understood.</summary>
    public static string Spell(params object?[] values) =>
        string.Join(
            '|',
            values.Select(value =>
                value switch
                {
                    null => "none",
                    XmlTimestamp timestamp => timestamp.Clock.ToString("yyyy-MM-ddTHH:mm:ss.fffffff", CultureInfo.InvariantCulture)
                        + new XmlDate(DateOnly.MinValue, timestamp.Offset).ToString()[10..],
                    _ => Convert.ToString(value, CultureInfo.InvariantCulture),
                }
            )
        );
}

/// <summary>A refusal of the fake business: the fault's name and its message.</summary>
internal sealed class RefusedException(string fault, string message) : Exception(message)
{
    public string Fault { get; } = fault;
}

internal sealed class FakeOrders(Business business) : IOrderEndpoint
{
    public async Task<string?> Echo(string? value, CancellationToken cancellation)
    {
        switch (value)
        {
            case "fail":
                throw new InvalidOperationException("select password from card_number");
            case "fail on XML":
                throw new XmlException("a stored document is broken");
            case "fail on a stored document":
                throw new ContractReadException("a stored document does not fit");
            case "fail on a time-out":
                throw new OperationCanceledException("a gateway did not answer");
            case "wait":
                business.Waiting.SetResult();
                try
                {
                    await Task.Delay(Timeout.Infinite, cancellation);
                }
                catch (OperationCanceledException)
                {
                    business.Cancelled.SetResult();
                    throw;
                }

                return null;
            default:
                return value;
        }
    }

    public Task ApproveOrder(string orderNumber, CancellationToken cancellation) =>
        orderNumber == "refused"
            ? throw new RefusedException("OrderException", "OrderException [number=<refused> & gone]. It was approved before.")
            : Task.CompletedTask;

    public Task<OrderFormType?> GetOrderForm(int packageId, CancellationToken cancellation) =>
        Task.FromResult(
            packageId == 0
                ? null
                : new OrderFormType
                {
                    Package = packageId,
                    Name = $"Package {packageId}",
                    OrderFormTypeValue = OrderFormTypeType.Account,
                }
        );

    public Task<UsnListType?> ReserveUsns(int sid, int count, CancellationToken cancellation) =>
        Task.FromResult<UsnListType?>(new UsnListType { Usn = [Business.Spell(sid, count)] });

    public Task<OrderDetailsType?> OrderAccount(OrderType order, CancellationToken cancellation)
    {
        business.LastOrder = order;
        return Task.FromResult<OrderDetailsType?>(new OrderDetailsType { OrderNumber = "2143826226", Order = order });
    }
}

internal sealed class FakeAccounts(Business business) : IAccountEndpoint
{
    /// <summary>Streams where the test has rows for it, and refuses otherwise.</summary>
    public Task<TransactionListType?> GetTransactionList(
        string usn,
        XmlTimestamp startTimestamp,
        XmlTimestamp endTimestamp,
        CancellationToken cancellation
    ) =>
        business.Rows is { } rows
            ? Task.FromResult<TransactionListType?>(new TransactionListType { StreamedTransaction = rows })
            : throw new RefusedException("NoSuchItemException", Business.Spell(usn, startTimestamp, endTimestamp));

    public Task<TransactionDetailType?> RaiseAdjustment(
        string usn,
        int adjustmentType,
        XmlTimestamp effective,
        decimal? amount,
        decimal? gst,
        string? comment,
        AllocationRequestType? allocationRequest,
        CancellationToken cancellation
    ) => throw new RefusedException("NoSuchItemException", Business.Spell(usn, adjustmentType, effective, amount, gst, comment));
}

internal sealed class FakeSubscriptions : ISubscriptionEndpoint
{
    public Task<string?> Echo(string? value, CancellationToken cancellation) => Task.FromResult(value);

    public Task<string?> ApplyFeature(string usn, int featureId, XmlDate? startDate, XmlDate? endDate, CancellationToken cancellation) =>
        Task.FromResult<string?>(Business.Spell(usn, featureId, startDate, endDate));

    public Task<ActivityBatchURLType?> GetActivityStatementBatch(string usn, long batchId, CancellationToken cancellation) =>
        Task.FromResult<ActivityBatchURLType?>(new ActivityBatchURLType { Activity = true, BatchID = batchId });

    public Task<IReadOnlyList<string>> FindUsername(int sid, string username, CancellationToken cancellation) =>
        Task.FromResult<IReadOnlyList<string>>(username.Length == 0 ? [] : [username + "1", username + "2"]);
}
