using Smile.Catalogue.Reading;

namespace Smile.Modules.Tests.Catalogue.Reading;

public sealed class CatalogueKeysTests
{
    [Fact]
    public void A_key_without_a_meaning_and_a_meaning_without_a_key_are_named()
    {
        const string meanings = "offices: { _: Where sales are made., id: Number of the office., nam: Name of the office. }";
        var keys = Keys(meanings, "offices", "offices[0].id", "offices[0].name");

        Assert.Equal(["offices.name"], keys.WithoutMeaning);
        Assert.Equal(["offices.nam"], keys.MeaningsWithoutKey);
    }

    [Fact]
    public void A_sentence_about_a_section_that_there_is_not_is_named() =>
        Assert.Equal(["offices"], Keys("offices: { _: Where sales are made. }").MeaningsWithoutKey);

    [Fact]
    public void The_reference_has_a_sections_sentence_and_a_row_for_each_key()
    {
        var keys = new CatalogueKeys(new CatalogueMeanings("offices: { _: Where sales are made., id: One | two. }"));
        keys.Note("offices", "list of mappings", isRequired: false, isNested: true, fallback: null, isFromOthers: false);
        keys.Note("offices[3].id", "whole number", isRequired: true, isNested: false, fallback: null, isFromOthers: false);

        Assert.EndsWith(
            """

            ## offices

            Where sales are made.

            | Key | Value | Default | Meaning |
            |---|---|---|---|
            | `id` | whole number | required | One \| two. |

            """,
            keys.ToMarkdown(),
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData("offices: { id: }", "CatalogueKeys.yaml(1): offices.id has no sentence.")]
    [InlineData("offices: { id: One., id: Two. }", "CatalogueKeys.yaml(1): The key 'id' is given more than once.")]
    public void A_meaning_is_one_sentence(string yaml, string message) =>
        Assert.Equal(message, Assert.Throws<InvalidOperationException>(() => new CatalogueMeanings(yaml)).Message);

    private static CatalogueKeys Keys(string meanings, params string[] paths)
    {
        var keys = new CatalogueKeys(new CatalogueMeanings(meanings));
        foreach (var path in paths)
        {
            keys.Note(path, "text", isRequired: true, isNested: false, fallback: null, isFromOthers: false);
        }

        return keys;
    }
}
