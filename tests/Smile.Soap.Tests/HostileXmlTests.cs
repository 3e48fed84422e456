using System.Diagnostics;
using System.Net;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Smile.Soap.Tests.Hosting;

namespace Smile.Soap.Tests;

/// <summary>XML that is meant to hurt, or only broken.</summary>
[Collection(SoapServerGroup.Name)]
public sealed class HostileXmlTests(SoapServer server)
{
    private const string NotWellFormed = "not well-formed XML within the bounds of this service";

    [Theory]
    [InlineData("<!DOCTYPE s:Envelope>")]
    [InlineData("<!DOCTYPE s:Envelope [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;&a;&a;'>]>")]
    [InlineData("<!DOCTYPE s:Envelope SYSTEM 'file:///etc/passwd'>")]
    [InlineData("<?xml version='1.0'?><!DOCTYPE s:Envelope>")]
    [InlineData("<?xml-stylesheet href='a'?>")]
    [InlineData("<?php echo 1 ?>")]
    [InlineData("<?xml version='1.0'?><?xml version='1.0'?>")]
    [InlineData(" <?xml version='1.0'?>")]
    [InlineData("text")]
    public async Task What_may_not_stand_before_the_envelope_is_refused(string prolog)
    {
        var answer = await server.PostAsync(SoapServer.Order, prolog + Envelopes.Soap11(Envelopes.Echo("a")));

        Assert.Equal(HttpStatusCode.InternalServerError, answer.Status);
        Assert.Equal("S:Client", answer.FaultCode);
    }

    [Theory]
    [InlineData("&undefined;")]
    [InlineData("&#x110000;")]
    [InlineData("&#99999999999;")]
    [InlineData("&amp")]
    [InlineData("<?target data?>")]
    [InlineData("<")]
    [InlineData("a]]>b")]
    [InlineData("<![CDATA[")]
    [InlineData("<!-- -- -->")]
    public async Task What_may_not_stand_in_a_value_is_refused(string value) =>
        (await server.CallAsync(SoapServer.Order, Envelopes.Echo(value))).AssertMalformed(NotWellFormed);

    /// <summary>The platform's reader takes these; PostgreSQL does not.</summary>
    [Theory]
    [InlineData("&#0;")]
    [InlineData("a&#x1F;")]
    [InlineData("&#xFFFE;")]
    [InlineData("&#xD800;")]
    [InlineData("&#xDE00;&#xD83D;")]
    [InlineData("&#x;")]
    public async Task A_character_that_xml_does_not_allow_is_refused_in_text_and_attribute(string value)
    {
        (await server.CallAsync(SoapServer.Order, Envelopes.Echo(value))).AssertMalformed(
            "The value of <echo/value> holds a character that XML does not allow."
        );
        (
            await server.CallAsync(
                SoapServer.Order,
                $"<e:orderAccount><d:Order><d:OrderForm><d:Object name='{value}'/></d:OrderForm></d:Order></e:orderAccount>"
            )
        ).AssertMalformed("The value of <orderAccount/Order/OrderForm/Object/@name> holds a character that XML does not allow.");
    }

