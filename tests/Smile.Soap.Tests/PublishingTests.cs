using System.Net;
using System.Xml.Linq;
using Smile.Contracts;
using Smile.Soap.Tests.Hosting;

namespace Smile.Soap.Tests;

/// <summary>The contract as tools fetch it: without credentials, and from link to link.</summary>
[Collection(SoapServerGroup.Name)]
public sealed class PublishingTests(SoapServer server)
{
    private static readonly XNamespace Soap = "http://schemas.xmlsoap.org/wsdl/soap/";

    public static TheoryData<string> Endpoints => [.. SmileEndpoints.All.Select(endpoint => endpoint.Path)];

    [Theory]
    [MemberData(nameof(Endpoints))]
    public async Task Every_link_of_a_wsdl_leads_to_a_schema_of_the_same_endpoint(string endpoint)
    {
        var address = server.EndpointAddress(endpoint).ToString();
        var wsdl = await GetAsync($"{address}?wsdl");
        Assert.Equal(address, wsdl.Descendants(Soap + "address").Single().Attribute("location")!.Value);

        var fetched = new HashSet<string>();
        var open = new Queue<string>(Links(wsdl));
        while (open.TryDequeue(out var link))
        {
            Assert.StartsWith(address + "?xsd=", link, StringComparison.Ordinal);
            if (fetched.Add(link))
            {
                var schema = await GetAsync(link);
                Assert.Equal("schema", schema.Root!.Name.LocalName);
                Assert.Equal("http://xml.inomial.com/smile/2.xsd", schema.Root.Attribute("targetNamespace")!.Value);
                foreach (var next in Links(schema))
                {
                    open.Enqueue(next);
                }
            }
        }

        var schemas = PublishedContract.ReadFiles().Keys.Count(name => name.EndsWith(".xsd", StringComparison.Ordinal));
        Assert.Equal(Enumerable.Range(1, schemas).Select(number => $"{address}?xsd={number}").Order(), fetched.Order());
    }

    [Theory]
    [InlineData("?wsdl")]
    [InlineData("?WSDL")]
    [InlineData("?wsdl=1")]
    [InlineData("?singleWsdl&Wsdl")]
    public async Task A_wsdl_is_asked_for_in_any_case(string query)
    {
        var wsdl = await GetAsync(server.EndpointAddress(SoapServer.Order) + query);

        Assert.Equal("OrderService", wsdl.Root!.Attribute("name")!.Value);
    }

    /// <summary>O27. Monitors and caches ask for the head, and tools that build often for what has changed.</summary>
    [Theory]
    [InlineData("?wsdl")]
    [InlineData("?xsd=1")]
    [InlineData("?xsd=2")]
    public async Task The_head_of_a_file_is_answered_and_a_file_that_the_caller_has_is_not_sent_again(string query)
    {
        var address = server.EndpointAddress(SoapServer.Order) + query;
        using var whole = await server.Client.GetAsync(address);
        var text = await whole.Content.ReadAsByteArrayAsync();
        using var head = await server.Client.SendAsync(new HttpRequestMessage(HttpMethod.Head, address));
        Assert.Equal(
            (HttpStatusCode.OK, (long?)text.Length, whole.Headers.ETag!.Tag),
            (head.StatusCode, head.Content.Headers.ContentLength, head.Headers.ETag!.Tag)
        );
        Assert.Empty(await head.Content.ReadAsByteArrayAsync());

        foreach (
            var (known, status) in new[]
            {
                (whole.Headers.ETag.ToString(), HttpStatusCode.NotModified),
                ("\"another\"", HttpStatusCode.OK),
                ("*", HttpStatusCode.NotModified),
            }
        )
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, address);
            request.Headers.Add("If-None-Match", known);
            using var again = await server.Client.SendAsync(request);
            Assert.Equal((status, whole.Headers.ETag.Tag), (again.StatusCode, again.Headers.ETag!.Tag));
        }

        using var other = await server.Client.GetAsync(server.EndpointAddress(SoapServer.Account) + query);
        Assert.NotEqual(whole.Headers.ETag.Tag, other.Headers.ETag!.Tag);
        using var nothing = await server.Client.SendAsync(
            new HttpRequestMessage(HttpMethod.Head, server.EndpointAddress(SoapServer.Order))
        );
        Assert.Equal(HttpStatusCode.NotFound, nothing.StatusCode);
    }

    [Fact]
    public async Task The_first_schema_is_the_master()
    {
        var schema = await GetAsync(server.EndpointAddress(SoapServer.Order) + "?XSD=1");

        Assert.True(schema.Root!.Elements().Count(element => element.Name.LocalName == "include") > 10);
    }

    [Theory]
    [InlineData("?xsd=999")]
    [InlineData("?xsd=0")]
    [InlineData("?xsd=-1")]
    [InlineData("?xsd=one")]
    [InlineData("?xsd")]
    [InlineData("")]
    public async Task What_is_not_published_is_not_found_and_the_answer_says_what_is(string query)
    {
        using var response = await server.Client.GetAsync(server.EndpointAddress(SoapServer.Order) + query);

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Equal("text/plain; charset=utf-8", response.Content.Headers.ContentType!.ToString());
        Assert.Contains("?wsdl", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Addresses_are_those_that_the_client_used()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(server.Address, "/smile/ws/v2/subscription/plan?wsdl"));
        request.Headers.Host = "billing.example:8443";
        using var response = await server.Client.SendAsync(request);
        var wsdl = XDocument.Parse(await response.Content.ReadAsStringAsync());

        const string address = "http://billing.example:8443/smile/ws/v2/subscription/plan";
        Assert.Equal(address, wsdl.Descendants(Soap + "address").Single().Attribute("location")!.Value);
        Assert.Equal([address + "?xsd=1"], Links(wsdl));
    }

    [Fact]
    public async Task The_stage_and_the_scheme_of_the_request_stand_in_the_addresses()
    {
        var endpoint = SmileEndpoints.All.Single(candidate => candidate.Path == "account/invoicegrouping");
        var context = new Microsoft.AspNetCore.Http.DefaultHttpContext();
        using var body = new MemoryStream();
        (context.Request.Scheme, context.Request.Host, context.Request.PathBase) = ("https", new("smile.example"), "/api");
        (context.Request.Path, context.Request.QueryString, context.Response.Body) = (
            "/te&st/smile/ws/v2/account/invoicegrouping",
            new("?wsdl"),
            body
        );

        await PublishedContract.CreatePublisher().PublishAsync(context, endpoint);

        body.Position = 0;
        var wsdl = XDocument.Load(body);
        Assert.Equal("text/xml; charset=utf-8", context.Response.ContentType);
        Assert.Equal(
            "https://smile.example/api/te&st/smile/ws/v2/account/invoicegrouping",
            wsdl.Descendants(Soap + "address").Single().Attribute("location")!.Value
        );
    }

    private async Task<XDocument> GetAsync(string address)
    {
        using var response = await server.Client.GetAsync(address);
        Assert.True(response.StatusCode == HttpStatusCode.OK, $"{address} answers {response.StatusCode}.");
        Assert.Equal("text/xml; charset=utf-8", response.Content.Headers.ContentType!.ToString());
        return XDocument.Parse(await response.Content.ReadAsStringAsync());
    }

    private static IEnumerable<string> Links(XDocument document) =>
        document.Descendants().Attributes("schemaLocation").Select(attribute => attribute.Value);
}
