using Smile.Catalogue;
using Smile.Catalogue.Reading;
using Smile.Kernel;

namespace Smile.Modules.Tests.Catalogue;

public sealed class ExampleCatalogueTests
{
    private static readonly CatalogueSnapshot Catalogue = new(1, ExampleCatalogue.Content);

    [Fact]
    public void It_loads_without_problems() => Assert.Empty(CatalogueReader.ReadFiles([ExampleCatalogue.Folder]).Problems);

    [Fact]
    public void Package_192_is_the_guides_example()
    {
        var package = Catalogue.Package(192)!;

        Assert.Equal("ADSL With VOIP Lines", package.Name);
        Assert.Equal("ADSL - Order Form", package.FormName);
        Assert.Equal(
            ["812 ADSL1 8000/384", "89 ADSL1 256/64", "93 ADSL1 1500/256", "95 ADSL1 512/512"],
            package.Plans.Select(plan => $"{plan.Id} {plan.Name}")
        );
        Assert.Equal([17, 15], package.Subscriptions.Select(subscription => subscription.Service));
        Assert.Equal(
            [
                "92 username Username True",
                "91 phoneLines Phone Lines True",
                "90 contactGiven Contact's Given Name True",
                "89 contactFamily Contact's Family Name True",
            ],
            package.Form.Take(4).Select(field => $"{field.Id} {field.Name} {field.Label} {field.Required}")
        );
        Assert.Equal(FieldKind.Integer, package.Form.Single(field => field.Name == "phoneLines").Kind);
        Assert.Equal(
            ["secondaryContactName", "secondaryContactNo"],
            package.Form.Single(field => field.Name == "secondaryContact").Members.Select(member => member.Name)
        );
    }

    [Fact]
    public void Its_prepaid_blocks_have_a_quantity_or_an_end() =>
        Assert.Equal(
            ["data-1gb 3 1073741824 30 Days", "data-5gb 3 5368709120 30 Days", "1 hr 2 3600 30 Days", "messages-day 1 any 24 Hours"],
            Catalogue.Content.PrepaidBlocks.Select(block =>
                FormattableString.Invariant($"{block.Code} {block.ChargeType} {(block.Quantity is { } units ? $"{units:0}" : "any")}")
                + FormattableString.Invariant($" {block.Validity!.Count} {block.Validity.Unit}")
            )
        );

    [Fact]
    public void Its_currencies_differ_in_decimals_and_cash_rounding() =>
        Assert.Equal(
            ["AUD 2 0.05", "USD 2 0", "JPY 0 0", "KWD 3 0"],
            Catalogue.Content.Currencies.Select(currency =>
                FormattableString.Invariant($"{currency.Code} {currency.Decimals} {currency.CashUnit}")
            )
        );

    [Fact]
    public void The_visa_surcharge_is_the_guides()
    {
        var visa = Catalogue.Content.PaymentTypes.Single(type => type.Code == "visa");

        Assert.Equal((1m, 0.50m, 1.00m), (visa.SurchargePercent, visa.SurchargeFixed, visa.SurchargeMinimum));
    }

    [Fact]
    public void A_service_says_by_the_look_of_a_value_which_kind_of_field_it_is() =>
        Assert.Equal(
            [
                "colour String Chartreuse",
                "displayOrder Integer 3",
                "sellable Boolean true",
                "weight Decimal 1.50",
                "launched Date 2015-01-14",
                "helpDesk String 0355501256",
            ],
            Catalogue.Service(19)!.Properties.Select(field => $"{field.Name} {field.Kind} {field.Value}")
        );

    [Fact]
    public void Mobile_is_activated_before_it_is_provisioned() =>
        Assert.Equal([FulfilmentStep.Activate, FulfilmentStep.Provision, FulfilmentStep.Enable], Catalogue.Service(18)!.Steps);

    [Fact]
    public void Only_the_trial_is_not_published_and_three_packages_need_approval()
    {
        Assert.Equal([999], Catalogue.Content.Packages.Where(package => !package.Published).Select(package => package.Id));
        Assert.Equal([301, 302, 311], Catalogue.Content.Packages.Where(package => package.RequiresApproval).Select(package => package.Id));
    }

    [Fact]
    public void Time_zones_have_the_guides_keys()
    {
        Assert.Equal("Australia/Melbourne", Catalogue.Zone(13).Name);
        Assert.Equal(19, Catalogue.Zone("Australia/Sydney").Key);
    }
}