    [Theory]
    [InlineData("&#x1F600;", "\U0001F600")]
    [InlineData("&#9;&#xD;&#x85;", "\t\r\u0085")]
    public async Task A_character_by_number_is_read(string value, string expected) =>
        Assert.Equal(expected, (await server.CallAsync(SoapServer.Order, Envelopes.Echo(value))).Result);

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("<")]
    [InlineData("{\"value\":1}")]
    [InlineData("<s:Envelope xmlns:s='http://schemas.xmlsoap.org/soap/envelope/'><s:Body>")]
    [InlineData("<s:Envelope><s:Body/></s:Envelope>")]
    [InlineData("<?xml version='1.0'")]
    public async Task A_body_that_is_no_whole_document_is_refused(string text)
    {
        var answer = await server.PostAsync(SoapServer.Order, text);

        Assert.Equal("S:Client", answer.FaultCode);
        Assert.Equal("", answer.FaultName);
    }

    [Theory]
    [InlineData("</e:echo></s:Body></s:Envelope>", "</e:echo></s:Body></s:Envelope>text")]
    [InlineData("</e:echo></s:Body></s:Envelope>", "</e:echo></s:Body></s:Envelope><more/>")]
    [InlineData("</e:echo></s:Body></s:Envelope>", "</e:echo></s:Body><more/></s:Envelope>")]
    [InlineData("</e:echo></s:Body></s:Envelope>", "</e:echo></s:Body>")]
    [InlineData("</value></e:echo>", "</e:echo></value>")]
    [InlineData("<value>", "<value a='1' a='2'>")]
    [InlineData("<value>", "<value xmlns:p='urn:a' xmlns:q='urn:a' p:a='1' q:a='2'>")]
    [InlineData("<value>", "<undeclared:value>")]
    [InlineData("<value>", "<value a=1>")]
    public async Task A_document_that_is_broken_behind_or_around_the_operation_is_refused(string part, string broken)
    {
        var answer = await server.PostAsync(
            SoapServer.Order,
            Envelopes.Soap11(Envelopes.Echo("a")).Replace(part, broken, StringComparison.Ordinal)
        );

        Assert.Equal("S:Client", answer.FaultCode);
    }

    [Fact]
    public async Task Nesting_is_bounded()
    {
        var depth = 10_000;

        var answer = await server.CallAsync(
            SoapServer.Order,
            $"<e:orderAccount><d:Order><d:OrderForm>{Repeat("<d:Object>", depth)}{Repeat("</d:Object>", depth)}</d:OrderForm>"
                + $"</d:Order></e:orderAccount>"
        );

        answer.AssertMalformed(NotWellFormed);
    }

    [Fact]
    public async Task Nesting_within_the_bound_is_read()
    {
        var answer = await server.CallAsync(
            SoapServer.Order,
            $"<e:orderAccount><d:Order><d:OrderForm>{Repeat("<d:Object>", 40)}{Repeat("</d:Object>", 40)}</d:OrderForm></d:Order>"
                + $"</e:orderAccount>"
        );

        Assert.Equal(HttpStatusCode.OK, answer.Status);
    }

    [Fact]
    public async Task Headers_are_bounded_like_the_body()
    {
        var answer = await server.PostAsync(
            SoapServer.Order,
            Envelopes.Soap11(Envelopes.Echo("a"), $"<s:Header>{Repeat("<h>", 10_000)}{Repeat("</h>", 10_000)}</s:Header>")
        );

        answer.AssertMalformed(NotWellFormed);
    }

    [Fact]
    public async Task Thousands_of_attributes_are_refused()
    {
        var attributes = string.Concat(Enumerable.Range(0, 20_000).Select(number => $" a{number}=''"));

        (await server.CallAsync(SoapServer.Order, $"<e:echo><value{attributes}>a</value></e:echo>")).AssertMalformed(NotWellFormed);
    }

    [Fact]
    public async Task Thousands_of_namespaces_are_refused()
    {
        var namespaces = string.Concat(Enumerable.Range(0, 20_000).Select(number => $" xmlns:n{number}='urn:{number}'"));

        (await server.CallAsync(SoapServer.Order, $"<e:echo><value{namespaces}>a</value></e:echo>")).AssertMalformed(NotWellFormed);
    }

    [Fact]
    public async Task A_very_long_name_is_refused()
    {
        var name = new string('n', 1_000_000);

        (await server.CallAsync(SoapServer.Order, $"<e:echo><{name}/></e:echo>")).AssertMalformed(NotWellFormed);
    }

    [Fact]
    public async Task A_very_long_attribute_is_refused()
    {
        (await server.CallAsync(SoapServer.Order, $"<e:echo><value a='{new string('a', 1_000_000)}'/></e:echo>")).AssertMalformed(
            NotWellFormed
        );
    }

    [Fact]
    public async Task A_text_longer_than_the_bound_is_refused()
    {
        var options = new SoapOptions();

        (await server.CallAsync(SoapServer.Order, Envelopes.Echo(new string('a', options.MaxTextLength + 1)))).AssertMalformed("too long");
    }

    [Fact]
    public async Task A_long_text_is_read_whole()
    {
        var text = string.Concat(Enumerable.Range(0, 200_000).Select(number => (char)('a' + (number % 26))));

        Assert.Equal(text, (await server.CallAsync(SoapServer.Order, Envelopes.Echo(text))).Result);
    }

    /// <summary>The reader hands out one piece for each escape: joined one by one, this body took minutes of processor time.</summary>
    [Fact]
    public async Task A_text_of_nothing_but_escapes_costs_no_more_than_its_length()
    {
        var escapes = Repeat("&lt;", 900_000);
        var started = Stopwatch.GetTimestamp();

        var answer = await server.CallAsync(SoapServer.Order, Envelopes.Echo(escapes));

        Assert.Equal(900_000, answer.Result.Length);
        Assert.InRange(Stopwatch.GetElapsedTime(started), TimeSpan.Zero, TimeSpan.FromSeconds(15));
    }

    /// <summary>Whatever is done to a request, it is answered or refused as the caller's mistake; the server never fails.</summary>
    [Fact]
    public void No_mutation_of_a_request_makes_the_server_fail()
    {
        var request = Encoding.UTF8.GetBytes(
            "<?xml version='1.0' encoding='UTF-8'?>"
                + Envelopes.Soap11(
                    "<e:orderAccount><d:Order xsi:type='d:OrderType'><d:Package>7</d:Package>"
                        + "<d:RequiresApproval>true</d:RequiresApproval><d:OrderForm><d:Object><d:String name='é'>&#233;&amp;</d:String>"
                        + "<d:Date name='d'>2019-01-31+11:00</d:Date><d:Decimal name='e'>1.5</d:Decimal></d:Object></d:OrderForm>"
                        + "</d:Order></e:orderAccount>",
                    "<s:Header><h/></s:Header>"
                )
        );
        var mutation =
            from at in Gen.Choose(0, request.Length - 1)
            from length in Gen.Choose(0, 12)
            from inserted in Gen.Elements(
                "",
                "<",
                ">",
                "/",
                "&",
                "'",
                "\"",
                "\0",
                "\uFFFF",
                "<!--",
                "]]>",
                "<![CDATA[",
                "xmlns:d=''",
                "xsi:nil='true'",
                "<?a?>",
                "9",
                "é",
                "<d:Object>",
                "-",
                "T"
            )
            select request[..at]
                .Concat(Encoding.UTF8.GetBytes(inserted))
                .Concat(request[Math.Min(request.Length, at + length)..])
                .ToArray();

        Prop.ForAll(
                mutation.ToArbitrary(),
                body =>
                {
                    var answer = server.PostAsync(SoapServer.Order, body, "text/xml").GetAwaiter().GetResult();
                    var isServers = answer.Status != HttpStatusCode.OK && answer.FaultCode == "S:Server" && answer.FaultName.Length == 0;
                    return (!isServers).Label($"{answer.Text} for {Encoding.UTF8.GetString(body)}");
                }
            )
            .Check(Config.QuickThrowOnFailure.WithMaxTest(400));
    }

    private static string Repeat(string text, int times) => new StringBuilder(text.Length * times).Insert(0, text, times).ToString();
}
