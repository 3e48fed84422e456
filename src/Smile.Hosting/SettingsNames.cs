using System.ComponentModel;
using System.Globalization;

namespace Smile.Hosting;

/// <summary>Finds settings that nothing reads, and values that are not of their setting's kind: all of them, each with its name.</summary>
public static class SettingsNames
{
    private const int FurthestMeant = 3;

    /// <returns>Values that cannot be read, and names that there are not.</returns>
    public static (IReadOnlyList<string> Wrong, IReadOnlyList<string> Unknown) Check(IConfigurationSection section, Type type)
    {
        var (wrong, unknown) = (new List<string>(), new List<string>());
        Check(section, type, wrong, unknown);
        return (wrong, unknown);
    }

    private static void Check(IConfigurationSection section, Type type, List<string> wrong, List<string> unknown)
    {
        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(Dictionary<,>))
        {
            foreach (var child in section.GetChildren())
            {
                CheckValue(child, child.Key, type.GenericTypeArguments[0], wrong);
                Check(child, type.GenericTypeArguments[1], wrong, unknown);
            }
        }
        else if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(List<>))
        {
            foreach (var child in section.GetChildren())
            {
                Check(child, type.GenericTypeArguments[0], wrong, unknown);
            }
        }
        else if (type.Namespace?.StartsWith("Smile", StringComparison.Ordinal) == true && type.IsClass)
        {
            var properties = type.GetProperties()
                .Where(property => property.CanWrite)
                .ToDictionary(property => property.Name, StringComparer.OrdinalIgnoreCase);
            foreach (var child in section.GetChildren())
            {
                if (properties.TryGetValue(child.Key, out var property))
                {
                    Check(child, property.PropertyType, wrong, unknown);
                }
                else
                {
                    unknown.Add($"There is no setting {child.Path}.{Meant(child.Key, properties.Keys)}");
                }
            }
        }
        else
        {
            CheckValue(section, section.Value, type, wrong);
        }
    }

    private static void CheckValue(IConfigurationSection section, string? value, Type type, List<string> wrong)
    {
        var plain = Nullable.GetUnderlyingType(type) ?? type;
        if (value is null || plain == typeof(string) || (value.Length == 0 && plain != type))
        {
            return;
        }

        try
        {
            TypeDescriptor.GetConverter(plain).ConvertFromInvariantString(value);
        }
        catch (Exception exception) when (exception is FormatException or ArgumentException or NotSupportedException)
        {
            var kind = plain switch
            {
                { IsEnum: true } => "one of " + string.Join(", ", Enum.GetNames(plain)),
                _ when plain == typeof(bool) => "true or false",
                _ when plain == typeof(TimeSpan) => "a time such as 00:00:30",
                _ => "a whole number",
            };

            // The value is not repeated: it may be a password in the wrong place.
            wrong.Add($"{section.Path} must be {kind}.");
        }
    }

    private static string Meant(string name, IEnumerable<string> names)
    {
        var nearest = names.MinBy(candidate => Distance(name, candidate));
        return nearest is not null && Distance(name, nearest) <= FurthestMeant
            ? string.Create(CultureInfo.InvariantCulture, $" Is {nearest} meant?")
            : $" There are: {string.Join(", ", names.Order(StringComparer.Ordinal))}.";
    }

    /// <summary>How many letters have to be put in, left out or changed.</summary>
    private static int Distance(string from, string to)
    {
        var row = Enumerable.Range(0, to.Length + 1).ToArray();
        for (var i = 1; i <= from.Length; i++)
        {
            var (corner, left) = (row[0], row[0] = i);
            for (var j = 1; j <= to.Length; j++)
            {
                var same = char.ToUpperInvariant(from[i - 1]) == char.ToUpperInvariant(to[j - 1]);
                left = Math.Min(Math.Min(left, row[j]) + 1, corner + (same ? 0 : 1));
                (corner, row[j]) = (row[j], left);
            }
        }

        return row[^1];
    }
}
