using Smile.Session;

namespace Smile.Ordering.Provisioning;

/// <summary>Entries of a provision request's log.</summary>
public static class ProvisioningLog
{
    public const int MaxMessageLength = 4000;

    /// <summary>As much of a provider's words as the log keeps; half a character is none.</summary>
    public static string? Cut(string? message) =>
        message?.Length > MaxMessageLength
            ? message[..(char.IsHighSurrogate(message[MaxMessageLength - 1]) ? MaxMessageLength - 1 : MaxMessageLength)]
            : message;

    public static ProvisionRequestLog Entry(StageSession session, ProvisionRequest request, string message) =>
        new()
        {
            ProvisionRequestId = request.Id,
            Message = Cut(message) ?? "",
            Logged = session.Now,
            LoggedBy = session.Caller.Usn,
        };
}
