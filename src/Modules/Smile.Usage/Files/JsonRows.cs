using System.Buffers;
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

    public static IEnumerable<UsageRow> Read(TextReader reader)
    {
        var line = 1;
        foreach (var (text, at, problem) in Objects(reader, () => line, count => line += count))
        {
            if (problem is not null)
            {
                yield return UsageRow.Broken(at, text, problem);
                yield break;
            }

            yield return Row(text, at);
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
            return UsageRow.Broken(line, text, $"It is no JSON: {exception.Message}");
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

    /// <summary>The texts of the objects on the outermost level, or within the one list that is there.</summary>
    private static IEnumerable<(string Text, int Line, string? Problem)> Objects(TextReader reader, Func<int> line, Action<int> count)
    {
        var text = new ArrayBufferWriter<char>();
        var (depth, inText, isEscaped, from) = (0, false, false, 1);
        for (var next = reader.Read(); next != -1; next = reader.Read())
        {
            var character = (char)next;
            if (character == '\n')
            {
                count(1);
            }

            if (depth == 0)
            {
                if (character == '{')
                {
                    from = line();
                    text.Clear();
                    text.Write([character]);
                    depth = 1;
                }
                else if (!char.IsWhiteSpace(character) && character is not ('[' or ']' or ',' or '\ufeff'))
                {
                    yield return (character.ToString(), line(), "A JSON object was expected here.");
                    yield break;
                }

                continue;
            }

            text.Write([character]);
            if (text.WrittenCount > LargestObject)
            {
                yield return (new string(text.WrittenSpan), from, $"An object has more than {LargestObject} characters.");
                yield break;
            }

            if (inText)
            {
                (inText, isEscaped) = (isEscaped || character != '"', !isEscaped && character == '\\');
                continue;
            }

            inText = character == '"';
            depth += character switch
            {
                '{' or '[' => 1,
                '}' or ']' => -1,
                _ => 0,
            };
            if (depth == 0)
            {
                yield return (new string(text.WrittenSpan), from, null);
            }
        }

        if (depth > 0)
        {
            yield return (new string(text.WrittenSpan), from, "The object has no end.");
        }
    }
}
