using Smile.Kernel;
using Smile.Session;

namespace Smile.Crm.Attachments;

/// <summary>What is attached to a ticket: a link, or a file whose bytes are in a <see cref="TicketFile"/>.</summary>
public sealed class TicketAttachment : IChangedRow
{
    public required Guid Id { get; init; }

    public required long TicketNumber { get; init; }

    public required string Name { get; init; }

    public string? Description { get; init; }

    /// <summary>Of a link; null for a file.</summary>
    public string? Url { get; init; }

    public string? MimeType { get; init; }

    public string? FileName { get; init; }

    /// <summary>Bytes.</summary>
    public int? Size { get; init; }

    /// <summary>In hexadecimal digits.</summary>
    public string? Sha256 { get; init; }

    public required DateTimeOffset Added { get; init; }

    public Usn ChangedBy { get; set; }
}

/// <summary>The bytes of an attachment.</summary>
internal sealed class TicketFile
{
    public required Guid AttachmentId { get; init; }

    public required byte[] Content { get; init; }
}

/// <summary>What a request attaches (guide, line 17379).</summary>
public sealed record NewAttachment(string Name, string? Description, string? Url, string? MimeType, string? FileName, byte[]? Data);

/// <summary>A file to be read.</summary>
public sealed record AttachedFile(string FileName, string MimeType, byte[] Content);

/// <summary>What may be attached.</summary>
public sealed class AttachmentOptions
{
    /// <summary>Most bytes of a file.</summary>
    public int MaxBytes { get; init; } = 2_000_000;
}
