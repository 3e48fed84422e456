using System.Xml.Linq;
using Smile.Server.Tests.Fixture;
using static Smile.Server.Tests.Fixture.Orders;
using static Smile.Server.Tests.Fixture.SoapCaller;

namespace Smile.Server.Tests.Endpoints;

[Collection(ServerTests.Name)]
public sealed class PaymentTypeTests(ServerFixture server)
{
    private SoapCaller Api => server.Administrator;

    /// <summary>The guide's example (line 13168), with the code that the first one lacks in print.</summary>
    [Fact]
    public async Task Payment_types_come_with_their_surcharges_and_the_details_that_they_ask_for()
    {
        var types = await Api.CallAsync("payment", "getPaymentTypes");
        AssertType(
            types,
            "amex",
            "<PaymentType><PaymentTypeCode>amex</PaymentTypeCode><Name>American Express</Name><Currency>AUD</Currency><Surcharge/>"
                + "<FieldLabels><Name>Card holder</Name><Number>Card number</Number><ExpiryDate>Expiry</ExpiryDate></FieldLabels>"
                + "</PaymentType>"
        );
        AssertType(
            types,
            "payway",
            "<PaymentType><PaymentTypeCode>payway</PaymentTypeCode><Name>Westpac PayWay</Name><Currency>AUD</Currency><Surcharge>"
                + "<Percentage>1</Percentage><Fixed currency='AUD' formatted='$0.50'>0.50</Fixed><Minimum currency='AUD' "
                + "formatted='$1.00'>1.00</Minimum></Surcharge><FieldLabels><Number>Number</Number><CVV>CVV</CVV></FieldLabels>"
                + "</PaymentType>"
        );
        Assert.Equal(["AUD", "USD"], types.AllAt("PaymentType/Currency").Select(currency => currency.Value).Distinct());
    }

    [Fact]
    public async Task A_currency_narrows_the_list_and_one_that_is_not_configured_is_refused()
    {
        Assert.Equal(["visaUsd"], Codes(await Api.CallAsync("payment", "getPaymentTypes", P("currency", "USD"))));
        Assert.DoesNotContain("visaUsd", Codes(await Api.CallAsync("payment", "getPaymentTypes", P("currency", "AUD"))));
        Assert.Equal("NoSuchItemException", (await Api.RefusedAsync("payment", "getPaymentTypes", P("currency", "EUR"))).Element);
        Assert.Equal("NoSuchItemException", (await Api.RefusedAsync("payment", "getPaymentTypes", P("currency", "JPY"))).Element);
    }

    [Fact]
    public async Task Only_callers_with_all_accounts_may_record_money_that_comes_in_by_hand()
    {
        var customer = await PortalCustomerAsync(server);
        using var own = await server.AddUserOfAccountAsync(customer.Usn);
        Assert.Contains("cash", Codes(await Api.CallAsync("payment", "getPaymentTypes")));
        Assert.Equal(
            ["visa", "mastercard", "amex", "payway", "visaUsd", "directDebit"],
            Codes(await own.CallAsync("payment", "getPaymentTypes"))
        );
        Assert.Equal(
            "0.00",
            (await Api.CallAsync("payment", "computeSurcharge", Surcharge(customer.Usn, "cash", "5"))).At("SurchargeTotal")
        );
        Assert.Equal(
            "NoSuchItemException",
            (await own.RefusedAsync("payment", "computeSurcharge", Surcharge(customer.Usn, "cash", "5"))).Element
        );
    }

    /// <summary>The guide's example (line 13449): $0.90 at 1% and $0.50, at least $1.00.</summary>
    [Fact]
    public async Task The_guides_surcharge_comes_out_to_the_cent()
    {
        var usn = (await PortalCustomerAsync(server)).Usn;
        var expected = Document(
                """
                <SurchargeCalculation>
                <Surcharge><Percentage>1</Percentage><Fixed currency='AUD' formatted='$0.50'>0.50</Fixed>
                <Minimum currency='AUD' formatted='$1.00'>1.00</Minimum></Surcharge>
                <TotalAmount currency='AUD' formatted='$2.00'>2.00</TotalAmount>
                <SurchargeTotal currency='AUD' formatted='$1.10'>1.10</SurchargeTotal>
                <SurchargeTax currency='AUD' formatted='$0.10'>0.10</SurchargeTax>
                <SurchargeExTax currency='AUD' formatted='$1.00'>1.00</SurchargeExTax>
                <OriginalAmount currency='AUD' formatted='$0.90'>0.90</OriginalAmount></SurchargeCalculation>
                """
            )
            .ToString();
        Assert.Equal(expected, WithoutDeclarations(await Api.CallAsync("payment", "computeSurcharge", Surcharge(usn, "payway", "0.90"))));
        Assert.Equal(
            expected,
            WithoutDeclarations(await Api.CallAsync("payment", "computeSurcharge", Surcharge(usn, "payway", "0.9000", "AUD")))
        );
    }

