namespace Smile.Server.Tests.Billing;

/// <summary>The scenarios of the folder Scenarios, each a table that is played and must come out as it is written.</summary>
[Collection(BillingTests.Name)]
public sealed class BillingScenarioTests(BillingServer billing)
{
    private static readonly IReadOnlyDictionary<string, string> Scenarios = Directory
        .EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "Billing", "Scenarios"), "*.txt")
        .Order(StringComparer.Ordinal)
        .SelectMany(file => ("\n" + File.ReadAllText(file)).Split("\n# ").Skip(1))
        .ToDictionary(
            section => section[..section.IndexOf('\n', StringComparison.Ordinal)].Trim(),
            section => section[(section.IndexOf('\n', StringComparison.Ordinal) + 1)..]
        );

    public static TheoryData<string> Names => [.. Scenarios.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_scenario_is_billed_to_the_cent(string name)
    {
        var rows = Scenarios[name].Split('\n').Where(row => row.Trim().Length > 0);
        var expected = string.Join(
            '\n',
            rows.Select(row => string.Join(" | ", row.Split('|').Select(column => column.Trim())).TrimEnd(' ', '|'))
        );
        var played = await new BillingScenario(billing).PlayAsync(expected);

        // Whole, so that a difference is seen where it is.
        Assert.True(expected == played, $"It came out as:\n{played}");
    }
}
