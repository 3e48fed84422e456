using System.Text.Json.Nodes;
using Smile.Catalogue;
using Smile.Kernel;

namespace Smile.Modules.Tests.Catalogue.Reading;

/// <summary>Tables of periods, and who has which cycle.</summary>
public sealed class BillingCycleTests
{
    private const string Quarters = "billingCycles: [{ name: Quarters, starts: [2026-01-01, 2026-04-01], ends: 2026-06-30 }]\n";
    private const string Starts = "There are 1 to 2100 periods, each named by its first day.";
    private const string Own = "Subscriptions that follow their account's cycle (ownCycle: false) have none of their own.";

    public static TheoryData<string, string> Tables =>
        new()
        {
            { "starts: [2026-01-01], ends: 2026-03-31", "test.yaml(1,17): billingCycles[0].name: The key 'name' is missing." },
            { "name: Q, ends: 2026-03-31", $"test.yaml(1,17): billingCycles[0].starts: {Starts}" },
            { "name: Q, starts: [], ends: 2026-03-31", $"test.yaml(1,36): billingCycles[0].starts: {Starts}" },
            {
                "name: Q, starts: 2026-01-01, ends: 2026-03-31",
                "test.yaml(1,36): billingCycles[0].starts: Expected a list, but this is '2026-01-01'."
            },
            { "name: Q, starts: [2026-01-01]", "test.yaml(1,17): billingCycles[0].ends: The key 'ends' is missing." },
            {
                "name: Q, starts: [2026-01-01, soon], ends: 2026-03-31",
                "test.yaml(1,49): billingCycles[0].starts[1]: Expected a date such as 2000-07-01, but this is 'soon'."
            },
            {
                "name: Q, starts: [2026-01-01], ends: 31/3/2026",
                "test.yaml(1,56): billingCycles[0].ends: Expected a date such as 2000-07-01, but this is '31/3/2026'."
            },
            {
                "name: Q, starts: [2026-04-01, 2026-01-01], ends: 2026-06-30",
                "test.yaml(1,49): billingCycles[0].starts[1]: Periods follow each other: this one begins on 2026-01-01, the one "
                    + "before it on 2026-04-01."
            },
            {
                "name: Q, starts: [2026-04-01, 2026-04-01], ends: 2026-06-30",
                "test.yaml(1,49): billingCycles[0].starts[1]: Periods follow each other: this one begins on 2026-04-01, the one "
                    + "before it on 2026-04-01."
            },
            {
                "name: Q, starts: [2026-04-01], ends: 2026-03-31",
                "test.yaml(1,56): billingCycles[0].ends: The last period begins on 2026-04-01 and cannot end before."
            },
            {
                "name: Q, starts: [2026-01-01, 2062-04-01], ends: 2062-06-30",
                "test.yaml(1,37): billingCycles[0].starts[0]: The period that begins on 2026-01-01 would have 13239 days; it may have 371."
            },
            {
                "name: Q, starts: [2026-01-01], ends: 9999-12-31",
                "test.yaml(1,37): billingCycles[0].starts[0]: The period that begins on 2026-01-01 would have 2912443 days; it may "
                    + "have 371."
            },
            {
                "name: Q, starts: [2026-01-01], ends: 2026-03-31, months: 3",
                "test.yaml(1,68): billingCycles[0].months: Unknown key 'months'."
            },
        };

    [Theory]
    [MemberData(nameof(Tables))]
    public void A_table_whose_periods_do_not_follow_each_other_is_reported(string table, string problem) =>
        Assert.Equal([problem], CatalogueText.Problems($"billingCycles: [{{ {table} }}]"));

