namespace Smile.Rating.Tariffs;

/// <summary>
/// Values by the prefixes of numbers: the longest prefix is found in as many steps as it has digits. Immutable once built.
/// </summary>
public sealed class PrefixTree
{
    private const int Digits = 10;
    private const int Nothing = -1;

    /// <summary>For each node the ten that follow it, 0 for none, and its value.</summary>
    private readonly int[] _nodes;

    private PrefixTree(int[] nodes) => _nodes = nodes;

    public static PrefixTree Empty { get; } = Of([]);

    /// <param name="values">Values from 0 on, by prefixes of digits; the empty prefix is that of all numbers.</param>
    /// <exception cref="ArgumentException">A prefix has something else than digits, or two values.</exception>
    public static PrefixTree Of(IEnumerable<KeyValuePair<string, int>> values)
    {
        var nodes = new List<int>();
        Add(nodes);
        foreach (var (prefix, value) in values)
        {
            var node = 0;
            foreach (var character in prefix)
            {
                if (!char.IsAsciiDigit(character))
                {
                    throw new ArgumentException($"The prefix '{prefix}' has something else than digits.", nameof(values));
                }

                var at = (node * (Digits + 1)) + (character - '0');
                node = nodes[at] == 0 ? nodes[at] = Add(nodes) : nodes[at];
            }

            var place = (node * (Digits + 1)) + Digits;
            if (nodes[place] != Nothing && nodes[place] != value)
            {
                throw new ArgumentException($"The prefix '{prefix}' has two values.", nameof(values));
            }

            nodes[place] = value;
        }

        return new PrefixTree([.. nodes]);
    }

    /// <summary>The value of the longest prefix of a number; null for none. What follows the first character that is no digit is not
    /// looked at.</summary>
    public int? Find(ReadOnlySpan<char> number)
    {
        var found = _nodes[Digits];
        var node = 0;
        foreach (var character in number)
        {
            var digit = character - '0';
            if (digit is < 0 or >= Digits || _nodes[(node * (Digits + 1)) + digit] is not (> 0 and var next))
            {
                break;
            }

            node = next;
            var value = _nodes[(node * (Digits + 1)) + Digits];
            found = value == Nothing ? found : value;
        }

        return found == Nothing ? null : found;
    }

    private static int Add(List<int> nodes)
    {
        nodes.AddRange(stackalloc int[Digits]);
        nodes.Add(Nothing);
        return (nodes.Count / (Digits + 1)) - 1;
    }
}
