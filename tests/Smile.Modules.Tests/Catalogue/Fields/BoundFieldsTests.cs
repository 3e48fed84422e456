using Smile.Catalogue;
using Smile.Catalogue.Fields;
using Smile.Kernel;

namespace Smile.Modules.Tests.Catalogue.Fields;

/// <summary>Which fields refer to a collection, as the example and changes of it bind them.</summary>
public sealed class BoundFieldsTests
{
    private static readonly CatalogueContent Content = ExampleCatalogue.Content;

    [Fact]
    public void Fields_of_accounts_and_services_and_the_forms_that_take_them_are_found()
    {
        Assert.Equal(["accountManager"], Texts(Content.AccountFieldsBoundTo("accountManagers")));
        Assert.Empty(Content.SubscriptionFieldsBoundTo("accountManagers"));
        Assert.Equal([(17, "modem")], Content.SubscriptionFieldsBoundTo("modems").Select(field => (field.Service, $"{field.Path}")));
        Assert.Equal([(61, "modem")], Content.FormFieldsBoundTo("modems").Select(field => (field.Package, $"{field.Path}")));
        Assert.Empty(Content.AccountFieldsBoundTo("none"));
    }

    /// <summary>A form may bind a field that the account leaves open, and not one that the account binds otherwise.</summary>
    [Fact]
    public void A_form_binds_what_the_account_leaves_open()
    {
        var open = Field("client_id", "modems");
        var other = Field("accountManager", "modems");
        var content = Content with
        {
            Packages = [.. Content.Packages.Select(package => package.Id == 258 ? package with { Form = [open, other] } : package)],
        };
        Assert.Equal(["client_id"], Texts(content.AccountFieldsBoundTo("modems")));
        Assert.Equal(["accountManager"], Texts(content.AccountFieldsBoundTo("accountManagers")));
    }

    private static FieldDefinition Field(string name, string collection) =>
        new(1, name, name, FieldKind.String, false, FieldVisibility.Visible, collection, []);

    private static IEnumerable<string> Texts(IEnumerable<FieldPath> paths) => paths.Select(path => path.ToString());
}