    [Fact]
    public void Two_tables_cannot_have_one_name_and_a_table_is_bounded()
    {
        Assert.Equal(
            ["test.yaml(2,11): billingCycles[1].name: billing cycle name 'Quarters' is already used at test.yaml(1)."],
            CatalogueText.Problems(
                "billingCycles: [{ name: Quarters, starts: [2026-01-01], ends: 2026-03-31 },\n  { name: Quarters, starts: "
                    + "[2026-01-01], ends: 2026-03-31 }]"
            )
        );
        var days = string.Join(
            ", ",
            Enumerable
                .Range(0, 2_101)
                .Select(day =>
                    new DateOnly(2026, 1, 1).AddDays(day).ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture)
                )
        );
        Assert.Equal(
            [$"test.yaml(1,36): billingCycles[0].starts: {Starts}"],
            CatalogueText.Problems($"billingCycles: [{{ name: Q, starts: [{days}], ends: 2032-01-01 }}]")
        );
    }

    public static TheoryData<string, string> Choices =>
        new()
        {
            {
                "cycleType: Custom",
                "test.yaml(3,72): packages[0].account.cycle: A custom cycle needs its table of periods: the name of one of billingCycles."
            },
            {
                "cycleType: Custom, cycle: Quartres",
                "test.yaml(3,133): packages[0].account.cycle: There is no billing cycle Quartres. Did you mean 'Quarters'?"
            },
            {
                "cycleType: Custom, cycle: Quarters, cycleDay: 1",
                "test.yaml(3,153): packages[0].account.cycleDay: A custom cycle has the periods of its table, and no day of the month."
            },
            {
                "cycleType: Monthly",
                "test.yaml(3,72): packages[0].account.cycleDay: A monthly cycle needs the day of the month that its periods begin on, "
                    + "31 for periods that end with the month."
            },
            { "cycleType: Monthly, cycleDay: 0", "test.yaml(3,137): packages[0].account.cycleDay: '0' is out of range: 1 to 31." },
            {
                "cycleType: Monthly, cycleDay: 1, cycle: Quarters",
                "test.yaml(3,147): packages[0].account.cycle: Only a custom cycle (cycleType: Custom) has a table of periods."
            },
            {
                "cycle: Quarters",
                "test.yaml(3,114): packages[0].account.cycle: Only a custom cycle (cycleType: Custom) has a table of periods."
            },
        };

    [Theory]
    [MemberData(nameof(Choices))]
    public void An_account_has_a_day_or_a_table(string choice, string problem) =>
        Assert.Equal(
            [problem],
            CatalogueText.Problems(
                Quarters
                    + $"packages:\n  - {{ id: 5, name: P, company: 1, form: [{{ name: username }}], account: {{ accountType: 1, "
                    + $"accountTerms: 1, {choice} }} }}"
            )
        );

    [Theory]
    [InlineData("cycleDay: 5", "services[0].cycleDay: " + Own)]
    [InlineData("cycleType: Monthly, cycleDay: 5", "services[0].cycleType: " + Own + "|services[0].cycleDay: " + Own)]
    [InlineData("cycleType: Custom, cycle: Quarters", "services[0].cycleType: " + Own + "|services[0].cycle: " + Own)]
    [InlineData(
        "ownCycle: true, cycleType: Custom",
        "services[0].cycle: A custom cycle needs its table of periods: the name of one of billingCycles."
    )]
    [InlineData(
        "ownCycle: true, cycleType: Monthly",
        "services[0].cycleDay: A monthly cycle needs the day of the month that its periods begin on, 31 for periods that end with the "
            + "month."
    )]
    public void A_service_has_a_cycle_only_where_its_subscriptions_have_their_own(string keys, string problems) =>
        Assert.Equal(
            problems.Split('|'),
            CatalogueText
                .Problems(Quarters + $"services:\n  - {{ id: 5, name: S, {keys} }}")
                .Select(problem => problem[(problem.IndexOf(": ", StringComparison.Ordinal) + 2)..])
        );

    [Fact]
    public void Accounts_and_services_get_the_cycles_that_they_name()
    {
        var content = CatalogueText.Content(
            CatalogueText.Base,
            Quarters
                + """
                services:
                  - { id: 30, name: By quarter, ownCycle: true, cycleType: Custom, cycle: Quarters }
                  - { id: 31, name: By month, ownCycle: true, cycleType: Monthly, cycleDay: 31 }
                packages:
                  - { id: 5, name: By quarter, company: 1, form: [{ name: username }],
                      account: { accountType: 1, accountTerms: 1, cycleType: Custom, cycle: Quarters } }
                  - { id: 6, name: By month, company: 1, form: [{ name: username }],
                      account: { accountType: 1, accountTerms: 1, cycleType: Monthly, cycleDay: 10 } }
                """
        );
        Assert.Equal(
            [(CycleType.Custom, null, "Quarters"), (CycleType.Monthly, 10, null)],
            content.Packages.Select(package => (package.Account!.CycleType, package.Account.CycleDay, package.Account.Cycle))
        );
        Assert.Equal(
            [(true, CycleType.Custom, null, "Quarters"), (true, CycleType.Monthly, 31, null)],
            content
                .Services.Where(service => service.Id >= 30)
                .Select(service => (service.HasOwnCycle, service.CycleType, service.CycleDay, service.Cycle))
        );

        var catalogue = new CatalogueSnapshot(1, CatalogueJson.Read(CatalogueJson.Write(content)));
        var cycle = Assert.IsType<TableCycle>(
            catalogue.Cycle(CycleChoice.Of(CycleType.Custom, null, "Quarters", new DateOnly(2026, 1, 5)))
        );
        Assert.Equal(("Quarters", new DateOnly(2026, 6, 30), 91), (cycle.Name, cycle.Ends, cycle.LongestPeriod));
        Assert.Equal([new DateOnly(2026, 1, 1), new DateOnly(2026, 4, 1)], cycle.Starts.ToArray());
        Assert.Equal(new MonthCycle(5), catalogue.Cycle(CycleChoice.Of(CycleType.Anniversary, null, null, new DateOnly(2026, 1, 5))));
        Assert.Equal(new MonthCycle(10), catalogue.Cycle(CycleChoice.Of(CycleType.Monthly, 10, null, new DateOnly(2026, 1, 5))));
    }

    /// <summary>Versions that were stored before there were other cycles have the type in the same words, and no table.</summary>
    [Fact]
    public void A_stored_catalogue_without_tables_can_be_read()
    {
        var old = JsonNode.Parse(CatalogueJson.Write(ExampleCatalogue.Content))!.AsObject();
        Assert.True(old.Remove("billingCycles"));
        Assert.All(
            old["services"]!.AsArray(),
            service => Assert.True(service!.AsObject().Remove("cycle") && service.AsObject().Remove("cycleType"))
        );
        Assert.All(
            old["packages"]!.AsArray().Select(package => package!["account"]).OfType<JsonObject>(),
            account => Assert.True(account.Remove("cycle") && (string?)account["cycleType"] == "Anniversary")
        );
        var read = CatalogueJson.Read(old.ToJsonString());
        Assert.Empty(read.BillingCycles);
        Assert.True(CatalogueDifference.Between(ExampleCatalogue.Content with { BillingCycles = [] }, read).IsEmpty);
    }

    [Theory]
    [InlineData("2026-01-01 2026-04-01 2026-07-01", "2026-09-30", null)]
    [InlineData("2025-10-01 2026-01-01 2026-04-01", "2026-06-30", null)]
    [InlineData("2026-01-01 2026-04-01", "2026-07-31", "2026-04-01")]
    [InlineData("2026-01-01", "2026-03-31", "2026-04-01")]
    [InlineData("2026-04-01", "2026-06-30", "2026-01-01")]
    [InlineData("2026-01-01 2026-03-01 2026-04-01", "2026-06-30", "2026-01-01")]
    [InlineData("2026-01-01 2026-04-02", "2026-06-30", "2026-01-01")]
    [InlineData("2025-12-31 2026-04-01", "2026-06-30", "2026-01-01")]
    public void A_table_may_gain_periods_before_and_behind_and_lose_none(string starts, string ends, string? lost)
    {
        var quarters = CatalogueText.Content(CatalogueText.Base, Quarters).BillingCycles.Single();
        var other = new BillingCycleItem(
            "Quarters",
            [.. starts.Split(' ').Select(start => DateOnly.Parse(start, System.Globalization.CultureInfo.InvariantCulture))],
            DateOnly.Parse(ends, System.Globalization.CultureInfo.InvariantCulture)
        );
        Assert.Equal(lost, quarters.LostIn(other)?.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture));
    }
}
