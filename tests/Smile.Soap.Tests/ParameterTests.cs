using System.Net;
using Smile.Contracts;
using Smile.Soap.Tests.Hosting;

namespace Smile.Soap.Tests;

/// <summary>Liberal in what is taken of parameters, and nothing dropped in silence.</summary>
[Collection(SoapServerGroup.Name)]
public sealed class ParameterTests(SoapServer server)
{
    [Theory]
    [InlineData("<usn>1</usn><featureId>2</featureId><startDate>2019-01-31+11:00</startDate><endDate>2019-02-01</endDate>")]
    [InlineData("<endDate>2019-02-01</endDate><startDate>2019-01-31+11:00</startDate><featureId>2</featureId><usn>1</usn>")]
    [InlineData("<e:usn>1</e:usn><d:featureId>2</d:featureId><startDate>2019-01-31+11:00</startDate><d:endDate>2019-02-01</d:endDate>")]
    public async Task Parameters_come_in_any_order_and_in_each_of_three_namespaces(string parameters)
    {
        var answer = await server.CallAsync(SoapServer.Subscription, $"<e:applyFeature>{parameters}</e:applyFeature>");

        Assert.Equal("1|2|2019-01-31+11:00|2019-02-01", answer.Result);
    }

    [Fact]
    public async Task A_parameter_in_another_namespace_is_refused()
    {
        var answer = await server.CallAsync(SoapServer.Order, "<e:echo><value xmlns='urn:another'>a</value></e:echo>");

        answer.AssertMalformed("The parameter <echo/value> is in the namespace 'urn:another'");
    }

    [Theory]
    [InlineData("")]
    [InlineData("<startDate xsi:nil='true'/><endDate xsi:nil='1'></endDate>")]
    [InlineData("<startDate xsi:nil=' true '> <!-- nothing --> </startDate>")]
    public async Task An_optional_parameter_may_be_absent_or_nil(string dates)
    {
        var answer = await server.CallAsync(
            SoapServer.Subscription,
            $"<e:applyFeature><usn>1</usn><featureId>2</featureId>{dates}</e:applyFeature>"
        );

        Assert.Equal("1|2|none|none", answer.Result);
    }

    [Fact]
    public async Task A_parameter_that_says_it_is_not_nil_is_read()
    {
        var answer = await server.CallAsync(SoapServer.Order, "<e:echo><value xsi:nil='false'>a</value></e:echo>");

        Assert.Equal("a", answer.Result);
    }

    [Theory]
    [InlineData("<value xsi:nil='true'>a</value>", "The element <echo/value> says that it is nil and has content")]
    [InlineData("<value xsi:nil='true'><a/></value>", "The element <echo/value> says that it is nil and has content")]
    [InlineData("<value xsi:nil='perhaps'/>", "The value of <echo/value/@xsi:nil> is not valid")]
    public async Task A_nil_that_contradicts_itself_is_refused(string parameter, string reason)
    {
        var answer = await server.CallAsync(SoapServer.Order, $"<e:echo>{parameter}</e:echo>");

        answer.AssertMalformed(reason);
    }

    [Theory]
    [InlineData("<value>a</value><value>b</value>")]
    [InlineData("<value xsi:nil='true'/><value>b</value>")]
    [InlineData("<value>a</value><value xsi:nil='true'/>")]
    [InlineData("<value/><e:value/>")]
    public async Task A_repeated_parameter_is_refused(string parameters)
    {
        var answer = await server.CallAsync(SoapServer.Order, $"<e:echo>{parameters}</e:echo>");

        answer.AssertMalformed("The element <echo/value> is given more than once.");
    }

