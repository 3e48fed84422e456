using Smile.Contracts.Messages;
using Smile.Kernel;

namespace Smile.Session;

/// <summary>A message to announce once the work that caused it is committed.</summary>
/// <param name="Message">Its topic, type and headers, as the guide's index has them.</param>
/// <param name="AccountUsn">The account whose tree it is about: messages of one tree stay in order.</param>
/// <param name="Body">XML document, or empty for a message without a body.</param>
public sealed record OutgoingMessage(BusMessage Message, Usn AccountUsn, string Body);
