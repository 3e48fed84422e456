using Smile.Correspondence.Dispatch;
using Smile.Hosting.Stages;

namespace Smile.Hosting.Mail;

/// <summary>The address of the stage's mailbox for tickets, where it has one.</summary>
public sealed class LetterAddress(ServerSettings settings, StageSessionHolder holder) : ILetterAddress
{
    public string? From =>
        settings.Stages.GetValueOrDefault(holder.Stage.Name)?.TicketMail is { IsOn: true, Address: { Length: > 0 } address }
            ? address
            : null;
}
