using System.Text.Json;
using System.Text.Json.Nodes;
using Smile.Catalogue;

namespace Smile.Modules.Tests.Catalogue;

public sealed class CatalogueJsonTests
{
    [Fact]
    public void The_example_catalogue_survives_being_stored()
    {
        var json = CatalogueJson.Write(ExampleCatalogue.Content);

        var read = CatalogueJson.Read(json);

        Assert.Equal(json, CatalogueJson.Write(read));
        Assert.True(CatalogueDifference.Between(ExampleCatalogue.Content, read).IsEmpty);
        Assert.Equal(new DateOnly(2000, 7, 1), read.GstSchedules[0].Rates[0].From);
        Assert.Equal("acme2000", read.CustomCollections.Single(collection => collection.Code == "modems").Entries[1].Code);
        Assert.Equal("MEL", read.Services.Single(service => service.Id == 17).Qualifier!.Rows[0].When["exchange"]);
    }

    [Theory]
    [InlineData("0.50")]
    [InlineData("0.5")]
    [InlineData("79228162514264337593543950335")]
    [InlineData("0.0000000000000000000000000001")]
    public void Decimals_are_exact_with_their_trailing_zeros(string surcharge)
    {
        var exact = decimal.Parse(surcharge, System.Globalization.CultureInfo.InvariantCulture);
        var content = ExampleCatalogue.Content with { PaymentTypes = [new PaymentTypeItem("x", "X", 0m, exact, 0m)] };

        var read = CatalogueJson.Read(CatalogueJson.Write(content)).PaymentTypes.Single().SurchargeFixed;

        Assert.Equal(decimal.GetBits(exact), decimal.GetBits(read));
    }

    [Theory]
    [InlineData("services")]
    [InlineData("packages")]
    public void A_version_that_lacks_a_section_is_refused_rather_than_read_as_empty(string section)
    {
        var stored = JsonNode.Parse(CatalogueJson.Write(ExampleCatalogue.Content))!.AsObject();
        stored.Remove(section);

        Assert.Throws<JsonException>(() => CatalogueJson.Read(stored.ToJsonString()));
    }

    [Fact]
    public void A_version_that_was_stored_before_a_property_was_added_is_read_with_its_default()
    {
        var stored = JsonNode.Parse(CatalogueJson.Write(ExampleCatalogue.Content))!.AsObject();
        foreach (var section in new[] { "reportingCategories", "chargeTypes", "bondTypes", "invoiceGroupings", "purchaseOrderFields" })
        {
            Assert.True(stored.Remove(section));
        }

        stored["paymentTypes"] = JsonNode.Parse(
            """[{ "code": "visa", "name": "Visa", "surchargePercent": 1, "surchargeFixed": 0.50, "surchargeMinimum": 1.00 }]"""
        );
        stored["itemDescriptions"] = JsonNode.Parse(
            """[{ "code": "031640", "description": "ADSL", "glCode": "500", "chargeGst": true }]"""
        );

        var read = CatalogueJson.Read(stored.ToJsonString());

        Assert.Equal(new PaymentTypeItem("visa", "Visa", 1m, 0.50m, 1.00m), read.PaymentTypes.Single());
        Assert.Equal(
            (null, null, 1m, null),
            (
                read.ItemDescriptions[0].Id,
                read.ItemDescriptions[0].Company,
                read.ItemDescriptions[0].UnitSize,
                read.ItemDescriptions[0].Rate
            )
        );
        Assert.Empty(read.BondTypes);
        Assert.Empty(read.InvoiceGroupings);
        Assert.Empty(read.PurchaseOrderFields);
    }

    [Fact]
    public void Null_is_no_catalogue() => Assert.Throws<JsonException>(() => CatalogueJson.Read("null"));
}
