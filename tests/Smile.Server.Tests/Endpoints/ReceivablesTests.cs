using Smile.Catalogue;
using Smile.Contracts.Faults;
using Smile.Kernel;
using Smile.Receivables;
using Smile.Server.Tests.Fixture;
using Smile.Session;
using static Smile.Server.Tests.Fixture.Orders;
using static Smile.Server.Tests.Fixture.SoapCaller;

namespace Smile.Server.Tests.Endpoints;

[Collection(ServerTests.Name)]
public sealed class ReceivablesTests(ServerFixture server)
{
    private const string Endpoint = "accountsreceivable";

    private SoapCaller Api => server.Administrator;

    /// <summary>The guide's example (line 17905).</summary>
    [Fact]
    public async Task An_item_description_is_found_by_company_and_code_and_by_its_number()
    {
        var byCode = await Api.CallAsync(Endpoint, "getItemDescription", P("company", 1), P("itemCode", "misc1234"));
        Assert.Equal(
            ("1", "misc1234", "Example Company Pty Ltd: Professional services", "1", "true", "AUD"),
            (
                byCode.At("Company"),
                byCode.At("ItemCode"),
                byCode.At("Name"),
                byCode.At("UnitSize"),
                byCode.At("ChargeGst"),
                byCode.At("Currency")
            )
        );
        var rate = byCode.AllAt("Rate").Single();
        Assert.Equal(("0.50000", "$0.50", "AUD"), (rate.Value, rate.Attribute("formatted")!.Value, rate.Attribute("currency")!.Value));
        Assert.Equal(
            ("1", "exampleps", "Example Company Pty Ltd: Professional services division", "10"),
            (
                byCode.At("ReportingCategory/Company"),
                byCode.At("ReportingCategory/ReportingCode"),
                byCode.At("ReportingCategory/Name"),
                byCode.At("ReportingCategory/Id")
            )
        );
        Assert.Equal("68", byCode!.Attribute("id")!.Value);
        Assert.Equal(
            byCode.ToString(),
            (await Api.CallAsync(Endpoint, "getItemDescriptionById", P("itemDescriptionId", "68")))!
                .ToString()
                .Replace("getItemDescriptionByIdResponse", "getItemDescriptionResponse", StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task An_item_shows_what_is_configured_and_a_code_stands_for_its_number()
    {
        var modem = await Api.CallAsync(Endpoint, "getItemDescriptionById", P("itemDescriptionId", "3gwifimodem"));
        Assert.Equal(
            ("69", "136.36364", "$150.00 incl. GST", "Acme"),
            (modem!.Attribute("id")!.Value, modem.At("Rate"), modem.At("DisplayRate"), modem.Field("supplier"))
        );
        var gst = await Api.CallAsync(Endpoint, "getItemDescription", P("company", 1), P("itemCode", "gst"));
        Assert.Equal(("false", null, null, null), (gst.At("ChargeGst"), gst.At("Rate"), gst.At("ReportingCategory"), gst.At("Object")));
    }

    [Theory]
    [InlineData(1, "nonsense")]
    [InlineData(1, "")]
    [InlineData(2, "misc1234")]
    public async Task Unknown_companies_and_codes_are_refused(int company, string code) =>
        Assert.Equal(
            "NoSuchItemException",
            (await Api.RefusedAsync(Endpoint, "getItemDescription", P("company", company), P("itemCode", code))).Element
        );

    [Theory]
    [InlineData("0")]
    [InlineData("nonsense")]
    [InlineData("")]
    public async Task Unknown_item_numbers_are_refused(string id) =>
        Assert.Equal(
            "NoSuchItemException",
            (await Api.RefusedAsync(Endpoint, "getItemDescriptionById", P("itemDescriptionId", id))).Element
        );

    /// <summary>The guide's example (line 6483).</summary>
    [Fact]
    public async Task Bond_types_come_with_their_usual_amounts()
    {
        var types = (await Api.CallAsync("account", "getBondTypes")).AllAt("BondType").ToList();
        Assert.Equal(
            [
                ("6aecbd7b-cfe4-4b79-9af4-92f5e70564d9", "1", "ADSL modem", "ADSL modem", "50.00", "$50.00"),
                ("f4eb1d21-e27f-47d5-bd04-9b97509e47e2", "1", "Pocket WiFi modem", "4G modem", "150.00", "$150.00"),
            ],
            types.Select(type =>
                (
                    type.At("BondType"),
                    type.At("Company"),
                    type.At("Name"),
                    type.At("Description"),
                    type.At("Rate"),
                    type.AllAt("Rate").Single().Attribute("formatted")?.Value
                )
            )
        );
    }

    [Fact]
    public async Task A_caller_of_one_account_sees_what_its_company_has_and_nothing_of_others()
    {
        var customer = await PortalCustomerAsync(server);
        var content = TwoCompanies();
        await using var own = Session(content, customer.Usn, allAccounts: false);
        Assert.All((await new BondTypes(own.Session).ListAsync(CancellationToken.None)).BondType, type => Assert.Equal(1, type.Company));
        Assert.Equal("Own", (await new ItemDescriptions(own.Session).GetAsync(1, "gst", CancellationToken.None)).Name);
        Assert.Equal(
            Fault.NoSuchItemException,
            (
                await Assert.ThrowsAsync<SmileException>(() =>
                    new ItemDescriptions(own.Session).GetAsync(2, "round", CancellationToken.None)
                )
            ).Fault
        );
        Assert.Equal(
            Fault.NoSuchItemException,
            (
                await Assert.ThrowsAsync<SmileException>(() =>
                    new ItemDescriptions(own.Session).GetByIdAsync("902", CancellationToken.None)
                )
            ).Fault
        );

        await using var all = Session(content, customer.Usn, allAccounts: true);
        Assert.Contains(
            (await new BondTypes(all.Session).ListAsync(CancellationToken.None)).BondType,
            type => type is { Company: 2, Rate.Formatted: "¥5,000" }
        );
        Assert.Equal(
            (2, "JPY"),
            await new ItemDescriptions(all.Session).GetByIdAsync("902", CancellationToken.None) is var item
                ? (item.Company, item.Currency)
                : default
        );
        Assert.Equal("Includes 10% GST", (await new ItemDescriptions(all.Session).GetAsync(2, "gst", CancellationToken.None)).Name);
    }

    /// <summary>Over SOAP such a caller is refused before (AuthenticationException): this is what the guide lists (line 6505).</summary>
    [Fact]
    public async Task A_caller_who_does_not_exist_is_told_no_bond_types()
    {
        await using var nobody = Session(ServerFixture.ReadCatalogue(), "4711", allAccounts: true);
        Assert.Equal(
            Fault.NoSuchItemException,
            (await Assert.ThrowsAsync<SmileException>(() => new BondTypes(nobody.Session).ListAsync(CancellationToken.None))).Fault
        );
    }

    private static CatalogueContent TwoCompanies()
    {
        var content = ServerFixture.ReadCatalogue();
        return content with
        {
            Companies = [.. content.Companies, new Company(2, "Example Japan", "JPY", "Asia/Tokyo")],
            BondTypes = [.. content.BondTypes, new BondTypeItem(Guid.NewGuid(), 2, "Router", null, "JPY", 5000m)],
            ItemDescriptions =
            [
                .. content.ItemDescriptions,
                new ItemDescription("gst", "Own", null, false) { Id = 901, Company = 1 },
                new ItemDescription("router", "Router", null, true)
                {
                    Id = 902,
                    Company = 2,
                    Rate = 1m,
                },
            ],
        };
    }

    private OwnedSession Session(CatalogueContent content, string accountUsn, bool allAccounts)
    {
        var caller = new Caller(
            new Usn(accountUsn),
            new Usn(accountUsn),
            allAccounts,
            ViewPassword: false,
            OrderAllPackages: false,
            new HashSet<int>()
        );
        return new OwnedSession(
            new StageSession(server.Stage.Store.CreateDatabase(), new CatalogueSnapshot(1, content), server.Clock, caller)
        );
    }

    private sealed record OwnedSession(StageSession Session) : IAsyncDisposable
    {
        public ValueTask DisposeAsync() => Session.Database.DisposeAsync();
    }
}
