using System.Text.Json;
using Smile.Testing;

namespace Smile.Conformance.Running;

/// <summary>A message as the Java JMS client shows it. Properties have their Java type before the value: <c>Integer 17</c>.</summary>
internal sealed record HeardMessage(
    string Topic,
    string Kind,
    string Text,
    string Group,
    bool Persistent,
    IReadOnlyDictionary<string, string> Properties
)
{
    public string Type => Value("smileMessageType");

    public string Id => Value("smileMessageId");

    public long Sequence => long.Parse(Value("smileSequence"), System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>As the outbox has it.</summary>
    public AnnouncedMessage Announced => new(Group, Sequence, Id, Topic, Type);

    private string Value(string property) => Properties[property].Split(' ', 2)[1];
}

/// <summary>Durable subscriptions of the Java JMS client. It finds a broker again that was gone.</summary>
internal sealed class JmsListener : IAsyncDisposable
{
    /// <summary>A selector that lets everything pass.</summary>
    public const string Everything = "";

    private static readonly string[] JavaOptions = ["-XX:TieredStopAtLevel=1", "-Xmx128m", "-cp", PrivateBroker.ClientClassPath];

    private readonly ClientProgram _program;
    private readonly List<HeardMessage> _heard = [];
    private readonly HashSet<string> _ids = [];

    private JmsListener(ClientProgram program) => _program = program;

    /// <summary>What has arrived so far.</summary>
    public IReadOnlyList<HeardMessage> Heard
    {
        get
        {
            CatchUp();
            return [.. _heard];
        }
    }

    /// <summary>Both topics on which orders are announced, all messages.</summary>
    public static Task<JmsListener> StartAsync(PrivateBroker broker, string clientId) =>
        StartAsync(broker, clientId, ("SmileOrder", Everything), ("SmileSubscription", Everything));

    public static async Task<JmsListener> StartAsync(
        PrivateBroker broker,
        string clientId,
        params (string Topic, string Selector)[] subscriptions
    ) =>
        new(
            await ClientProgram.StartAsync(
                "java",
                [
                    .. JavaOptions,
                    ClientProgram.File("bus/Listener.java"),
                    $"failover:({broker.Address})?maxReconnectDelay=200",
                    PrivateBroker.UserName,
                    PrivateBroker.Password,
                    clientId,
                    .. subscriptions.SelectMany(subscription => new[] { subscription.Topic, subscription.Selector }),
                ]
            )
        );

    /// <summary>The provider of ADSL lines.</summary>
    public static Task<ClientProgram> StartProviderAsync(PrivateBroker broker) =>
        ClientProgram.StartAsync(
            "java",
            [
                .. JavaOptions,
                ClientProgram.File("bus/Provider.java"),
                broker.Address.ToString(),
                PrivateBroker.UserName,
                PrivateBroker.Password,
            ]
        );

    /// <summary>Waits until every one of the messages has arrived.</summary>
    public async Task UntilHeardAsync(IReadOnlyCollection<AnnouncedMessage> messages)
    {
        try
        {
            await _program.UntilAsync(
                "all messages have arrived",
                () =>
                {
                    CatchUp();
                    return _ids.Count >= messages.Count && messages.All(message => _ids.Contains(message.Id));
                }
            );
        }
        catch (TimeoutException exception)
        {
            var missing = messages.Where(message => !_ids.Contains(message.Id)).ToList();
            throw new TimeoutException(
                $"{missing.Count} of {messages.Count} messages have not arrived, the first of them: {string.Join(", ", missing.Take(3))}",
                exception
            );
        }
    }

    /// <summary>Waits until so many messages have arrived, repeated ones included.</summary>
    public Task UntilHeardAsync(int count) =>
        _program.UntilAsync(
            $"{count} messages have arrived",
            () =>
            {
                CatchUp();
                return _heard.Count >= count;
            }
        );

    /// <summary>An orderly farewell: the subscriptions stay.</summary>
    public Task LeaveAsync() => _program.EndAsync();

    public ValueTask DisposeAsync() => _program.DisposeAsync();

    private void CatchUp()
    {
        // The first line says that it is ready.
        foreach (var message in _program.LinesFrom(_heard.Count + 1).Select(Read))
        {
            _heard.Add(message);
            _ids.Add(message.Id);
        }
    }

    private static HeardMessage Read(JsonElement line) =>
        new(
            line.GetProperty("topic").GetString()!,
            line.GetProperty("kind").GetString()!,
            line.GetProperty("text").GetString()!,
            line.GetProperty("group").GetString()!,
            line.GetProperty("persistent").GetBoolean(),
            line.GetProperty("properties")
                .EnumerateObject()
                .ToDictionary(property => property.Name, property => property.Value.GetString()!)
        );
}
