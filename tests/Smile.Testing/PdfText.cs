using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Smile.Testing;

/// <summary>Reads PDF files with Poppler's tools, which know nothing of how they were made.</summary>
public static partial class PdfText
{
    public static bool IsInstalled => File.Exists("/usr/bin/pdftotext");

    /// <summary>The text of each page, laid out as it is printed.</summary>
    public static IReadOnlyList<string> Pages(byte[] file) => Run("pdftotext", ["-layout", "-", "-"], file).TrimEnd('\f').Split('\f');

    /// <summary>Words that are printed over each other, with their pages; none where all can be read.</summary>
    public static IReadOnlyList<string> Overlaps(byte[] file)
    {
        var pages = Run("pdftotext", ["-bbox", "-", "-"], file).Split("<page ")[1..];
        return
        [
            .. pages.SelectMany(
                (page, number) =>
                {
                    var words = Word()
                        .Matches(page)
                        .Select(match =>
                            (Left: N(match, 1), Top: N(match, 2), Right: N(match, 3), Bottom: N(match, 4), Text: match.Groups[5].Value)
                        )
                        .ToList();
                    return from one in words
                        from other in words
                        where
                            one.Left < other.Left
                            && one.Right > other.Left + 0.3
                            && Math.Abs(one.Top + one.Bottom - other.Top - other.Bottom)
                                < Math.Min(one.Bottom - one.Top, other.Bottom - other.Top)
                        select $"page {number + 1}: {one.Text} over {other.Text}";
                }
            ),
        ];

        static double N(Match match, int group) => double.Parse(match.Groups[group].ValueSpan, CultureInfo.InvariantCulture);
    }

    [GeneratedRegex(
        """<word xMin="([-0-9.]+)" yMin="([-0-9.]+)" xMax="([-0-9.]+)" yMax="([-0-9.]+)">(.*?)</word>""",
        RegexOptions.CultureInvariant
    )]
    private static partial Regex Word();

    /// <summary>What is wrong with the file; empty where nothing is.</summary>
    public static string Problems(byte[] file)
    {
        var path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        File.WriteAllBytes(path, file);
        try
        {
            using var process = Process.Start(
                new ProcessStartInfo("/usr/bin/pdftoppm", ["-r", "20", path, path])
                {
                    RedirectStandardError = true,
                    UseShellExecute = false,
                }
            )!;
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
        using var process = Process.Start(
            new ProcessStartInfo($"/usr/bin/{tool}", arguments)
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                UseShellExecute = false,
            }
        )!;
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
