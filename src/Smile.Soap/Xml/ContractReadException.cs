namespace Smile.Soap.Xml;

/// <summary>
/// A request that does not fit the contract. <see cref="Exception.Message"/> names the element and says what would be right; it may
/// be shown to the caller.
/// </summary>
public sealed class ContractReadException(string message, bool aboutDocument = false) : Exception(message)
{
    /// <summary>
    /// True where something required is missing or a document is in the wrong namespace, which the guide answers with the operation's
    /// own fault (an Order that is absent or in another namespace, guide, line 1491) and not with a client fault.
    /// </summary>
    public bool AboutDocument { get; } = aboutDocument;
}
