using System.Text.Json.Nodes;

namespace Smile.Catalogue;

/// <summary>Finds the properties in which two states of an item differ, lists member by member where their members have keys.</summary>
internal static class CataloguePropertyComparison
{
    private const int LongestShown = 60;

    /// <summary>So much of what is the same is shown before the first difference of long texts.</summary>
    private const int ShownBefore = 20;

    /// <summary>
    /// What the members of lists are told apart by, the first that all have and no two share. <c>n</c> is a field value's name.
    /// </summary>
    private static readonly string[] MemberKeys = ["name", "code", "n", "from", "service"];

    /// <summary>The plans of a package have names as well, but it is by their numbers that orders know them.</summary>
    private static readonly string[] PackagePlanKeys = ["id"];

    public static IReadOnlyList<CataloguePropertyChange> Compare(JsonNode? old, JsonNode? next)
    {
        var changes = new List<CataloguePropertyChange>();
        Compare("", old, next, changes);
        return changes;
    }

    private static void Compare(string path, JsonNode? old, JsonNode? next, List<CataloguePropertyChange> changes)
    {
        switch (old, next)
        {
            case (JsonObject before, JsonObject after):
                foreach (var name in before.Select(property => property.Key).Union(after.Select(property => property.Key)))
                {
                    Compare(path.Length == 0 ? name : $"{path}.{name}", before[name], after[name], changes);
                }

                break;
            case (JsonArray before, JsonArray after) when MemberKey(path, before, after) is { } key:
                CompareMembers(path, key, before, after, changes);
                break;
            case (JsonArray before, JsonArray after) when Text(before).Length > LongestShown || Text(after).Length > LongestShown:
                CompareElements(path, before, after, changes);
                break;
            default:
                // As texts, so that 0.5 and 0.50 differ: what is stored would not be the same.
                if (CatalogueJson.ToText(old) != CatalogueJson.ToText(next))
                {
                    changes.Add(Change(path, old is null ? null : Text(old), next is null ? null : Text(next)));
                }

                break;
        }
    }

    private static void CompareMembers(string path, string key, JsonArray before, JsonArray after, List<CataloguePropertyChange> changes)
    {
        var old = before.ToDictionary(member => Key(member, key)!);
        var next = after.ToDictionary(member => Key(member, key)!);
        foreach (var name in old.Keys.Union(next.Keys))
        {
            Compare($"{path}[{name}]", old.GetValueOrDefault(name), next.GetValueOrDefault(name), changes);
        }

        // The order shows in forms. Members that came or went are reported already.
        var oldOrder = old.Keys.Where(next.ContainsKey).ToArray();
        var nextOrder = next.Keys.Where(old.ContainsKey).ToArray();
        if (!oldOrder.SequenceEqual(nextOrder))
        {
            changes.Add(Change($"{path} (order)", string.Join(", ", oldOrder), string.Join(", ", nextOrder)));
        }
    }

    /// <summary>Of a long list whose members have no keys, those between its equal beginning and its equal end; counted from 0.</summary>
    private static void CompareElements(string path, JsonArray before, JsonArray after, List<CataloguePropertyChange> changes)
    {
        var old = before.Select(CatalogueJson.ToText).ToArray();
        var next = after.Select(CatalogueJson.ToText).ToArray();
        var most = Math.Min(old.Length, next.Length);
        var start = Enumerable.Range(0, most).TakeWhile(index => old[index] == next[index]).Count();
        var end = Enumerable.Range(1, most - start).TakeWhile(index => old[^index] == next[^index]).Count();
        var (gone, come) = (old.Length - start - end, next.Length - start - end);
        if (gone == come)
        {
            for (var index = start; index < start + gone; index++)
            {
                Compare($"{path}[{index}]", before[index], after[index], changes);
            }

            return;
        }

        changes.Add(Change($"{path}[{start}{(Math.Max(gone, come) > 1 ? "…" : "")}]", Elements(before, gone), Elements(after, come)));

        string? Elements(JsonArray elements, int count) =>
            count == 0 ? null : string.Join(", ", elements.Skip(start).Take(count).Select(Text));
    }

    private static string? MemberKey(string path, JsonArray before, JsonArray after) =>
        before.Count + after.Count == 0
            ? null
            : (path == "plans" ? PackagePlanKeys : MemberKeys).FirstOrDefault(key => HasKeys(before, key) && HasKeys(after, key));

    private static bool HasKeys(JsonArray members, string key)
    {
        var keys = members.Select(member => Key(member, key)).ToArray();
        return !keys.Contains(null) && keys.Distinct().Count() == keys.Length;
    }

    private static string? Key(JsonNode? member, string key) => (member as JsonObject)?[key]?.ToString();

    private static string Text(JsonNode? node) =>
        node is JsonValue value && value.ToString() is var text
            ? text.Length > 0
                ? text
                : "''"
            : CatalogueJson.ToText(node) ?? "null";

    /// <summary>Two states beside each other. Where one is long, both are cut at the same place, before the first difference.</summary>
    private static CataloguePropertyChange Change(string path, string? old, string? next)
    {
        var isLong = old?.Length > LongestShown || next?.Length > LongestShown;
        var same = isLong && old is not null && next is not null ? old.AsSpan().CommonPrefixLength(next) : 0;
        var start = same + ShownBefore < LongestShown ? 0 : same - ShownBefore;
        return new CataloguePropertyChange(path, Cut(old, start), Cut(next, start));
    }

    /// <summary>The part of a text that begins at a place. Neither end is between the two halves of a character.</summary>
    private static string? Cut(string? text, int start)
    {
        if (text is null)
        {
            return null;
        }

        var from = start > 0 && char.IsLowSurrogate(text[start]) ? start - 1 : start;
        var to = Math.Min(from + LongestShown, text.Length);
        to -= to < text.Length && char.IsLowSurrogate(text[to]) ? 1 : 0;
        return $"{(from > 0 ? "…" : "")}{text[from..to]}{(to < text.Length ? "…" : "")}";
    }
}
