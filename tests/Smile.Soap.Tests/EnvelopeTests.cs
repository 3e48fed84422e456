using System.Net;
using Smile.Soap.Tests.Hosting;

namespace Smile.Soap.Tests;

/// <summary>Requests and answers of both versions, and what is refused of an envelope.</summary>
[Collection(SoapServerGroup.Name)]
public sealed class EnvelopeTests(SoapServer server)
{
    private const string AnswerNamespaces =
        "xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xmlns:ns2=\"http://xml.inomial.com/smile/2.xsd\" "
        + "xmlns:ns3=\"http://ws.inomial.com/smile.2\"";

    [Fact]
    public async Task Soap_1_1_is_answered_in_soap_1_1_to_the_letter()
    {
        var answer = await server.CallAsync(SoapServer.Order, Envelopes.Echo("hello"));

        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Equal("text/xml; charset=utf-8", answer.ContentType);
        Assert.Equal(
            $"<?xml version='1.0' encoding='UTF-8'?><S:Envelope xmlns:S=\"http://schemas.xmlsoap.org/soap/envelope/\" {AnswerNamespaces}>"
                + "<S:Body><ns3:echoResponse><return>hello</return></ns3:echoResponse></S:Body></S:Envelope>",
            answer.Text
        );
    }

    [Fact]
    public async Task Soap_1_2_is_answered_in_soap_1_2_to_the_letter()
    {
        var answer = await server.PostAsync(
            SoapServer.Order,
            Envelopes.Soap12(Envelopes.Echo("hello")),
            "application/soap+xml; charset=utf-8",
            action: null
        );

        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Equal("application/soap+xml; charset=utf-8", answer.ContentType);
        Assert.Equal(
            $"<?xml version='1.0' encoding='UTF-8'?><S:Envelope xmlns:S=\"http://www.w3.org/2003/05/soap-envelope\" {AnswerNamespaces}>"
                + "<S:Body><ns3:echoResponse><return>hello</return></ns3:echoResponse></S:Body></S:Envelope>",
            answer.Text
        );
    }

    [Theory]
    [InlineData("text/xml")]
    [InlineData("TEXT/XML; Charset=\"UTF-8\"")]
    [InlineData("application/xml")]
    [InlineData("application/soap+xml; charset=utf-8; action=\"\"")]
    public async Task The_envelope_and_not_the_content_type_tells_the_version(string? contentType)
    {
        var bytes = System.Text.Encoding.UTF8.GetBytes(Envelopes.Soap11(Envelopes.Echo("a")));

        var answer = await server.PostAsync(SoapServer.Order, bytes, contentType);

        Assert.Equal("a", answer.Result);
        Assert.Equal("text/xml; charset=utf-8", answer.ContentType);
    }

    [Fact]
    public async Task A_fault_too_is_in_the_version_of_the_envelope()
    {
        var answer = await server.PostAsync(SoapServer.Order, Envelopes.Soap12("<e:echo><unknown/></e:echo>"), "text/xml");

        Assert.Equal("application/soap+xml; charset=utf-8", answer.ContentType);
        Assert.Equal("S:Sender", answer.FaultCode);
    }

