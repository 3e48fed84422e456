using System.Text.Json;

namespace Smile.Session.Storage;

/// <summary>What the fields of a row contain that has a value, for the indexes on them.</summary>
public static class FieldPatterns
{
    /// <param name="path">The field's name, behind those of the compound fields that it is in.</param>
    public static string Of(IReadOnlyList<string> path, string? value)
    {
        object field = new { n = path[^1], v = value };
        for (var index = path.Count - 2; index >= 0; index--)
        {
            field = new { n = path[index], m = new[] { field } };
        }

        return JsonSerializer.Serialize(new[] { field });
    }
}
