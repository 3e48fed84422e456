using Smile.Contracts.Messages;
using Smile.Kernel;

namespace Smile.Session;

/// <summary>A message to announce once the work that caused it is committed.</summary>
/// <param name="Message">Its topic, type and headers, as the guide's index has them.</param>
/// <param name="Aggregate">What it is counted and ordered by: the USN of the account whose tree it is about, or the key of another
/// row.</param>
/// <param name="Body">XML document, or empty for a message without a body.</param>
public sealed record OutgoingMessage(BusMessage Message, string Aggregate, string Body)
{
    /// <param name="accountUsn">The account whose tree it is about, which this unit of work has locked.</param>
    public OutgoingMessage(BusMessage message, Usn accountUsn, string body)
        : this(message, accountUsn.Value, body) { }

    /// <param name="source">The row that it is counted by, which this unit of work has locked.</param>
    public OutgoingMessage(BusMessage message, IMessageSource source, string body)
        : this(message, source.MessageKey, body) => Source = source;

    /// <summary>The row that it is counted by; null where that is the account's.</summary>
    public IMessageSource? Source { get; }
}

/// <summary>A row that messages are counted by: those of one row stay in order.</summary>
public interface IMessageSource
{
    /// <summary>Names it among all such rows.</summary>
    string MessageKey { get; }

    /// <summary>How many were announced.</summary>
    long MessageSequence { get; set; }
}
