using System.Globalization;
using System.Text;

namespace Smile.Usage.Files;

/// <summary>
/// FreeRADIUS's detail files: a line with the time, lines of <c>attribute = value</c> behind a tab, an empty line. Column <c>header</c> is
/// the first line; an attribute that comes once more is <c>Attribute.2</c> and so on.
/// </summary>
internal static class RadiusRows
{
    private const int LongestLine = 10_000;
    private const int MostAttributes = 500;
    private const int LongestName = 253;

    public static IEnumerable<UsageRow> Read(TextReader reader)
    {
        Block? block = null;
        for (var line = 1; BoundedLines.Read(reader, LongestLine) is { } read; line++)
        {
            if (string.IsNullOrWhiteSpace(read.Text))
            {
                if (block is not null)
                {
                    yield return block.Row();
                    block = null;
                }
            }
            else if (read.Text[0] is '\t' or ' ')
            {
                block ??= new Block(line, "", "The block does not begin with a line of its time.");
                block.Add(read.Text, read.IsCut);
            }
            else
            {
                if (block is not null)
                {
                    yield return block.CutOff();
                }

                block = new Block(line, read.Text, read.IsCut ? TooLong : null);
            }
        }

        if (block is not null)
        {
            yield return block.CutOff();
        }
    }

    private static string TooLong { get; } = string.Create(CultureInfo.InvariantCulture, $"A line has more than {LongestLine} characters.");

    /// <summary>A value as it was before FreeRADIUS wrote it down.</summary>
    /// <returns>Null where the quotes do not close.</returns>
    private static string? Unquoted(string value)
    {
        if (!value.StartsWith('"'))
        {
            return value;
        }

        var text = new StringBuilder(value.Length);
        for (var at = 1; at < value.Length; at++)
        {
            switch (value[at])
            {
                case '"':
                    return at == value.Length - 1 ? text.ToString() : null;
                case '\\' when at + 1 == value.Length:
                    return null;
                case '\\' when IsOctal(value, at + 1):
                    text.Append((char)(((value[at + 1] - '0') * 64) + ((value[at + 2] - '0') * 8) + value[at + 3] - '0'));
                    at += 3;
                    break;
                case '\\':
                    at++;
                    text.Append(
                        value[at] switch
                        {
                            'n' => '\n',
                            'r' => '\r',
                            't' => '\t',
                            var other => other,
                        }
                    );
                    break;
                default:
                    text.Append(value[at]);
                    break;
            }
        }

        return null;
    }

    private static bool IsOctal(string value, int from) =>
        from + 2 < value.Length
        && value[from] is >= '0' and <= '3'
        && value[from + 1] is >= '0' and <= '7'
        && value[from + 2] is >= '0' and <= '7';

    /// <summary>A block as it is read. What is wrong first is what is said of it.</summary>
    private sealed class Block(int line, string header, string? problem)
    {
        private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal) { ["header"] = header };
        private readonly StringBuilder _raw = new(header);
        private int _attributes;
        private string? _problem = problem;

        public void Add(string text, bool isCut)
        {
            if (_raw.Length < UsageRow.LongestRaw)
            {
                _raw.Append('\n').Append(text);
            }

            if (_problem is not null)
            {
                return;
            }

            if (isCut)
            {
                _problem = TooLong;
            }
            else if (++_attributes > MostAttributes)
            {
                _problem = $"The block has more than {MostAttributes} attributes.";
            }
            else
            {
                _problem = Take(text.Trim());
            }
        }

        public UsageRow Row() =>
            _problem is not null
                ? UsageRow.Broken(line, _raw.ToString(), _problem)
                : new UsageRow(line, UsageRow.Shortened(_raw.ToString()), name => _values.GetValueOrDefault(name, ""));

        /// <summary>A server that was stopped while it wrote has left it.</summary>
        public UsageRow CutOff() =>
            UsageRow.Broken(line, _raw.ToString(), _problem ?? "The block has no empty line behind it: it may not be whole.");

        private string? Take(string text)
        {
            var at = text.IndexOf(" = ", StringComparison.Ordinal);
            var name = at < 0 ? "" : text[..at].TrimEnd();
            if (name.Length is 0 or > LongestName || name.Contains(' ', StringComparison.Ordinal))
            {
                return $"'{(text.Length <= LongestName ? text : text[..LongestName])}' is not written as attribute = value.";
            }

            if (Unquoted(text[(at + 3)..].Trim()) is not { } value)
            {
                return $"{name}: a quote is not closed.";
            }

            for (var times = 1; ; times++)
            {
                if (_values.TryAdd(times == 1 ? name : string.Create(CultureInfo.InvariantCulture, $"{name}.{times}"), value))
                {
                    return null;
                }
            }
        }
    }
}
