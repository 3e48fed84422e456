using System.Text;

namespace Smile.Crm.Attachments;

/// <summary>
/// The types of files that tickets take. None of them runs in a browser that shows it; pages, drawings with scripts and programs are not
/// among them.
/// </summary>
internal static class FileTypes
{
    private static readonly byte[] Zip = [0x50, 0x4B, 0x03, 0x04];
    private static readonly byte[] Compound = [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1];
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private static readonly FileType[] All =
    [
        new("application/pdf", [".pdf"], content => Begins(content, "%PDF-"u8)),
        new("image/png", [".png"], content => Begins(content, [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A])),
        new("image/jpeg", [".jpg", ".jpeg"], content => Begins(content, [0xFF, 0xD8, 0xFF])),
        new("image/gif", [".gif"], content => Begins(content, "GIF87a"u8) || Begins(content, "GIF89a"u8)),
        new("image/tiff", [".tif", ".tiff"], content => Begins(content, [0x49, 0x49, 0x2A, 0]) || Begins(content, [0x4D, 0x4D, 0, 0x2A])),
        new("image/webp", [".webp"], content => Begins(content, "RIFF"u8) && content.Length > 12 && Begins(content.AsSpan(8), "WEBP"u8)),
        new("text/plain", [".txt", ".log"], IsText),
        new("text/csv", [".csv"], IsText),
        new("application/zip", [".zip"], content => Begins(content, Zip)),
        new("application/msword", [".doc"], content => Begins(content, Compound)),
        new("application/vnd.ms-excel", [".xls"], content => Begins(content, Compound)),
        OpenXml("wordprocessingml.document", ".docx", "word/"),
        OpenXml("spreadsheetml.sheet", ".xlsx", "xl/"),
        OpenDocument("text", ".odt"),
        OpenDocument("spreadsheet", ".ods"),
    ];

    private delegate bool Recognise(byte[] content);

    public static string Names => string.Join(", ", All.Select(type => type.MimeType));

    /// <summary>The type of that name; null where it is none that tickets take.</summary>
    /// <param name="mimeType">Parameters such as <c>charset</c> do not count.</param>
    public static string? Find(string mimeType)
    {
        var name = mimeType.Split(';')[0].Trim();
        return Of(name)?.MimeType;
    }

    /// <summary>The type of files that are called so; null where it is none that tickets take.</summary>
    public static string? OfName(string fileName) =>
        All.FirstOrDefault(type => type.Endings.Contains(Path.GetExtension(fileName), StringComparer.OrdinalIgnoreCase))?.MimeType;

    /// <summary>Whether a file of a type is called as such files are.</summary>
    public static bool HasEnding(string mimeType, string fileName) =>
        Of(mimeType)!.Endings.Contains(Path.GetExtension(fileName), StringComparer.OrdinalIgnoreCase);

    public static string Endings(string mimeType) => string.Join(", ", Of(mimeType)!.Endings);

    /// <summary>Whether its bytes are those of the type.</summary>
    public static bool Is(string mimeType, byte[] content) => Of(mimeType)!.Recognises(content);

    private static FileType? Of(string mimeType) =>
        All.FirstOrDefault(type => type.MimeType.Equals(mimeType, StringComparison.OrdinalIgnoreCase));

    private static bool Begins(ReadOnlySpan<byte> content, ReadOnlySpan<byte> mark) => content.StartsWith(mark);

    private static FileType OpenXml(string kind, string ending, string folder) =>
        new(
            $"application/vnd.openxmlformats-officedocument.{kind}",
            [ending],
            content => Begins(content, Zip) && OfficeFiles.IsOpenXml(content, folder)
        );

    private static FileType OpenDocument(string kind, string ending)
    {
        var mimeType = $"application/vnd.oasis.opendocument.{kind}";
        return new(mimeType, [ending], content => Begins(content, Zip) && OfficeFiles.IsOpenDocument(content, mimeType));
    }

    /// <summary>UTF-8 without control characters but tabs and the ends of lines, and nothing that runs.</summary>
    private static bool IsText(byte[] content)
    {
        foreach (var each in content)
        {
            if (each < 0x20 && each is not (0x09 or 0x0A or 0x0D) || each == 0x7F)
            {
                return false;
            }
        }

        try
        {
            return !PlainTexts.CouldRun(StrictUtf8.GetString(content));
        }
        catch (DecoderFallbackException)
        {
            return false;
        }
    }

    private sealed record FileType(string MimeType, string[] Endings, Recognise Recognises);
}
