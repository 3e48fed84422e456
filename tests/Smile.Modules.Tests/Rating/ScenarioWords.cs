using System.Globalization;
using Smile.Catalogue;

namespace Smile.Modules.Tests.Rating;

/// <summary>A line of a scenario: words, of which some are <c>key=value</c>.</summary>
internal sealed class ScenarioWords
{
    private readonly Dictionary<string, string> _keys = [];
    private readonly List<string> _plain = [];

    public ScenarioWords(IEnumerable<string> words)
    {
        foreach (var word in words)
        {
            if (word.Split('=', 2) is [var key, var value])
            {
                _keys.Add(key, value);
            }
            else
            {
                _plain.Add(word);
            }
        }
    }

    /// <summary>The words without a key.</summary>
    public IReadOnlyList<string> Plain => _plain;

    public bool Has(string word) => _plain.Contains(word);

    public string? Text(string key) => _keys.GetValueOrDefault(key);

    public decimal? Number(string key) =>
        Text(key) is { } text ? decimal.Parse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture) : null;

    public int? Whole(string key) => Text(key) is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : null;

    public DateOnly? Day(string key) =>
        Text(key) is { } text ? DateOnly.ParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture) : null;

    public TWord? Word<TWord>(string key)
        where TWord : struct, Enum => Text(key) is { } text ? Enum.Parse<TWord>(text) : null;

    public IReadOnlyList<string> List(string key) => Text(key)?.Split(',') ?? [];

    public IReadOnlyList<int> Wholes(string key) => [.. List(key).Select(text => int.Parse(text, CultureInfo.InvariantCulture))];

    public IReadOnlyList<decimal> Numbers(string key) => [.. List(key).Select(text => decimal.Parse(text, CultureInfo.InvariantCulture))];

    /// <summary>Two numbers such as <c>60/6</c>, or one for both.</summary>
    public (decimal First, decimal Next) Pair(string key)
    {
        var parts = (Text(key) ?? "0").Split('/').Select(text => decimal.Parse(text, CultureInfo.InvariantCulture)).ToArray();
        return (parts[0], parts[^1]);
    }

    /// <summary>Hours such as <c>08:00-20:00</c>.</summary>
    public static HoursOfDay Hours(string text)
    {
        var minutes = text.Split('-').Select(Minutes).ToArray();
        return new HoursOfDay(minutes[0], minutes[1]);
    }

    private static int Minutes(string text)
    {
        var parts = text.Split(':').Select(part => int.Parse(part, CultureInfo.InvariantCulture)).ToArray();
        return (parts[0] * 60) + parts[1];
    }
}