    [Fact]
    public async Task The_tax_is_that_of_the_day_of_the_payment()
    {
        var usn = (await PortalCustomerAsync(server)).Usn;
        Assert.Equal(
            "0.00",
            (await Api.CallAsync("payment", "computeSurcharge", [.. Surcharge(usn, "visa", "0.90"), P("timestamp", "2000-06-30")])).At(
                "SurchargeTax"
            )
        );
        Assert.Equal(
            "0.10",
            (
                await Api.CallAsync("payment", "computeSurcharge", [.. Surcharge(usn, "visa", "0.90"), P("timestamp", "2000-07-01+10:00")])
            ).At("SurchargeTax")
        );
    }

    [Theory]
    [InlineData("nonsense", "1", null, "NoSuchItemException")]
    [InlineData("visa", "0", null, "InvalidRequestException")]
    [InlineData("visa", "-1", null, "InvalidRequestException")]
    [InlineData("visa", "0.001", null, "InvalidRequestException")]
    [InlineData("visa", "1000000000000.01", null, "InvalidRequestException")]
    [InlineData("visa", "1", "USD", "InvalidRequestException")]
    [InlineData("visaUsd", "1", null, "InvalidRequestException")]
    [InlineData("visaUsd", "1", "USD", "InvalidRequestException")]
    [InlineData("amex", "10000.01", null, "InvalidRequestException")]
    public async Task Bad_amounts_and_unknown_payment_types_are_refused(string code, string amount, string? currency, string fault)
    {
        var usn = (await PortalCustomerAsync(server)).Usn;
        Assert.Equal(fault, (await Api.RefusedAsync("payment", "computeSurcharge", Surcharge(usn, code, amount, currency))).Element);
    }

    [Fact]
    public async Task A_surcharge_without_a_required_parameter_or_for_an_account_out_of_reach_is_refused()
    {
        var customer = await PortalCustomerAsync(server);
        using var own = await server.AddUserOfAccountAsync(customer.Usn);
        Assert.Equal(
            "1.10",
            (await own.CallAsync("payment", "computeSurcharge", Surcharge(customer.Usn, "visa", "0.90"))).At("SurchargeTotal")
        );
        Assert.Equal(
            "NoSuchItemException",
            (
                await own.RefusedAsync("payment", "computeSurcharge", Surcharge((await PortalCustomerAsync(server)).Usn, "visa", "0.90"))
            ).Element
        );
        Assert.Equal(
            "NoSuchItemException",
            (await Api.RefusedAsync("payment", "computeSurcharge", Surcharge("4711", "visa", "0.90"))).Element
        );
        foreach (var missing in Enumerable.Range(0, 3))
        {
            var parameters = Surcharge(customer.Usn, "visa", "0.90").Where((_, index) => index != missing).ToArray();
            Assert.Equal("InvalidRequestException", (await Api.RefusedAsync("payment", "computeSurcharge", parameters)).Element);
        }
    }

    private static XElement[] Surcharge(string usn, string code, string amount, string? currency = null) =>
        [
            P("usn", usn),
            P("paymentTypeCode", code),
            new XElement("amount", currency is null ? null : new XAttribute("currency", currency), amount),
        ];

    private static IEnumerable<string> Codes(XElement? types) => types.AllAt("PaymentType/PaymentTypeCode").Select(code => code.Value);

    private static void AssertType(XElement? types, string code, string expected) =>
        Assert.Equal(
            Document(expected).ToString(),
            WithoutDeclarations(types.AllAt("PaymentType").Single(type => type.At("PaymentTypeCode") == code))
        );

    private static string WithoutDeclarations(XElement? answer)
    {
        var copy = new XElement(answer!);
        copy.DescendantsAndSelf().Attributes().Where(attribute => attribute.IsNamespaceDeclaration).Remove();
        return copy.ToString();
    }
}
