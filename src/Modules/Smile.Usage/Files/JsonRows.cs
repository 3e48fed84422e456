using System.Text.Json;

namespace Smile.Usage.Files;

/// <summary>
/// JSON objects, one after the other or in one list. A member of an object within an object is a column by its path, such as
/// <c>variables.uuid</c>.
/// </summary>
internal static class JsonRows
{
    private const int LargestObject = 1024 * 1024;
    private const int MaxDepth = 32;

    private static readonly JsonDocumentOptions Options = new() { MaxDepth = MaxDepth };

    /// <exception cref="UsageFileException">Something hides what stands behind it, or not all of the file is there.</exception>
    public static IEnumerable<UsageRow> Read(TextReader reader)
    {
        foreach (var (text, line, problem) in new JsonObjects(reader, LargestObject).Read())
        {
            yield return problem is null ? Row(text, line) : UsageRow.Broken(line, text, problem);
        }
    }

    private static UsageRow Row(string text, int line)
    {
        try
        {
            using var document = JsonDocument.Parse(text, Options);
            var values = new Dictionary<string, string>(StringComparer.Ordinal);
            Add(values, "", document.RootElement);
            return new UsageRow(line, UsageRow.Shortened(text), name => values.GetValueOrDefault(name, ""));
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // A text with half of a character is JSON to the parser, and no text.
            var at = exception is JsonException { BytePositionInLine: { } position } ? $" from byte {position + 1} of a line of it on" : "";
            return UsageRow.Broken(line, text, $"It is no JSON{at}, or objects are within objects more than {MaxDepth} times.");
        }
    }

    private static void Add(Dictionary<string, string> values, string path, JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var member in element.EnumerateObject())
                {
                    Add(values, path.Length == 0 ? member.Name : $"{path}.{member.Name}", member.Value);
                }

                break;
            case JsonValueKind.Array or JsonValueKind.Null:
                break;
            default:
                values[path] = element.ValueKind == JsonValueKind.String ? element.GetString()! : element.GetRawText();
                break;
        }
    }
}
