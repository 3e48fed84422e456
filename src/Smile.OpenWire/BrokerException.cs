using System.Text.RegularExpressions;
using Smile.OpenWire.Wire;

namespace Smile.OpenWire;

/// <summary>The broker refused something, did not answer, or was lost.</summary>
public sealed partial class BrokerException : Exception
{
    public BrokerException(string message, Exception? innerException = null)
        : base(message, innerException) { }

    internal BrokerException(string message, RemoteFailure failure)
        : base(message)
    {
        RemoteType = failure.Type;
    }

    private BrokerException(BrokerException cause)
        : base($"It is not known whether the transaction was committed: {cause.Message}", cause)
    {
        InDoubt = true;
        RemoteType = cause.RemoteType;
    }

    /// <summary>
    /// The commit was sent and its outcome is not known: what was sent may have been delivered, so a retry may make duplicates.
    /// </summary>
    public bool InDoubt { get; }

    /// <summary>The Java class of the broker's exception, where the broker answered with one.</summary>
    public string? RemoteType { get; }

    /// <summary>User name, password or permission: trying again without a change is of no use.</summary>
    public bool AccessDenied =>
        RemoteType is "java.lang.SecurityException" or "javax.jms.JMSSecurityException" or "jakarta.jms.JMSSecurityException";

    /// <summary>
    /// The broker says itself that it rolled the transaction back, in the words of JMS or with one of XA's rollback codes.
    /// </summary>
    internal bool RolledBack =>
        RemoteType is "javax.jms.TransactionRolledBackException" or "jakarta.jms.TransactionRolledBackException"
        || (RemoteType == "javax.transaction.xa.XAException" && XaRollback().IsMatch(Message));

    internal BrokerException WithDoubt() => new(this);

    /// <summary>XA_RBROLLBACK and its kin, 100 to 107.</summary>
    [GeneratedRegex("xaErrorCode:10[0-7]$", RegexOptions.CultureInvariant)]
    private static partial Regex XaRollback();
}
