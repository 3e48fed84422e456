using System.Net;
using System.Text;
using Smile.Server.Tests.Fixture;
using static Smile.Server.Tests.Fixture.SoapCaller;

namespace Smile.Server.Tests.Endpoints;

[Collection(ServerTests.Name)]
public sealed class ServiceTests(ServerFixture server)
{
    private SoapCaller Api => server.Administrator;

    [Fact]
    public async Task A_service_is_described_with_its_form()
    {
        var service = await Api.CallAsync("service", "getServiceDescription", P("sid", 17));
        Assert.Equal(("17", "ADSL"), (service.At("SID"), service.At("name")));
        var fields = service
            .AllAt("SubscriptionForm/Form/Attributes/Attribute/AttributeType")
            .ToDictionary(type => type.At("Name")!, type => type.AllAt("SmileObjectXMLType").Single().Attribute("type")!.Value);
        Assert.Equal(("Boolean", "Decimal"), (fields["stabilityProfile"], fields["speed"]));
        Assert.Equal("ServiceDescriptionException", (await Api.RefusedAsync("service", "getServiceDescription", P("sid", 4711))).Element);
        Assert.Equal(
            "ServiceDescriptionException",
            (await Api.RefusedAsync("service", "getServiceDescription", P("sid", "seventeen"))).Element
        ); // O22
    }

    /// <summary>The guide's example (line 19190).</summary>
    [Fact]
    public async Task The_types_of_tariffs_of_a_service_are_listed()
    {
        var types = await Api.CallAsync("service", "getTariffTypes", P("sid", 772));
        Assert.Equal(
            [
                "1537 772 Test service 772 1 Example Telecom 13XX",
                "1538 772 Test service 772 1 Example Telecom Calls between customers",
                "1539 772 Test service 772 1 Example Telecom Internal",
                "1540 772 Test service 772 1 Example Telecom International",
                "1541 772 Test service 772 1 Example Telecom Local",
            ],
            types
                .AllAt("TariffTypeType")
                .Select(type =>
                    $"{type.At("TariffType")} {type.AllAt("Service").Single().Attribute("key")!.Value} {type.At("Service")} "
                    + $"{type.AllAt("Company").Single().Attribute("key")!.Value} {type.At("Company")} {type.At("Name")}"
                )
        );
        Assert.Empty((await Api.CallAsync("service", "getTariffTypes", P("sid", 17))).AllAt("TariffTypeType"));
        Assert.Equal("ServiceTariffTypeException", (await Api.RefusedAsync("service", "getTariffTypes", P("sid", 4711))).Element);
        Assert.Equal("ServiceTariffTypeException", (await Api.RefusedAsync("service", "getTariffTypes", P("sid", "voice"))).Element);
    }

    [Fact]
    public async Task The_table_qualifier_answers_by_its_first_matching_row()
    {
        var answer = await Api.CallAsync(
            "service",
            "qualifyService",
            P("sid", 17),
            Arguments("<String name='fnn'>+61355501256</String><String name='exchange'>MEL</String>")
        );
        Assert.Equal("true", answer.Field("available"));
        Assert.Equal("Boolean", answer!.Descendants().Single(element => element.Attribute("name")?.Value == "available").Name.LocalName);
    }

    [Fact]
    public async Task A_qualification_that_fails_is_the_documented_fault()
    {
        Assert.Equal(
            "ServiceQualificationException",
            (await Api.RefusedAsync("service", "qualifyService", P("sid", 4711), Arguments(""))).Element
        );
        Assert.Equal(
            "ServiceQualificationException",
            (await Api.RefusedAsync("service", "qualifyService", P("sid", 16), Arguments(""))).Element
        );
        Assert.Equal("ServiceQualificationException", (await Api.RefusedAsync("service", "qualifyService", P("sid", 17))).Element);
        Assert.Equal(
            "ServiceQualificationException",
            (await Api.RefusedAsync("service", "qualifyService", P("sid", 20), Arguments("<String name='fnn'>1</String>"))).Element
        );
    }

    [Fact]
    public async Task The_http_qualifier_posts_the_arguments_and_answers_with_what_comes_back()
    {
        using var provider = new HttpListener();
        provider.Prefixes.Add("http://127.0.0.1:8089/");
        provider.Start();
        var asked = AnswerOnceAsync(provider);
        var answer = await Api.CallAsync("service", "qualifyService", P("sid", 20), Arguments("<String name='fnn'>+61355501256</String>"));
        Assert.Contains("+61355501256", System.Text.RegularExpressions.Regex.Unescape(await asked), StringComparison.Ordinal);
        Assert.Equal(("true", "100", "FTTP"), (answer.Field("available"), answer.Field("speed"), answer.Field("technology")));
    }

    private static async Task<string> AnswerOnceAsync(HttpListener provider)
    {
        var context = await provider.GetContextAsync();
        using var reader = new StreamReader(context.Request.InputStream);
        var asked = await reader.ReadToEndAsync();
        await context.Response.OutputStream.WriteAsync(
            Encoding.UTF8.GetBytes("""{"available": true, "speed": 100, "technology": "FTTP"}""")
        );
        context.Response.Close();
        return asked;
    }

    private static System.Xml.Linq.XElement Arguments(string fields) =>
        Document($"<ServiceQualificationArguments><arguments><Object>{fields}</Object></arguments></ServiceQualificationArguments>");
}