    /// <summary>
    /// O23. Requests as older clients write them, byte for byte but for the address: they say what SOAP's encoding says, and call with
    /// literal parameters.
    /// </summary>
    [Theory]
    [InlineData(
        "Axis 1.4",
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><soapenv:Envelope xmlns:soapenv=\"http://schemas.xmlsoap.org/soap/envelope/\" "
            + "xmlns:xsd=\"http://www.w3.org/2001/XMLSchema\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"><soapenv:Body>"
            + "<ns1:echo soapenv:encodingStyle=\"http://schemas.xmlsoap.org/soap/encoding/\" "
            + "xmlns:ns1=\"http://ws.inomial.com/smile.2\"><value xsi:type=\"soapenc:string\" "
            + "xmlns:soapenc=\"http://schemas.xmlsoap.org/soap/encoding/\">a</value></ns1:echo></soapenv:Body></soapenv:Envelope>"
    )]
    [InlineData(
        "ksoap2 3.6",
        "<v:Envelope xmlns:i=\"http://www.w3.org/2001/XMLSchema-instance\" xmlns:d=\"http://www.w3.org/2001/XMLSchema\" "
            + "xmlns:c=\"http://schemas.xmlsoap.org/soap/encoding/\" xmlns:v=\"http://schemas.xmlsoap.org/soap/envelope/\"><v:Header "
            + "/><v:Body>"
            + "<n0:echo id=\"o0\" c:root=\"1\" xmlns:n0=\"http://ws.inomial.com/smile.2\"><value i:type=\"d:string\">a</value>"
            + "</n0:echo></v:Body></v:Envelope>"
    )]
    [InlineData(
        "NuSOAP 0.9",
        "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><SOAP-ENV:Envelope "
            + "SOAP-ENV:encodingStyle=\"http://schemas.xmlsoap.org/soap/encoding/\" "
            + "xmlns:SOAP-ENV=\"http://schemas.xmlsoap.org/soap/envelope/\" xmlns:xsd=\"http://www.w3.org/2001/XMLSchema\" "
            + "xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xmlns:SOAP-ENC=\"http://schemas.xmlsoap.org/soap/encoding/\">"
            + "<SOAP-ENV:Body><ns9114:echo xmlns:ns9114=\"http://ws.inomial.com/smile.2\"><value xsi:type=\"xsd:string\">a</value>"
            + "</ns9114:echo></SOAP-ENV:Body></SOAP-ENV:Envelope>"
    )]
    [InlineData(
        "SOAP::Lite 1.27",
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><soap:Envelope soap:encodingStyle=\"http://schemas.xmlsoap.org/soap/encoding/\" "
            + "xmlns:soap=\"http://schemas.xmlsoap.org/soap/envelope/\" xmlns:soapenc=\"http://schemas.xmlsoap.org/soap/encoding/\" "
            + "xmlns:xsd=\"http://www.w3.org/2001/XMLSchema\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"><soap:Body>"
            + "<echo xmlns=\"http://ws.inomial.com/smile.2\"><value xsi:type=\"xsd:string\">a</value></echo></soap:Body></soap:Envelope>"
    )]
    public async Task What_SOAPs_encoding_adds_to_an_operation_is_passed_over(string client, string envelope)
    {
        var answer = await server.PostAsync(
            SoapServer.Order,
            envelope,
            action: client.StartsWith("Axis", StringComparison.Ordinal) ? "\"\"" : "\"http://ws.inomial.com/smile.2#echo\""
        );

        Assert.Equal("a", answer.Result);
    }

    [Theory]
    [InlineData("<e:echo xsi:type='e:echo' m:tag='1' xmlns:m='urn:another'><value m:tag='1' id='o1'>a</value></e:echo>")]
    [InlineData(
        "<e:echo c:root='1' xmlns:c='http://www.w3.org/2003/05/soap-encoding'><value xsi:type='c:string' c:id='x'>a</value></e:echo>"
    )]
    public async Task Attributes_of_others_are_passed_over_outside_documents(string body)
    {
        Assert.Equal("a", (await server.CallAsync(SoapServer.Order, body)).Result);
    }

