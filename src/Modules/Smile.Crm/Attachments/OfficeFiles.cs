using System.IO.Compression;
using System.Text;

namespace Smile.Crm.Attachments;

/// <summary>
/// Documents that are archives: what they are stands in their directory, which is read, and nothing is unpacked but the short text that
/// names the type of an OpenDocument file.
/// </summary>
internal static class OfficeFiles
{
    /// <summary>Names of entries with programs in them.</summary>
    private const string Macros = "vbaProject.bin";
    private static readonly string[] ProgramFolders = ["Basic/", "Scripts/"];

    /// <summary>A document of Word or Excel, without macros.</summary>
    /// <param name="folder">Where such a document keeps its parts.</param>
    public static bool IsOpenXml(byte[] content, string folder) =>
        Holds(
            content,
            archive =>
                archive.GetEntry("[Content_Types].xml") is not null
                && archive.Entries.Any(entry => entry.FullName.StartsWith(folder, StringComparison.OrdinalIgnoreCase))
        );

    /// <summary>A document of the OpenDocument format, without macros.</summary>
    public static bool IsOpenDocument(byte[] content, string mimeType) =>
        Holds(content, archive => archive.GetEntry("mimetype") is { } entry && Begins(entry, mimeType));

    private static bool Holds(byte[] content, Func<ZipArchive, bool> isOfKind)
    {
        try
        {
            using var archive = new ZipArchive(new MemoryStream(content, writable: false), ZipArchiveMode.Read);
            return !archive.Entries.Any(HasProgram) && isOfKind(archive);
        }
        catch (InvalidDataException)
        {
            return false;
        }
    }

    private static bool HasProgram(ZipArchiveEntry entry) =>
        entry.FullName.EndsWith(Macros, StringComparison.OrdinalIgnoreCase)
        || ProgramFolders.Any(folder => entry.FullName.StartsWith(folder, StringComparison.OrdinalIgnoreCase));

    private static bool Begins(ZipArchiveEntry entry, string mimeType)
    {
        var expected = Encoding.ASCII.GetBytes(mimeType);
        using var stream = entry.Open();
        var bytes = new byte[expected.Length + 1];
        return stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false) == expected.Length
            && bytes.AsSpan(0, expected.Length).SequenceEqual(expected);
    }
}
