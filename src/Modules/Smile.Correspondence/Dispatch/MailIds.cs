using Smile.Kernel;

namespace Smile.Correspondence.Dispatch;

/// <summary>The Message-IDs of the server's own mails.</summary>
public static class MailIds
{
    private const string Domain = "@smile";

    /// <summary>One without its brackets that is always the same for a key.</summary>
    public static string Of(string key) => $"{NameBasedUuid.Of(key):D}{Domain}";

    /// <summary>Whether a mail with this Message-ID is one that a server such as this has sent: it has come back.</summary>
    public static bool IsOwn(string? messageId) =>
        messageId?.Trim('<', '>', ' ').EndsWith(Domain, StringComparison.OrdinalIgnoreCase) == true;
}