    [Theory]
    [InlineData(
        "<e:orderAccount><d:Order m:tag='1' xmlns:m='urn:another'/></e:orderAccount>",
        "Unknown attribute 'm:tag' on <orderAccount/Order>"
    )]
    [InlineData("<e:orderAccount><d:Order id='1'/></e:orderAccount>", "Unknown attribute 'id' on <orderAccount/Order>")]
    [InlineData(
        "<e:orderAccount><d:Order><d:Package m:tag='1' xmlns:m='urn:another'>1</d:Package></d:Order></e:orderAccount>",
        "Unknown attribute 'm:tag' on <orderAccount/Order/Package>"
    )]
    [InlineData(
        "<e:orderAccount><d:Order><d:Package xsi:type='c:int' xmlns:c='http://schemas.xmlsoap.org/soap/encoding/'>1</d:Package>"
            + "</d:Order></e:orderAccount>",
        "is not a type of this contract"
    )]
    [InlineData("<e:echo><value href='#id0'/></e:echo>", "Unknown attribute 'href' on <echo/value>")]
    [InlineData("<e:echo e:lang='en'/>", "Unknown attribute 'e:lang' on <echo>")]
    public async Task Attributes_within_documents_and_references_are_refused(string body, string reason)
    {
        (await server.CallAsync(SoapServer.Order, body)).AssertMalformed(reason);
    }

    [Theory]
    [InlineData("<e:echo><valeu>a</valeu></e:echo>", "Unknown element <echo/valeu>")]
    [InlineData("<e:echo><value>a</value><extra/></e:echo>", "Unknown element <echo/extra>")]
    [InlineData("<e:echo>a</e:echo>", "Unexpected text in <echo>")]
    [InlineData("<e:echo><value><b>a</b></value></e:echo>", "Unexpected content in <echo/value>")]
    [InlineData("<e:echo lang='en'/>", "Unknown attribute 'lang' on <echo>")]
    [InlineData("<e:echo><value d:lang='en'>a</value></e:echo>", "Unknown attribute 'd:lang' on <echo/value>")]
    [InlineData("<e:echo><value xsi:language='en'>a</value></e:echo>", "Unknown attribute 'xsi:language' on <echo/value>")]
    [InlineData(
        "<e:orderAccount><d:Order><d:Package>1</d:Package><d:Packege/></d:Order></e:orderAccount>",
        "Unknown element <orderAccount/Order/Packege>"
    )]
    [InlineData("<e:orderAccount><d:Order package='1'/></e:orderAccount>", "Unknown attribute 'package' on <orderAccount/Order>")]
    [InlineData(
        "<e:orderAccount><d:Order><Package>1</Package></d:Order></e:orderAccount>",
        "The element <orderAccount/Order/Package> is in the wrong namespace ('')"
    )]
    [InlineData(
        "<e:orderAccount><d:Order><d:Package>1</d:Package><d:Package>2</d:Package></d:Order></e:orderAccount>",
        "The element <orderAccount/Order/Package> is given more than once."
    )]
    public async Task What_the_contract_does_not_know_is_refused_by_name(string body, string reason)
    {
        var answer = await server.CallAsync(SoapServer.Order, body);

        answer.AssertMalformed(reason);
    }

