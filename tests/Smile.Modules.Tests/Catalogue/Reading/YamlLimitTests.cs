using System.Text;
using Smile.Catalogue.Reading;

namespace Smile.Modules.Tests.Catalogue.Reading;

public sealed class YamlLimitTests
{
    [Fact]
    public void Anchors_may_be_used()
    {
        var content = CatalogueText.Content(
            "gstSchedules:\n  - { code: a, rates: &rates [{ from: 2000-07-01, percent: 10 }] }\n  - { code: b, rates: *rates }"
        );

        Assert.Equal(content.GstSchedules[0].Rates, content.GstSchedules[1].Rates);
    }

    [Fact]
    public void Aliases_that_would_grow_without_bound_are_refused_where_they_do()
    {
        var text = new StringBuilder("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for (var level = 1; level <= 9; level++)
        {
            text.AppendLine(
                System.Globalization.CultureInfo.InvariantCulture,
                $"a{level}: &a{level} [{string.Join(", ", Enumerable.Repeat($"*a{level - 1}", 10))}]"
            );
        }

        Assert.Equal(
            ["1.yaml(4,45): : A catalogue file holds at most 10000 values, with every alias written out. Split it into several files."],
            Problems(text.ToString())
        );
    }

    [Fact]
    public void An_alias_cannot_stand_within_what_it_stands_for() =>
        Assert.Equal(["1.yaml(1,12): : The alias '*a' stands within what it stands for."], Problems("plans: &a [*a]"));

    [Fact]
    public void An_alias_without_an_anchor_is_reported() =>
        Assert.Equal(["1.yaml(1,8): : There is no anchor '&a' above."], Problems("plans: *a"));

    [Fact]
    public void Nesting_is_bounded_even_where_it_would_break_the_stack() =>
        Assert.Equal(
            ["1.yaml(1,39): : A catalogue file is nested at most 32 levels deep."],
            Problems("plans: " + new string('[', 100_000))
        );

    [Fact]
    public void Nesting_through_aliases_is_bounded()
    {
        var text = new StringBuilder("a0: &a0 [[[[x]]]]\n");
        for (var level = 1; level <= 9; level++)
        {
            text.AppendLine(System.Globalization.CultureInfo.InvariantCulture, $"a{level}: &a{level} [[[[*a{level - 1}]]]]");
        }

        Assert.Equal(["1.yaml(8,13): : A catalogue file is nested at most 32 levels deep."], Problems(text.ToString()));
    }

    [Fact]
    public void More_values_than_a_file_holds_are_refused() =>
        Assert.Contains(
            "at most 10000 values",
            Problems($"plans: [{string.Join(",", Enumerable.Repeat("x", 10_001))}]").Single(),
            StringComparison.Ordinal
        );

    [Fact]
    public void What_is_not_yaml_is_reported_at_its_line_and_the_other_files_are_read_all_the_same()
    {
        var problems = CatalogueText.Read("plans:\n  - { id: 1]\n", "zebras: []").Problems;

        Assert.Equal(["1.yaml", "2.yaml"], problems.Select(problem => problem.File));
        Assert.Equal(2, problems[0].Line);
        Assert.Equal("Unknown key 'zebras'.", problems[1].Message);
    }

    [Fact]
    public void Nothing_is_said_to_be_missing_while_a_file_cannot_be_read()
    {
        const string package =
            "packages: [{ id: 5, name: P, company: 1, subscriptions: [{ service: 17 }], plans: [{ id: 1, plans: [Gold] }], form: [{ "
            + "name: username }, { name: speed }], colour: red }]";

        var problems = CatalogueText.Read(CatalogueText.Base + "\n]", package).Problems;

        Assert.Equal(2, problems.Count);
        Assert.Equal(19, problems[0].Line);
        Assert.Equal("Unknown key 'colour'.", problems[1].Message);
    }

    [Theory]
    [InlineData(
        "plans: []\n---\nplans: []",
        "1.yaml(2,1): : A catalogue file holds one document. Put what follows '---' into a file of its own."
    )]
    [InlineData("plans: !!set {}", "1.yaml(1,8): : Tags such as 'tag:yaml.org,2002:set' are not used in catalogue files.")]
    [InlineData("? [plans]\n: []", "1.yaml(1,3): : A key must be a plain word.")]
    public void What_yaml_allows_and_catalogue_files_do_not_use_is_reported(string text, string problem) =>
        Assert.Contains(problem, Problems(text));

    [Fact]
    public void A_file_larger_than_four_megabytes_is_refused() =>
        Assert.Equal(["1.yaml: The file is larger than 4 MB."], Problems("#" + new string('x', CatalogueReader.MaxFileSize)));

    [Fact]
    public void A_file_that_is_not_there_and_one_that_is_not_text_are_reported()
    {
        var folder = Directory.CreateTempSubdirectory("catalogue-");
        try
        {
            var binary = Path.Combine(folder.FullName, "binary.yaml");
            File.WriteAllBytes(binary, [0x61, 0xFF, 0xFE]);
            var missing = Path.Combine(folder.FullName, "missing.yaml");

            var result = CatalogueReader.ReadFiles([folder.FullName, missing]);

            Assert.Equal([binary, missing], result.Problems.Select(problem => problem.File));
            Assert.Equal("The file is not UTF-8 text.", result.Problems[0].Message);
            Assert.StartsWith("The file cannot be read: ", result.Problems[1].Message, StringComparison.Ordinal);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void A_folder_without_catalogue_files_is_reported()
    {
        var folder = Directory.CreateTempSubdirectory("catalogue-");
        try
        {
            Assert.Equal(
                $"{folder.FullName}: The folder has no .yaml files.",
                CatalogueReader.ReadFiles([folder.FullName]).Problems.Single().ToString()
            );
        }
        finally
        {
            folder.Delete();
        }
    }

    private static string[] Problems(string text) => [.. CatalogueText.Read(text).Problems.Select(problem => problem.ToString())];
}