    [Fact]
    public async Task A_document_is_answered_in_the_data_namespace()
    {
        var answer = await server.CallAsync(SoapServer.Order, "<e:reserveUsns><sid>3</sid><count>2</count></e:reserveUsns>");

        Assert.Contains(
            "<S:Body><ns3:reserveUsnsResponse><ns2:UsnList><ns2:Usn>3|2</ns2:Usn></ns2:UsnList></ns3:reserveUsnsResponse></S:Body>",
            answer.Text,
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData("<e:approveOrder><orderNumber>1</orderNumber></e:approveOrder>", "approveOrder")]
    [InlineData("<e:getOrderForm><packageId>0</packageId></e:getOrderForm>", "getOrderForm")]
    public async Task Void_and_null_are_answered_with_the_empty_wrapper(string body, string operation)
    {
        var answer = await server.CallAsync(SoapServer.Order, body);

        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Contains($"<S:Body><ns3:{operation}Response></ns3:{operation}Response></S:Body>", answer.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_list_of_simple_values_repeats_the_result()
    {
        var answer = await server.CallAsync(
            SoapServer.Subscription,
            "<e:findUsername><sid>1</sid><username>ana</username></e:findUsername>"
        );

        Assert.Contains(
            "<ns3:findUsernameResponse><return>ana1</return><return>ana2</return></ns3:findUsernameResponse>",
            answer.Text,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task A_declared_fault_in_soap_1_1_to_the_letter()
    {
        var answer = await server.CallAsync(SoapServer.Order, "<e:approveOrder><orderNumber>refused</orderNumber></e:approveOrder>");

        const string message = "OrderException [number=&lt;refused&gt; &amp; gone]. It was approved before.";
        Assert.Equal(HttpStatusCode.InternalServerError, answer.Status);
        Assert.Equal("text/xml; charset=utf-8", answer.ContentType);
        Assert.EndsWith(
            $"<S:Body><S:Fault><faultcode>S:Server</faultcode><faultstring>{message}</faultstring>"
                + $"<detail><ns3:OrderException><message>{message}</message></ns3:OrderException></detail></S:Fault></S:Body></S:Envelope>",
            answer.Text,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task A_declared_fault_in_soap_1_2_to_the_letter()
    {
        var answer = await server.PostAsync(
            SoapServer.Order,
            Envelopes.Soap12("<e:approveOrder><orderNumber>refused</orderNumber></e:approveOrder>"),
            "application/soap+xml"
        );

        const string message = "OrderException [number=&lt;refused&gt; &amp; gone]. It was approved before.";
        Assert.Equal(HttpStatusCode.InternalServerError, answer.Status);
        Assert.EndsWith(
            $"<S:Body><S:Fault><S:Code><S:Value>S:Receiver</S:Value></S:Code><S:Reason><S:Text xml:lang=\"en\">{message}</S:Text>"
                + $"</S:Reason>"
                + $"<S:Detail><ns3:OrderException><message>{message}</message></ns3:OrderException></S:Detail></S:Fault></S:Body>"
                + $"</S:Envelope>",
            answer.Text,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task A_caller_without_credentials_is_challenged()
    {
        var answer = await server.PostAsync(
            SoapServer.Order,
            "not even XML"u8.ToArray(),
            "text/xml",
            request => request.Headers.Remove("Authorization")
        );

        Assert.Equal(HttpStatusCode.Unauthorized, answer.Status);
        Assert.Equal("Basic realm=\"Smile\", charset=\"UTF-8\"", answer.Challenge);
        Assert.Equal("AuthenticationException", answer.FaultName);
        Assert.Equal("S:Server", answer.FaultCode);
    }

    [Fact]
    public async Task A_caller_who_may_not_call_the_operation_is_told_so()
    {
        var bytes = System.Text.Encoding.UTF8.GetBytes(Envelopes.Soap11(Envelopes.Echo("a")));

        var answer = await server.PostAsync(
            SoapServer.Order,
            bytes,
            "text/xml",
            request => request.Headers.Add(FakeFaultMapper.DenyHeader, "1")
        );

        Assert.Equal("AccessException", answer.FaultName);
        Assert.Equal("AccessException [operation=echo].", answer.FaultText);
    }

    [Theory]
    [InlineData("\"\"")]
    [InlineData("")]
    [InlineData("echo")]
    [InlineData("\"echo\"")]
    [InlineData("\"http://ws.inomial.com/smile.2/echo\"")]
    [InlineData("\"http://ws.inomial.com/smile.2#echo\"")]
    [InlineData("\"urn:echo\"")]
    [InlineData("\"http://ws.inomial.com/smile.2/Order/echoRequest\"")]
    [InlineData("\"http://ws.inomial.com/smile.2\"")]
    [InlineData("\"http://ws.inomial.com/smile.2/\"")]
    [InlineData("''")]
    [InlineData("\"Echo\"")]
    [InlineData("\"urn:Echo\"")]
    [InlineData("\"urn:execute\"")]
    public async Task An_action_that_names_no_other_operation_is_taken(string action)
    {
        var answer = await server.PostAsync(SoapServer.Order, Envelopes.Soap11(Envelopes.Echo("a")), action: action);

        Assert.Equal("a", answer.Result);
    }

    [Theory]
    [InlineData("\"http://ws.inomial.com/smile.2/approveOrder\"")]
    [InlineData("cancelOrder")]
    [InlineData("\"urn:CancelOrder\"")]
    [InlineData("'approveOrderRequest'")]
    public async Task An_action_that_names_another_operation_is_refused(string action)
    {
        var answer = await server.PostAsync(SoapServer.Order, Envelopes.Soap11(Envelopes.Echo("a")), action: action);

        answer.AssertMalformed("names another operation than the body, 'echo'");
    }

    [Theory]
    [InlineData("\"http://ws.inomial.com/smile.2/echo\"", true)]
    [InlineData("\"http://ws.inomial.com/smile.2/approveOrder\"", false)]
    public async Task The_action_of_soap_1_2_stands_in_the_content_type(string action, bool agrees)
    {
        var answer = await server.PostAsync(
            SoapServer.Order,
            Envelopes.Soap12(Envelopes.Echo("a")),
            $"application/soap+xml; charset=utf-8; action={action}",
            action: null
        );

        Assert.Equal(agrees ? HttpStatusCode.OK : HttpStatusCode.InternalServerError, answer.Status);
    }

    [Theory]
    [InlineData("1", Envelopes.Soap11Namespace)]
    [InlineData("true", Envelopes.Soap11Namespace)]
    [InlineData(" true ", Envelopes.Soap12Namespace)]
    [InlineData("1", Envelopes.Soap12Namespace)]
    public async Task A_header_that_must_be_understood_is_refused(string mustUnderstand, string space)
    {
        var header = $"<s:Header><w:Security xmlns:w='urn:security' s:mustUnderstand='{mustUnderstand}'><w:Token/></w:Security></s:Header>";

        var answer = await server.PostAsync(SoapServer.Order, Envelopes.Envelope(space, Envelopes.Echo("a"), header));

        Assert.Equal("S:MustUnderstand", answer.FaultCode);
        Assert.Contains("'Security'", answer.FaultText, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("<s:Header/>")]
    [InlineData("<s:Header></s:Header>")]
    [InlineData("<s:Header> <!-- none --> </s:Header>")]
    [InlineData(
        "<s:Header><w:Trace xmlns:w='urn:trace' s:mustUnderstand='0'><w:Id>7</w:Id></w:Trace><To xmlns='urn:address'>x</To></s:Header>"
    )]
    public async Task Other_headers_are_passed_over(string header)
    {
        var answer = await server.PostAsync(SoapServer.Order, Envelopes.Soap11(Envelopes.Echo("a"), header));

        Assert.Equal("a", answer.Result);
    }

    [Theory]
    [InlineData("<s:Envelope xmlns:s='urn:another'><s:Body/></s:Envelope>", "S:VersionMismatch", "'urn:another' is not a SOAP envelope")]
    [InlineData("<Envelope><Body/></Envelope>", "S:VersionMismatch", "'' is not a SOAP envelope")]
    [InlineData("<html/>", "S:Client", "its root element must be <Envelope>")]
    [InlineData("<s:Envelope xmlns:s='http://schemas.xmlsoap.org/soap/envelope/'/>", "S:Client", "<Envelope> is empty")]
    [InlineData("<s:Envelope xmlns:s='http://schemas.xmlsoap.org/soap/envelope/'><Body/></s:Envelope>", "S:Client", "no <Body>")]
    [InlineData(
        "<s:Envelope xmlns:s='http://schemas.xmlsoap.org/soap/envelope/'><s:Header>text</s:Header></s:Envelope>",
        "S:Client",
        "no <Body>"
    )]
    [InlineData("<s:Envelope xmlns:s='http://schemas.xmlsoap.org/soap/envelope/'><s:Body/></s:Envelope>", "S:Client", "<Body> is empty")]
    [InlineData(
        "<s:Envelope xmlns:s='http://schemas.xmlsoap.org/soap/envelope/'><s:Body>text</s:Body></s:Envelope>",
        "S:Client",
        "body is empty"
    )]
    public async Task What_is_not_an_envelope_is_refused_with_the_reason(string text, string code, string reason)
    {
        var answer = await server.PostAsync(SoapServer.Order, text);

        Assert.Equal(HttpStatusCode.InternalServerError, answer.Status);
        Assert.Equal(code, answer.FaultCode);
        Assert.Contains(reason, answer.FaultText, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("<e:echo/><e:echo/>")]
    [InlineData("<e:echo/>text")]
    [InlineData("<e:echo/><![CDATA[text]]>")]
    public async Task A_body_holds_one_operation_and_nothing_else(string body)
    {
        var answer = await server.CallAsync(SoapServer.Order, body);

        answer.AssertMalformed("one operation and nothing behind it");
    }

    [Theory]
    [InlineData("<!-- a --><e:echo><!-- b --><value>a<!-- c -->b<![CDATA[<c>]]></value></e:echo><!-- d -->", "ab<c>")]
    [InlineData("\n <e:echo>\n <value> a </value>\n </e:echo>\n ", " a ")]
    [InlineData("<e:echo><value>&#x20;&#10;</value></e:echo>", " \n")]
    [InlineData("<echo xmlns='http://ws.inomial.com/smile.2'><value xmlns=''>a</value></echo>", "a")]
    public async Task Comments_white_space_and_default_namespaces_do_not_matter(string body, string expected)
    {
        var answer = await server.CallAsync(SoapServer.Order, body);

        Assert.Equal(expected, answer.Result);
    }

    [Theory]
    [InlineData("<e:noSuchOperation/>", "The endpoint 'order' has no operation 'noSuchOperation'.")]
    [InlineData("<e:Echo/>", "has no operation 'Echo'")]
    [InlineData("<echo/>", "The operation <echo> is in the namespace ''")]
    [InlineData("<d:echo/>", "it belongs to 'http://ws.inomial.com/smile.2'")]
    public async Task An_operation_that_the_endpoint_does_not_have_is_refused_by_name(string body, string reason)
    {
        var answer = await server.CallAsync(SoapServer.Order, body);

        answer.AssertMalformed(reason);
    }

    /// <summary>O9: a header that must be understood by somebody else on the way is passed over, one for this service is refused.</summary>
    [Theory]
    [InlineData("", true)]
    [InlineData("S:actor='http://schemas.xmlsoap.org/soap/actor/next'", true)]
    [InlineData("S:actor='http://gateway.example.com/'", false)]
    public async Task A_header_that_must_be_understood_counts_where_it_is_for_this_service(string actor, bool isRefused)
    {
        var envelope =
            $"<S:Envelope xmlns:S='{Envelopes.Soap11Namespace}'><S:Header><x:a xmlns:x='urn:x' S:mustUnderstand='1' {actor}/></S:Header>"
            + "<S:Body><e:echo xmlns:e='http://ws.inomial.com/smile.2'><value>a</value></e:echo></S:Body></S:Envelope>";
        var answer = await server.PostAsync(SoapServer.Order, envelope, "text/xml; charset=utf-8");

        Assert.Equal(isRefused, answer.Text.Contains("MustUnderstand", StringComparison.Ordinal));
    }
}
