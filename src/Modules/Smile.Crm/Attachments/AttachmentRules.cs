using System.Globalization;
using System.Text;
using Smile.Kernel;

namespace Smile.Crm.Attachments;

/// <summary>What an attachment may be (guide, lines 17357 to 17430).</summary>
internal static class AttachmentRules
{
    private const int LongestName = 200;
    private const int LongestDescription = 4_000;
    private const int LongestUrl = 2_000;

    /// <exception cref="SmileException">It is neither a link nor a file, or none that is taken.</exception>
    public static void Check(NewAttachment attachment, AttachmentOptions options)
    {
        RequireLine("name", attachment.Name, LongestName);
        if (attachment.Description is { Length: > LongestDescription } description)
        {
            throw Refuse.Invalid("description", description.Length, $"A description has at most {LongestDescription} characters.");
        }

        switch (attachment)
        {
            case { Url: not null, Data: null, MimeType: null, FileName: null }:
                CheckLink(attachment.Url.Trim());
                break;
            case { Url: null, Data: not null, MimeType: not null, FileName: not null }:
                CheckFile(attachment.MimeType, attachment.FileName, attachment.Data, options);
                break;
            default:
                throw Refuse.Invalid("Attachment", attachment.Name, "Give either a url, or mimeType, filename and data.");
        }
    }

    private static void CheckLink(string url)
    {
        if (
            url.Length is 0 or > LongestUrl
            || url.Any(char.IsControl)
            || url.EnumerateRunes().Any(IsHidden)
            || !Uri.TryCreate(url, UriKind.Absolute, out var address)
            || address.Scheme is not ("http" or "https")
            || address.UserInfo.Length > 0
        )
        {
            throw Refuse.Invalid(
                "url",
                url,
                $"Give an http or https address of at most {LongestUrl} characters, without credentials and invisible characters in it."
            );
        }
    }

    private static void CheckFile(string mimeType, string fileName, byte[] data, AttachmentOptions options)
    {
        if (FileTypes.Find(mimeType) is not { } type)
        {
            throw Refuse.Invalid("mimeType", mimeType, $"Files of this type are not taken. These are: {FileTypes.Names}.");
        }

        RequireLine("filename", fileName, LongestName);
        if (fileName.IndexOfAny(['/', '\\', ':']) >= 0 || fileName.StartsWith('.') || fileName.EnumerateRunes().Any(IsHidden))
        {
            throw Refuse.Invalid("filename", fileName, "Give the name alone, without a path: contract.pdf.");
        }

        if (!FileTypes.HasEnding(type, fileName))
        {
            throw Refuse.Invalid("filename", fileName, $"The name of such a file ends in {FileTypes.Endings(type)}.");
        }

        if (data.Length == 0 || data.Length > options.MaxBytes)
        {
            throw Refuse.Invalid(
                "data",
                data.Length,
                string.Create(CultureInfo.InvariantCulture, $"A file has 1 to {options.MaxBytes} bytes.")
            );
        }

        if (!FileTypes.Is(type, data))
        {
            throw Refuse.Invalid("data", data.Length, $"The file is not what mimeType says: {type}.");
        }
    }

    private static void RequireLine(string what, string text, int longest)
    {
        if (text.Trim().Length is 0 || text.Length > longest || text.Any(char.IsControl))
        {
            throw Refuse.Invalid(what, text, $"Give one line of 1 to {longest} characters.");
        }
    }

    /// <summary>What turns the order of a name around, so that it looks to have another ending, and what is not seen at all.</summary>
    private static bool IsHidden(Rune character) =>
        Rune.GetUnicodeCategory(character) is UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;
}