    [Theory]
    [InlineData("", "The element <orderAccount/Order> is required and was not specified.")]
    [InlineData("<d:Order xsi:nil='true'/>", "The element <orderAccount/Order> is required and was not specified.")]
    [InlineData(
        "<Order/>",
        "The element <orderAccount/Order> is in the wrong namespace (''): it belongs to 'http://xml.inomial.com/smile/2.xsd'."
    )]
    [InlineData("<e:Order/>", "The element <orderAccount/Order> is in the wrong namespace ('http://ws.inomial.com/smile.2')")]
    [InlineData(
        "<d:Order><d:OrderForm><d:Object><d:String>a</d:String></d:Object></d:OrderForm></d:Order>",
        "<orderAccount/Order/OrderForm/Object/String/@name> is required and was not specified."
    )]
    public async Task A_document_that_is_absent_or_elsewhere_is_answered_with_the_documented_fault(string parameters, string reason)
    {
        var answer = await server.CallAsync(SoapServer.Order, $"<e:orderAccount>{parameters}</e:orderAccount>");

        Assert.Equal(HttpStatusCode.InternalServerError, answer.Status);
        Assert.Equal("S:Server", answer.FaultCode);
        Assert.Equal("OrderException", answer.FaultName);
        Assert.Contains(reason, answer.FaultText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_required_value_that_is_absent_is_named_with_its_path()
    {
        var answer = await server.CallAsync(
            SoapServer.Order,
            "<e:placeOrderGroup><orderGroupId>1</orderGroupId><d:PaymentRequest><d:PaymentDetails/></d:PaymentRequest></e:placeOrderGroup>"
        );

        Assert.Equal("NoSuchItemException", answer.FaultName);
        Assert.Equal(
            "The element <placeOrderGroup/PaymentRequest/PaymentDetails/PaymentType> is required and was not specified.",
            answer.FaultText
        );
    }

    [Fact]
    public async Task A_document_reaches_the_operation_as_it_was_sent()
    {
        var answer = await server.CallAsync(
            SoapServer.Order,
            "<e:orderAccount><Order xmlns='http://xml.inomial.com/smile/2.xsd'><Package>7</Package>"
                + "<RequiresApproval>1</RequiresApproval><OrderForm><Object><String name='a'>x &amp; y</String>"
                + "<Integer name='b'> 5 </Integer></Object></OrderForm></Order></e:orderAccount>"
        );

        Assert.Equal(HttpStatusCode.OK, answer.Status);
        var order = server.Business.LastOrder!;
        Assert.Equal(7, order.Package);
        Assert.True(order.RequiresApproval);
        Assert.Null(order.AccountUSN);
        var members = order.OrderForm!.Object!.Members;
        Assert.Equal("x & y", Assert.IsType<StringFieldType>(members[0]).Value);
        Assert.Equal(5, Assert.IsType<IntegerFieldType>(members[1]).Value);
    }

    [Theory]
    [InlineData("<e:orderAccount><d:Order xsi:type='d:OrderDetailsType'/></e:orderAccount>")]
    [InlineData("<e:orderAccount><d:Order xsi:type='OrderType'/></e:orderAccount>")]
    [InlineData("<e:orderAccount><d:Order xsi:type='e:OrderType'/></e:orderAccount>")]
    [InlineData("<e:orderAccount><d:Order xsi:type='nowhere:OrderType'/></e:orderAccount>")]
    [InlineData("<e:orderAccount><d:Order xsi:type=''/></e:orderAccount>")]
    [InlineData("<e:echo><value xsi:type='d:OrderType'>a</value></e:echo>")]
    [InlineData("<e:echo><value xsi:type='string'>a</value></e:echo>")]
    public async Task A_stated_type_outside_the_contract_is_refused(string body)
    {
        var answer = await server.CallAsync(SoapServer.Order, body);

        answer.AssertMalformed("is not a type of this contract");
    }

    [Theory]
    [InlineData("<e:orderAccount><d:Order xsi:type='d:OrderType'><d:Package xsi:type='xs:int'>7</d:Package></d:Order></e:orderAccount>")]
    [InlineData(
        "<e:orderAccount><Order xmlns='http://xml.inomial.com/smile/2.xsd' xsi:type=' OrderType '><Package>7</Package></Order>"
            + "</e:orderAccount>"
    )]
    public async Task A_stated_type_that_is_the_declared_one_is_taken(string body)
    {
        var answer = await server.CallAsync(SoapServer.Order, body);

        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Equal(7, server.Business.LastOrder!.Package);
    }

    [Fact]
    public async Task Names_in_a_refusal_are_cut_short()
    {
        var name = new string('n', 5000);

        var answer = await server.CallAsync(
            SoapServer.Order,
            $"<e:orderAccount><d:Order><d:{name} xmlns:d='urn:{name}'/></d:Order></e:orderAccount>"
        );

        Assert.Equal("S:Client", answer.FaultCode);
        Assert.InRange(answer.FaultText.Length, 60, 400);
    }
}
