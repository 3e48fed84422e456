using Microsoft.Extensions.Logging.Abstractions;
using Smile.Testing;

namespace Smile.OpenWire.Tests.Compliance;

/// <summary>One broker for all tests that leave it running; each test uses topics of its own.</summary>
public sealed class BrokerFixture : IAsyncLifetime
{
    public PrivateBroker Broker { get; private set; } = null!;

    public async Task InitializeAsync() => Broker = await PrivateBroker.StartNewAsync(withTls: true);

    public async Task DisposeAsync()
    {
        if (Broker is not null)
        {
            await Broker.DisposeAsync();
        }
    }
}

/// <summary>Its name stands in the attribute of each class that uses the broker.</summary>
[CollectionDefinition(nameof(BrokerFixture))]
public sealed class SharedBroker : ICollectionFixture<BrokerFixture>;

/// <summary>What the tests against a real broker share.</summary>
internal static class Bus
{
    public static readonly Dictionary<string, object> NoProperties = [];

    /// <summary>Far more than anything takes: a test that waits this long has failed.</summary>
    public static CancellationToken Patience => new CancellationTokenSource(Until.Patience).Token;

    public static OpenWireOptions Options(PrivateBroker broker, string? clientId = null) =>
        new()
        {
            Addresses = [broker.Address],
            UserName = PrivateBroker.UserName,
            Password = PrivateBroker.Password,
            ClientId = clientId,
        };

    public static Task<OpenWireConnection> ConnectAsync(PrivateBroker broker, string? clientId = null) =>
        ConnectAsync(Options(broker, clientId));

    public static Task<OpenWireConnection> ConnectAsync(OpenWireOptions options) =>
        OpenWireConnection.ConnectAsync(options, TimeProvider.System, NullLogger.Instance, Patience);

    public static async Task SendAsync(OpenWireConnection connection, string topic, params TextMessage[] messages)
    {
        await using var producer = await connection.CreateProducerAsync(Patience);
        await producer.SendTransactionAsync([.. messages.Select(message => (topic, message))], Patience);
    }

    public static TextMessage Text(string text, params (string Name, object Value)[] properties) =>
        new(text, properties.ToDictionary(property => property.Name, property => property.Value));
}
