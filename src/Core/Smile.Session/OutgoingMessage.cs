using Smile.Kernel;

namespace Smile.Session;

/// <summary>A header property with the JMS type that the guide names: string, int, long, boolean or double.</summary>
public readonly record struct MessageHeader(string Name, object Value);

/// <summary>A message to announce once the work that caused it is committed.</summary>
/// <param name="Topic">As in the guide, such as SmileSubscription.</param>
/// <param name="MessageType">The <c>smileMessageType</c> property.</param>
/// <param name="AccountUsn">The account whose tree it is about: messages of one tree stay in order.</param>
/// <param name="Headers">The guide's header properties, without the message type.</param>
/// <param name="Body">XML document, or empty for a message without a body.</param>
public sealed record OutgoingMessage(string Topic, string MessageType, Usn AccountUsn, IReadOnlyList<MessageHeader> Headers, string Body);
