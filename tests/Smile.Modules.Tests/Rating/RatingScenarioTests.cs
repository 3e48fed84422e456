namespace Smile.Modules.Tests.Rating;

/// <summary>The scenarios of the folder Scenarios, each a table that is played and must come out as it is written.</summary>
public sealed class RatingScenarioTests
{
    private static readonly IReadOnlyDictionary<string, string> Scenarios = Directory
        .EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "Rating", "Scenarios"), "*.txt")
        .Order(StringComparer.Ordinal)
        .SelectMany(file => ("\n" + File.ReadAllText(file)).Split("\n# ").Skip(1))
        .ToDictionary(
            section => section[..section.IndexOf('\n', StringComparison.Ordinal)].Trim(),
            section => section[(section.IndexOf('\n', StringComparison.Ordinal) + 1)..]
        );

    public static TheoryData<string> Names => [.. Scenarios.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Usage_is_charged_as_the_table_says(string name)
    {
        var rows = Scenarios[name].Split('\n').Where(row => row.Trim().Length > 0);
        var expected = rows.Select(row => string.Join(" | ", row.Split('|').Select(part => part.Trim())));

        var played = new RatingScenario().Play(Scenarios[name]);

        // Whole, so that a difference is seen where it is.
        Assert.True(string.Join('\n', expected) == played, $"It came out as:\n{played}");
    }
}
