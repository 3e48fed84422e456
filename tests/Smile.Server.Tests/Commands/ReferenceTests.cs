using Smile.Catalogue.Reading;
using Smile.Contracts;
using Smile.Server.Commands;
using Smile.Testing;

namespace Smile.Server.Tests.Commands;

/// <summary>R24: the documents that are written from the code.</summary>
public sealed class ReferenceTests
{
    [Fact]
    public void The_keys_of_the_catalogue_are_current()
    {
        var keys = Keys();
        Assert.Empty(keys.WithoutExample);
        RequireCurrent("catalogue.md", keys.ToMarkdown());
    }

    [Fact]
    public void Every_key_of_the_catalogue_has_a_meaning_and_every_meaning_has_a_key()
    {
        var keys = Keys();
        Require([.. keys.WithoutMeaning], "Say in CatalogueKeys.yaml what these keys mean");
        Require([.. keys.MeaningsWithoutKey], "CatalogueKeys.yaml has keys that nothing reads");

        static void Require(IReadOnlyCollection<string> wrong, string message) =>
            Assert.True(wrong.Count == 0, $"{message}: {string.Join(", ", wrong)}");
    }

    [Fact]
    public void The_table_of_operations_is_current()
    {
        RequireCurrent("operations.md", OperationsCommand.Table());
        Assert.Equal(186 + 2, SmileEndpoints.All.Sum(endpoint => endpoint.Operations.Count));
    }

    [Fact]
    public void The_settings_are_current() => RequireCurrent("settings.md", SettingsReference.ToMarkdown());

    [Fact]
    public void The_ready_made_sources_are_current() => RequireCurrent("usage-sources.md", OperationsCommand.UsageSources());

    private static CatalogueKeys Keys() => OperationsCommand.CatalogueReference([Path.Combine(Repository.Folder(), "catalogue")]);

    private static void RequireCurrent(string document, string text)
    {
        var written = File.ReadAllText(Path.Combine(Repository.Folder(), "docs", document));
        Assert.True(text == written, $"docs/{document} is stale: run ./smile generate");
    }
}
