using System.Globalization;
using System.Text;

namespace Smile.Usage.Files;

/// <summary>Makes columns of the items of TAP.</summary>
internal static class TapColumns
{
    private const int LongestText = 500;
    private const int LengthOfTime = 14;

    /// <summary>Columns of what says whose a file is.</summary>
    /// <exception cref="FormatException">An item is not what it should be.</exception>
    public static Dictionary<string, string> OfFile(BerNode control)
    {
        var columns = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var child in control.Children())
        {
            if (TapTags.OfFile.TryGetValue(child.Application, out var item))
            {
                columns.TryAdd(item.Name, Value(child, item.Name, item.Item, null));
            }
        }

        return columns;
    }

    /// <summary>Columns of an event; of items that it has more than once, the first.</summary>
    /// <exception cref="FormatException">An item is not what it should be.</exception>
    public static Dictionary<string, string> OfEvent(BerNode item, TapAccounting accounting)
    {
        var columns = new Dictionary<string, string>(StringComparer.Ordinal);
        Add(item);
        return columns;

        void Add(BerNode group)
        {
            foreach (var child in group.Children())
            {
                if (!TapTags.OfEvent.TryGetValue(child.Application, out var known))
                {
                    continue;
                }

                if (known.Item == TapItem.Group)
                {
                    Add(child);
                }
                else if (!columns.ContainsKey(known.Name))
                {
                    columns[known.Name] = Value(child, known.Name, known.Item, accounting);
                }
            }
        }
    }

    /// <summary>Characters, without the spaces around them, which the format has discarded.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    public static string Text(BerNode node)
    {
        var bytes = node.Bytes();
        return bytes.Length > LongestText ? throw new FormatException($"A text has more than {LongestText} characters.")
            : bytes.AsSpan().ContainsAnyExceptInRange((byte)' ', (byte)'~')
                ? throw new FormatException("A text has characters that are none.")
            : Encoding.ASCII.GetString(bytes).Trim(' ');
    }

    private static string Value(BerNode node, string name, TapItem item, TapAccounting? accounting)
    {
        try
        {
            return item switch
            {
                TapItem.Text => Text(node),
                TapItem.Digits => Digits(node.Bytes()),
                TapItem.Number => node.Number().ToString(CultureInfo.InvariantCulture),
                TapItem.Time => Time(node, OffsetOf(node, accounting!)),
                TapItem.LongTime => Time(node, node.Child(TapTags.UtcTimeOffset) is { } offset ? Text(offset) : null),
                _ => Bytes(node.Bytes()),
            };
        }
        catch (FormatException exception)
        {
            throw new FormatException($"{name}: {exception.Message}", exception);
        }
    }

    private static string Bytes(byte[] bytes) =>
        bytes.Length <= LongestText / 2
            ? Convert.ToHexStringLower(bytes)
            : throw new FormatException($"It has more than {LongestText / 2} bytes.");

    private static string Digits(byte[] bytes)
    {
        var text = Bytes(bytes);
        var digits = text.EndsWith('f') ? text[..^1] : text;
        return digits.Contains('f', StringComparison.Ordinal)
            ? throw new FormatException($"'{text}' has a filler among its digits.")
            : digits;
    }

    private static string OffsetOf(BerNode time, TapAccounting accounting) =>
        time.Child(TapTags.UtcTimeOffsetCode) is not { } code ? throw new FormatException("It does not say its offset from UTC.")
        : accounting.Offsets.TryGetValue(code.Number(), out var offset) ? offset
        : throw new FormatException($"The file does not say which offset from UTC has the code {code.Number()}.");

    /// <summary>Such as <c>20260228220005+11:00</c>.</summary>
    private static string Time(BerNode node, string? offset)
    {
        var local = node.Child(TapTags.LocalTimeStamp) is { } stamp ? Text(stamp) : "";
        return local.Length == LengthOfTime && offset is ['+' or '-', _, _, _, _]
            ? $"{local}{offset[..3]}:{offset[3..]}"
            : throw new FormatException($"'{local}' with the offset '{offset}' is not a time such as 20260228220005 with +1100.");
    }
}
