using System.Diagnostics;

namespace Smile.Documents.Tests;

/// <summary>Reads PDF files with Poppler's tools, which know nothing of how they were made.</summary>
internal static class PdfText
{
    public static bool IsInstalled => File.Exists("/usr/bin/pdftotext");

    /// <summary>The text of each page, laid out as it is printed.</summary>
    public static IReadOnlyList<string> Pages(byte[] file) => Run("pdftotext", ["-layout", "-", "-"], file).TrimEnd('\f').Split('\f');

    /// <summary>What is wrong with the file; empty where nothing is.</summary>
    public static string Problems(byte[] file)
    {
        var path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        File.WriteAllBytes(path, file);
        try
        {
            using var process = Process.Start(new ProcessStartInfo("/usr/bin/pdftoppm", ["-r", "20", path, path]) { RedirectStandardError = true, UseShellExecute = false })!;
            var problems = process.StandardError.ReadToEnd();
            process.WaitForExit();
            return problems;
        }
        finally
        {
            foreach (var written in Directory.GetFiles(Path.GetDirectoryName(path)!, Path.GetFileName(path) + "*"))
            {
                File.Delete(written);
            }
        }
    }

    private static string Run(string tool, string[] arguments, byte[] input)
    {
        using var process = Process.Start(new ProcessStartInfo($"/usr/bin/{tool}", arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, UseShellExecute = false })!;
        var writing = Task.Run(() =>
        {
            process.StandardInput.BaseStream.Write(input);
            process.StandardInput.Close();
        });
        var text = process.StandardOutput.ReadToEnd();
        writing.Wait();
        process.WaitForExit();
        return text;
    }
}

/// <summary>A test that needs Poppler's tools; skipped without them.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class PdfFactAttribute : FactAttribute
{
    public PdfFactAttribute()
    {
        if (!PdfText.IsInstalled)
        {
            Skip = "Needs the package poppler-utils.";
        }
    }
}
