using System.Xml;
using Smile.Contracts;
using Smile.Data;
using Smile.Domain.Access;
using Smile.Domain.Foundation;
using Smile.Domain.Provisioning;
using Smile.OpenWire;
using Smile.Server.Stages;
using Smile.Soap.Xml;

namespace Smile.Server.Background;

/// <summary>Takes SubscriptionProvisionResponse messages from the bus: they move provisioning on (guide, line 23155).</summary>
internal sealed partial class ProvisionResponseListener(Stage stage, string connectionString, StageBroker broker, IServiceScopeFactory scopes, ILogger<ProvisionResponseListener> logger)
{
    private const string Topic = "SmileSubscription";
    private const string Selector = "smileMessageType = 'SubscriptionProvisionResponse'";
    private const int MaxBodyLength = 64 * 1024;
    private static readonly TimeSpan Retry = TimeSpan.FromMilliseconds(500);

    /// <summary>The bus is a trusted source: who may send on it is the broker's to say.</summary>
    private static readonly Caller Bus = Caller.Server(new Usn("bus"));

    public async Task RunAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                await ListenAsync(stopping).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception)
            {
                broker.ListenerTrouble = exception.Message;
                LogInterrupted(stage.Name, exception.Message);
                await Task.Delay(Retry, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task ListenAsync(CancellationToken stopping)
    {
        // One server of several listens; the others take over when it goes.
        await using var turn = await StageLock.AcquireAsync(connectionString, StageLock.ProvisionResponses, stopping).ConfigureAwait(false);
        var connection = await broker.Listener.GetConnectionAsync(stopping).ConfigureAwait(false);
        await using var consumer = await connection.SubscribeAsync(Topic, $"smile-{stage.Name}-provision-responses", Selector, prefetch: 100, stopping).ConfigureAwait(false);
        broker.ListenerTrouble = null;
        while (true)
        {
            var received = await consumer.ReceiveAsync(stopping).ConfigureAwait(false);
            await TakeAsync(received.Message, stopping).ConfigureAwait(false);
            await consumer.AcknowledgeAsync(received, stopping).ConfigureAwait(false);
        }
    }

    /// <summary>A response that cannot be taken is logged and done with: sent again it would fail again. Trouble with the database is not its fault and is thrown.</summary>
    private async Task TakeAsync(TextMessage message, CancellationToken stopping)
    {
        try
        {
            if (message.Text.Length > MaxBodyLength)
            {
                throw new ContractReadException("The message's body is too long.");
            }

            using var reader = XmlReader.Create(new StringReader(message.Text), new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null, Async = false });
            var response = SmileDocuments.SubscriptionProvisionResponse.Read(reader);
            await scopes.RunAsync<ProvisionUpdates, ProvisioningResponseType>(stage, Bus, updates => updates.UpdateAsync(response.ProvisionRequestId, response.Status, response.Message, stopping)).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is SmileException or ContractReadException or XmlException)
        {
            LogRefused(stage.Name, exception.Message);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "A SubscriptionProvisionResponse on stage {Stage} was refused: {Reason}")]
    private partial void LogRefused(string stage, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Listening for provision responses of stage {Stage} is interrupted and will be resumed: {Reason}")]
    private partial void LogInterrupted(string stage, string reason);
}
