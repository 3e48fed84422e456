using Smile.Catalogue;

namespace Smile.Modules.Tests.Catalogue.Reading;

/// <summary>What is found wrong in number pools, and what holds where they leave something out.</summary>
public sealed class NumberPoolProblemTests
{
    private const string Head = "id: 6070712e-0058-4114-8cbd-94a2c57d145c, name: P";

    [Theory]
    [InlineData("id: 6070712e, name: P", "numberPools[0].id: '6070712e' is not a UUID")]
    [InlineData(Head + ", quarantineDays: -1", "numberPools[0].quarantineDays: '-1' is out of range: 0 to 3653.")]
    [InlineData(Head + ", temporaryMinutes: 0", "numberPools[0].temporaryMinutes: '0' is out of range: 1 to 40320.")]
    [InlineData(Head + ", digits: 39", "numberPools[0].digits: '39' is out of range: 1 to 38.")]
    [InlineData(Head + ", kind: IPv4, digits: 3", "numberPools[0].digits: Addresses have their own form.")]
    [InlineData(Head + ", prefix: EX", "numberPools[0].prefix: Only a pool of texts (kind: Text) has it.")]
    [InlineData(Head + ", kind: Text, prefix: EX7", "numberPools[0].prefix: It has 1 to 40 characters, and no digit beside the number.")]
    [InlineData(Head + ", kind: Text, suffix: 7EX", "numberPools[0].suffix: It has 1 to 40 characters, and no digit beside the number.")]
    public void A_problem_is_told_with_its_place(string pool, string expected)
    {
        var problems = CatalogueText.Read(CatalogueText.Base, $"numberPools: [{{ {pool} }}]").Problems;
        Assert.StartsWith(expected, $"{problems.First().Path}: {problems.First().Message}", StringComparison.Ordinal);
    }

    [Fact]
    public void Two_pools_have_two_names_and_ids()
    {
        var problems = CatalogueText.Read(CatalogueText.Base, $"numberPools: [{{ {Head} }}, {{ {Head} }}]").Problems;
        Assert.Equal(["numberPools[1].id", "numberPools[1].name"], problems.Select(problem => problem.Path).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_pool_that_says_little_is_one_of_numbers_without_quarantine()
    {
        var pool = Assert.Single(CatalogueText.Content(CatalogueText.Base, $"numberPools: [{{ {Head} }}]").NumberPools);
        Assert.Equal(new NumberPool(pool.Id, "P", NumberPoolKind.Number, 30, 0), pool);
        Assert.Equal("Number - '' ''", pool.Form());
    }
}
