using Smile.Catalogue;

namespace Smile.Usage.Files;

/// <summary>
/// Makes calls of lines that begin them and lines that end them, whichever comes first. Each line is one thing: the one that begins a call
/// is the call, the one that ends it is passed over, and one whose other is not in the file is an error. Not safe for several threads.
/// </summary>
/// <param name="mostOpen">Lines that are held; beyond it the oldest one is given up.</param>
internal sealed class CallPairs(UsagePairs pairs, UsageEntryReader entries, int mostOpen = CallPairs.MostOpen)
{
    /// <summary>Calls that go on at once. A proxy with a hundred new ones a second has a tenth of it.</summary>
    private const int MostOpen = 200_000;

    private const string IsEnd = "the end of a call";
    private const string GoesOn = "a call that goes on";
    private const string HasEnded = "a call that has ended";

    private readonly UsageExpression _call = UsageExpression.Of(pairs.Call);
    private readonly UsageExpression[] _parties = [.. pairs.Parties.Select(UsageExpression.Of)];
    private readonly UsageExpression _begin = UsageExpression.Of(pairs.Begin);
    private readonly UsageExpression _end = UsageExpression.Of(pairs.End);
    private readonly string[] _ofBegin = [.. entries.Columns.Where(name => !IsOfEnd(name))];
    private readonly string[] _ofEnd = [.. entries.Columns.Where(IsOfEnd).Select(name => name[UsagePairs.EndPrefix.Length..])];
    private readonly Dictionary<string, LinkedListNode<Held>> _open = new(StringComparer.Ordinal);
    private readonly LinkedList<Held> _inOrder = [];
    private readonly HashSet<string> _ended = new(StringComparer.Ordinal);
    private readonly Queue<string> _endedInOrder = new();

    public IEnumerable<UsageLine> Read(IEnumerable<UsageRow> rows)
    {
        foreach (var row in rows)
        {
            if (entries.Passed(row) is { } passed)
            {
                yield return passed;
                continue;
            }

            foreach (var line in Taken(row))
            {
                yield return line;
            }
        }

        foreach (var held in _inOrder)
        {
            yield return Alone(held);
        }
    }

    private List<UsageLine> Taken(UsageRow row)
    {
        Held held;
        try
        {
            held = Hold(row);
        }
        catch (FormatException exception)
        {
            return [new UsageLine(row.Line, row.Raw, UsageLineKind.Unreadable, null, exception.Message)];
        }

        if (_ended.Contains(held.Key))
        {
            return [Ignored(held, held.IsBegin ? GoesOn : HasEnded)];
        }

        if (!_open.TryGetValue(held.Key, out var other))
        {
            _open[held.Key] = _inOrder.AddLast(held);
            return _open.Count > mostOpen ? [Alone(Closed(_inOrder.First!))] : [];
        }

        if (other.Value.IsBegin == held.IsBegin)
        {
            return [Ignored(held, held.IsBegin ? GoesOn : HasEnded)];
        }

        Closed(other);
        Remember(held.Key);
        var (begin, end) = held.IsBegin ? (held, other.Value) : (other.Value, held);
        return [entries.Usage(Whole(begin, end)), Ignored(end, IsEnd)];
    }

    private Held Hold(UsageRow row)
    {
        var (begins, ends) = (_begin.Holds(row.Column), _end.Holds(row.Column));
        if (begins == ends)
        {
            throw new FormatException(begins ? "pairs: it begins and ends a call." : "pairs: it neither begins nor ends a call.");
        }

        var call = _call.TextOf(row.Column);
        if (call.Length == 0)
        {
            throw new FormatException("pairs: it does not say which call it is of.");
        }

        var key = string.Join('\u001f', _parties.Select(party => party.TextOf(row.Column)).Order(StringComparer.Ordinal).Prepend(call));
        var columns = (begins ? _ofBegin : _ofEnd).ToDictionary(name => name, row.Column, StringComparer.Ordinal);
        return new Held(key, row.Line, row.Raw, begins, columns);
    }

    private Held Closed(LinkedListNode<Held> node)
    {
        _inOrder.Remove(node);
        _open.Remove(node.Value.Key);
        return node.Value;
    }

    private void Remember(string key)
    {
        if (_ended.Add(key))
        {
            _endedInOrder.Enqueue(key);
        }

        if (_endedInOrder.Count > mostOpen)
        {
            _ended.Remove(_endedInOrder.Dequeue());
        }
    }

    private static UsageRow Whole(Held begin, Held end) =>
        new(
            begin.Line,
            UsageRow.Shortened($"{begin.Raw}\n{end.Raw}"),
            name =>
                IsOfEnd(name)
                    ? end.Columns.GetValueOrDefault(name[UsagePairs.EndPrefix.Length..], "")
                    : begin.Columns.GetValueOrDefault(name, "")
        );

    private static UsageLine Ignored(Held held, string reason) => new(held.Line, held.Raw, UsageLineKind.Ignored, null, reason);

    private static UsageLine Alone(Held held) =>
        new(
            held.Line,
            held.Raw,
            UsageLineKind.Incomplete,
            null,
            held.IsBegin ? "The file has no line that ends its call." : "The file has no line that begins its call."
        );

    private static bool IsOfEnd(string name) => name.StartsWith(UsagePairs.EndPrefix, StringComparison.Ordinal);

    private sealed record Held(string Key, int Line, string Raw, bool IsBegin, Dictionary<string, string> Columns);
}
