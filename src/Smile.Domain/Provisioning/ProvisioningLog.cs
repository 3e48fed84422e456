using Smile.Domain.Foundation;

namespace Smile.Domain.Provisioning;

/// <summary>Entries of a provision request's log.</summary>
internal static class ProvisioningLog
{
    public const int MaxMessageLength = 4000;

    public static ProvisionRequestLog Entry(StageSession session, ProvisionRequest request, string message) => new()
    {
        ProvisionRequestId = request.Id,
        Message = message.Length > MaxMessageLength ? message[..MaxMessageLength] : message,
        Logged = session.Now,
        LoggedBy = session.Caller.Usn,
    };
}
