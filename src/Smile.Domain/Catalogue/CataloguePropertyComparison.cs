using System.Text.Json.Nodes;

namespace Smile.Domain.Catalogue;

/// <summary>Finds the properties in which two states of an item differ, lists member by member where their members have keys.</summary>
internal static class CataloguePropertyComparison
{
    private const int LongestShown = 60;

    /// <summary>What the members of lists are told apart by, the first that all have and no two share. <c>n</c> is a field value's name.</summary>
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
            default:
                // As texts, so that 0.5 and 0.50 differ: what is stored would not be the same.
                if (CatalogueJson.ToText(old) != CatalogueJson.ToText(next))
                {
                    changes.Add(new CataloguePropertyChange(path, Show(old), Show(next)));
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
            changes.Add(new CataloguePropertyChange($"{path} (order)", Shorten(string.Join(", ", oldOrder)), Shorten(string.Join(", ", nextOrder))));
        }
    }

    private static string? MemberKey(string path, JsonArray before, JsonArray after) => before.Count + after.Count == 0
        ? null
        : (path == "plans" ? PackagePlanKeys : MemberKeys).FirstOrDefault(key => HasKeys(before, key) && HasKeys(after, key));

    private static bool HasKeys(JsonArray members, string key)
    {
        var keys = members.Select(member => Key(member, key)).ToArray();
        return !keys.Contains(null) && keys.Distinct().Count() == keys.Length;
    }

    private static string? Key(JsonNode? member, string key) => (member as JsonObject)?[key]?.ToString();

    private static string? Show(JsonNode? node) => node switch
    {
        null => null,
        JsonValue value => Shorten(value.ToString() is { Length: > 0 } text ? text : "''"),
        _ => Shorten(CatalogueJson.ToText(node)!),
    };

    private static string Shorten(string text) => text.Length > LongestShown ? text[..LongestShown] + "…" : text;
}
