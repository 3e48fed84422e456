using System.Xml;
using Npgsql;
using Smile.Contracts;
using Smile.Hosting.Stages;
using Smile.Kernel;
using Smile.OpenWire;
using Smile.Ordering.Provisioning;
using Smile.Session;
using Smile.Soap.Xml;
using Smile.Storage;

namespace Smile.Server.Background;

/// <summary>Takes SubscriptionProvisionResponse messages from the bus: they move provisioning on (guide, line 23155).</summary>
internal sealed partial class ProvisionResponseListener(
    Stage stage,
    string connectionString,
    StageBroker broker,
    IServiceScopeFactory scopes,
    ILogger<ProvisionResponseListener> logger
)
{
    private const string Topic = "SmileSubscription";
    private const string Selector = "smileMessageType = 'SubscriptionProvisionResponse'";
    private const int MaxBodyLength = 1024 * 1024;

    /// <summary>As often is a response tried that fails for a reason of its own, before it is a person's to look at.</summary>
    private const int MostAttempts = 5;

    private const char ByteOrderMark = '\uFEFF';

    private static readonly TimeSpan Retry = TimeSpan.FromMilliseconds(500);

    /// <summary>The bus is a trusted source: who may send on it is the broker's to say.</summary>
    private static readonly Caller Bus = Caller.Server(new Usn("bus"));

    public async Task RunAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                await ListenAsync(stopping);
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
        await using var turn = await StageLock.AcquireAsync(connectionString, StageLock.ProvisionResponses, stopping);
        var connection = await broker.Listener.GetConnectionAsync(stopping);
        await using var consumer = await connection.SubscribeAsync(
            Topic,
            $"smile-{stage.Name}-provision-responses",
            Selector,
            prefetch: 100,
            stopping
        );
        broker.ListenerTrouble = null;
        while (true)
        {
            var received = await consumer.ReceiveAsync(stopping);
            if (await TryAsync(received.Message, stopping))
            {
                await consumer.AcknowledgeAsync(received, stopping);
            }
            else
            {
                await consumer.RejectAsync(received, stopping);
            }
        }
    }

    /// <summary>
    /// Trouble with the database is not the response's fault and is thrown; a failure of its own must not hold up the others for ever.
    /// </summary>
    /// <returns>False for one that the dead letter queue is to keep.</returns>
    private async Task<bool> TryAsync(TextMessage message, CancellationToken stopping)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await TakeAsync(message, stopping);
            }
            catch (Exception exception)
                when (exception is not (OperationCanceledException or NpgsqlException or IOException)
                    && exception.InnerException is not NpgsqlException
                )
            {
                LogFailed(exception, stage.Name, attempt, MostAttempts);
                if (attempt == MostAttempts)
                {
                    return false;
                }

                await Task.Delay(Retry, stopping);
            }
        }
    }

    /// <summary>
    /// A response that is refused, since it comes late or twice, is logged and done with; one that cannot be read goes to the dead letter
    /// queue.
    /// </summary>
    private async Task<bool> TakeAsync(TextMessage message, CancellationToken stopping)
    {
        try
        {
            if (message.Text.Length > MaxBodyLength)
            {
                throw new ContractReadException("The message's body is too long.");
            }

            using var reader = XmlReader.Create(
                new StringReader(message.Text.TrimStart(ByteOrderMark)),
                new XmlReaderSettings
                {
                    DtdProcessing = DtdProcessing.Prohibit,
                    XmlResolver = null,
                    Async = false,
                }
            );
            var response = SmileDocuments.SubscriptionProvisionResponse.Read(reader);
            await scopes.RunAsync<ProvisionUpdates, ProvisioningResponseType>(
                stage,
                Bus,
                updates =>
                    updates.UpdateAsync(
                        response.ProvisionRequestId,
                        response.Status.ToResult(),
                        ProvisioningLog.Cut(response.Message),
                        stopping
                    )
            );
            return true;
        }
        catch (SmileException exception)
        {
            LogRefused(stage.Name, exception.Message);
            return true;
        }
        catch (Exception exception) when (exception is ContractReadException or XmlException)
        {
            LogUnreadable(stage.Name, exception.Message);
            return false;
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "A SubscriptionProvisionResponse on stage {Stage} was refused: {Reason}")]
    private partial void LogRefused(string stage, string reason);

    [LoggerMessage(
        Level = LogLevel.Error,
        Message = "A SubscriptionProvisionResponse on stage {Stage} cannot be read and goes to the dead letter queue: {Reason}"
    )]
    private partial void LogUnreadable(string stage, string reason);

    [LoggerMessage(
        Level = LogLevel.Error,
        Message = "A SubscriptionProvisionResponse on stage {Stage} failed, attempt {Attempt} of {Attempts}; after the last it goes "
            + "to the dead letter queue"
    )]
    private partial void LogFailed(Exception exception, string stage, int attempt, int attempts);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "Listening for provision responses of stage {Stage} is interrupted and will be resumed: {Reason}"
    )]
    private partial void LogInterrupted(string stage, string reason);
}
