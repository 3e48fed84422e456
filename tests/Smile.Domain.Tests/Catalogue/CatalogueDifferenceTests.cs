using Smile.Domain.Catalogue;

namespace Smile.Domain.Tests.Catalogue;

public sealed class CatalogueDifferenceTests
{
    private static readonly CatalogueContent Current = ExampleCatalogue.Content;

    [Fact]
    public void A_catalogue_does_not_differ_from_itself()
    {
        var difference = CatalogueDifference.Between(Current, Current);

        Assert.True(difference.IsEmpty);
        Assert.Empty(difference.Lines());
    }

    [Fact]
    public void Everything_is_added_to_nothing()
    {
        var difference = CatalogueDifference.Between(null, Current);

        Assert.Empty(difference.Changed);
        Assert.Empty(difference.Removed);
        Assert.Contains(new CatalogueItemReference(CatalogueItemKind.Package, "192", "ADSL With VOIP Lines"), difference.Added);
        Assert.Equal(Enum.GetValues<CatalogueItemKind>(), difference.Added.Select(item => item.Kind).Distinct().Order());
    }

    [Fact]
    public void Added_changed_and_removed_items_are_listed_with_what_changed()
    {
        var next = Current with
        {
            Plans = [.. Current.Plans.Where(plan => plan.Code != "Gold").Append(new Plan(9, "Platinum", "Platinum", 17, 1))],
            AccountTerms = [.. Current.AccountTerms.Select(terms => terms.Id == 1 ? terms with { DueDays = 21 } : terms)],
            Packages = [.. Current.Packages.Select(package => package.Id == 61 ? Relabelled(package) : package)],
        };

        var difference = CatalogueDifference.Between(Current, next);

        Assert.Equal(
            [
                "+ Plan Platinum",
                "~ AccountTerms 1 (Default terms)",
                "    dueDays: 14 → 21",
                "~ Package 61 (ADSL)",
                "    published: true → false",
                "    plans[36].name: Test Plan → Trial Plan",
                "    form[username].label: Username → Login",
                "- Plan Gold",
            ],
            difference.Lines());
    }

    [Fact]
    public void The_keys_of_what_is_removed_are_told_kind_by_kind()
    {
        var difference = CatalogueDifference.Between(Current, Current with { Plans = [], Features = [.. Current.Features.Where(feature => feature.Id != 812)] });

        Assert.Equal(Current.Plans.Select(plan => plan.Code), difference.RemovedKeys(CatalogueItemKind.Plan));
        Assert.Equal(["812"], difference.RemovedKeys(CatalogueItemKind.Feature));
        Assert.Empty(difference.RemovedKeys(CatalogueItemKind.Service));
    }

    [Fact]
    public void What_is_charged_and_how_it_is_paid_is_compared_item_by_item()
    {
        var next = Current with
        {
            PaymentTypes = [.. Current.PaymentTypes.Select(type => type.Code == "payway" ? type with { Currency = "USD", Labels = type.Labels with { Cvv = null } } : type)],
            ItemDescriptions = [.. Current.ItemDescriptions.Select(item => item.Code == "misc1234" ? item with { Rate = 0.75m } : item), new ItemDescription("round", "Own rounding", null, true) { Company = 1 }],
            BondTypes = [.. Current.BondTypes.Where(type => type.Name != "ADSL modem")],
        };

        Assert.Equal(
            [
                "+ ItemDescription 1/round (Own rounding)",
                "~ PaymentType payway (Westpac PayWay)",
                "    currency: (none) → USD",
                "    labels.cvv: CVV → (none)",
                "~ ItemDescription 1/misc1234 (Example Company Pty Ltd: Professional services)",
                "    rate: 0.5 → 0.75",
                "- BondType 6aecbd7b-cfe4-4b79-9af4-92f5e70564d9 (ADSL modem)",
            ],
            CatalogueDifference.Between(Current, next).Lines());
    }

    [Fact]
    public void A_form_in_another_order_is_a_change()
    {
        var next = Current with { Packages = [.. Current.Packages.Select(package => package.Id == 303 ? package with { Form = [.. package.Form.Reverse()] } : package)] };

        Assert.Equal(["~ Package 303 (API user)", "    form (order): username, password → password, username"], CatalogueDifference.Between(Current, next).Lines());
    }

    [Fact]
    public void Values_that_come_and_go_are_shown_and_long_ones_are_cut()
    {
        var next = Current with
        {
            Services = [.. Current.Services.Select(service => service.Id == 20 ? service with { Qualifier = null, AuthenticationServiceType = null } : service)],
        };

        Assert.Equal(
            [
                "~ Service 20 (Fibre)",
                "    authenticationServiceType: 1 → (none)",
                "    qualifier: {\"kind\":\"http\",\"address\":\"http://127.0.0.1:8089/qualify\",\"ro… → (none)",
            ],
            CatalogueDifference.Between(Current, next).Lines());
    }

    private static Package Relabelled(Package package) => package with
    {
        Published = false,
        Plans = [.. package.Plans.Select(plan => plan.Id == 36 ? plan with { Name = "Trial Plan" } : plan)],
        Form = [.. package.Form.Select(field => field.Name == "username" ? field with { Label = "Login" } : field)],
    };
}
