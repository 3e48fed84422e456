namespace Smile.Crm.Attachments;

/// <summary>Texts that a browser or a shell would run, whatever they are called.</summary>
internal static class PlainTexts
{
    /// <summary>By these a browser tells a page (https://mimesniff.spec.whatwg.org), and drawings.</summary>
    private static readonly string[] Tags =
    [
        "html",
        "head",
        "script",
        "iframe",
        "h1",
        "div",
        "font",
        "table",
        "a",
        "style",
        "title",
        "b",
        "body",
        "br",
        "p",
        "svg",
    ];

    /// <summary>Whether a text is a page, a drawing with scripts, or a script.</summary>
    public static bool CouldRun(string text)
    {
        var start = text.AsSpan().TrimStart('\uFEFF').TrimStart();
        return start.StartsWith("#!", StringComparison.Ordinal)
            || start.StartsWith("<!doctype", StringComparison.OrdinalIgnoreCase)
            || start.StartsWith("<!--", StringComparison.Ordinal)
            || (start.StartsWith("<?xml", StringComparison.OrdinalIgnoreCase) && (HasTag(start, "svg") || HasTag(start, "html")))
            || IsPage(start);
    }

    private static bool IsPage(ReadOnlySpan<char> start)
    {
        foreach (var tag in Tags)
        {
            if (start.StartsWith($"<{tag}", StringComparison.OrdinalIgnoreCase) && EndsName(start[(tag.Length + 1)..]))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Also behind a prefix, such as <c>&lt;svg:svg&gt;</c>.</summary>
    private static bool HasTag(ReadOnlySpan<char> text, string tag) =>
        text.Contains($"<{tag}", StringComparison.OrdinalIgnoreCase) || text.Contains($":{tag}", StringComparison.OrdinalIgnoreCase);

    private static bool EndsName(ReadOnlySpan<char> rest) => rest.IsEmpty || rest[0] is '>' or '/' || char.IsWhiteSpace(rest[0]);
}
