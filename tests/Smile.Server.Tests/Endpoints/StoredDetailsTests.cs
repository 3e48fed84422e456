using System.Xml.Linq;
using Smile.Server.Tests.Fixture;
using static Smile.Server.Tests.Fixture.Orders;
using static Smile.Server.Tests.Fixture.PaymentHelp;
using static Smile.Server.Tests.Fixture.SoapCaller;

namespace Smile.Server.Tests.Endpoints;

[Collection(PaymentServerTests.Name)]
public sealed class StoredDetailsTests(ServerFixture server)
{
    private SoapCaller Api => server.Administrator;

    /// <summary>The guide's example (lines 14308, 14338), with the example catalogue's surcharge.</summary>
    [Fact]
    public async Task Details_are_added_read_listed_changed_and_deleted()
    {
        var usn = (await PortalCustomerAsync(server)).Usn;
        Assert.Equal("NoSuchItemException", (await Api.RefusedAsync("payment", "getStoredPaymentDetailsList", P("usn", usn))).Element);
        var added = await Api.CallAsync("payment", "addStoredPaymentDetails", P("usn", usn), Details("visa", GoodCard, "2020-12"));
        var id = added.At("StoredPaymentDetailsId")!;
        Assert.Equal("Full Test User", Shown(added, "AccountName"));
        Assert.Equal("Hint 4111  11", Shown(added, "AccountNumber"));
        Assert.Equal("Full 12/2020", Shown(added, "ExpiryDate"));
        Assert.Equal("visa", added.At("PaymentType/PaymentTypeCode"));
        Assert.Equal("Card holder", added.At("PaymentType/FieldLabels/Name"));
        Assert.Equal(
            added!.ToString(),
            (await Api.CallAsync("payment", "getStoredPaymentDetails", P("usn", usn), P("storedPaymentDetailsId", id)))!.ToString()
        );
        Assert.Equal(
            [id],
            (await Api.CallAsync("payment", "getStoredPaymentDetailsList", P("usn", usn)))
                .AllAt("StoredPaymentDetails/StoredPaymentDetailsId")
                .Select(each => each.Value)
        );
        Assert.Equal(
            "Token",
            await server.QueryAsync<string>("SELECT secret_kind FROM stored_payment_details WHERE account_usn = $1", usn)
        );

        // A Mastercard's number is fully concealed (guide, line 14450), and its gateway gives no token.
        var updated = await Api.CallAsync(
            "payment",
            "updateStoredPaymentDetails",
            P("usn", usn),
            P("storedPaymentDetailsId", id),
            Details("mastercard", "5105105105105100", "2022-02")
        );
        Assert.Equal(id, updated.At("StoredPaymentDetailsId"));
        Assert.Null(updated.At("AccountNumber"));
        Assert.Equal("Full 2/2022", Shown(updated, "ExpiryDate"));
        Assert.Equal("mastercard", updated.At("PaymentType/PaymentTypeCode"));
        Assert.Equal(
            "Number",
            await server.QueryAsync<string>("SELECT secret_kind FROM stored_payment_details WHERE account_usn = $1", usn)
        );

        Assert.Null(await Api.CallAsync("payment", "deleteStoredPaymentDetails", P("usn", usn), P("storedPaymentDetailsId", id)));
        Assert.Equal(
            "NoSuchItemException",
            (await Api.RefusedAsync("payment", "deleteStoredPaymentDetails", P("usn", usn), P("storedPaymentDetailsId", id))).Element
        );
        Assert.Equal(
            3,
            await server.QueryAsync<long>("SELECT count(*) FROM audit_change WHERE table_name = 'stored_payment_details' AND key = $1", id)
        );
    }

    [Fact]
    public async Task A_token_is_kept_with_the_hint_that_comes_with_it()
    {
        var usn = (await PortalCustomerAsync(server)).Usn;
        var details = Document(
            "<PaymentDetails><PaymentType>visa</PaymentType><AccountName>John Citizen</AccountName><Token hint='4222 ... "
                + "22'>166570E5-D68F-4EEE-AF0F-4EEEED5FF493</Token><ExpiryDate>2020-12</ExpiryDate></PaymentDetails>"
        );
        var added = await Api.CallAsync("payment", "addStoredPaymentDetails", P("usn", usn), details);
        Assert.Equal("Hint 4222  22", Shown(added, "AccountNumber"));
        Assert.Equal(
            "Accepted",
            (await Api.CallAsync("payment", "processPayment", P("usn", usn), Stored("2.00", "1.10"))).At("Payment/Status")
        );
    }

    [Fact]
    public async Task An_account_has_one_set()
    {
        var usn = (await PortalCustomerAsync(server)).Usn;
        await Api.CallAsync("payment", "addStoredPaymentDetails", P("usn", usn), Details("visa", GoodCard));
        var refused = await Api.RefusedAsync("payment", "addStoredPaymentDetails", P("usn", usn), Details("visa", GoodCard));
        Assert.Equal("InvalidRequestException", refused.Element);
        Assert.Contains("updateStoredPaymentDetails", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("visa", "<AccountName>A</AccountName><AccountNumber>4111111111111112</AccountNumber><ExpiryDate>2030-12</ExpiryDate>")]
    [InlineData("visa", "<AccountName>A</AccountName><AccountNumber>41111111111</AccountNumber><ExpiryDate>2030-12</ExpiryDate>")]
    [InlineData("visa", "<AccountName>A</AccountName><AccountNumber>411111111111111x</AccountNumber><ExpiryDate>2030-12</ExpiryDate>")]
    [InlineData("visa", "<AccountName>A</AccountName><AccountNumber>4111111111111111</AccountNumber><ExpiryDate>2014-12</ExpiryDate>")]
    [InlineData("visa", "<AccountName>A</AccountName><AccountNumber>4111111111111111</AccountNumber>")]
    [InlineData("visa", "<AccountNumber>4111111111111111</AccountNumber><ExpiryDate>2030-12</ExpiryDate>")]
    [InlineData("visa", "<AccountName>A</AccountName><ExpiryDate>2030-12</ExpiryDate>")]
    [InlineData(
        "visa",
        "<AccountName>4111 1111 1111 1111</AccountName><AccountNumber>4111111111111111</AccountNumber><ExpiryDate>2030-12</ExpiryDate>"
    )]
    [InlineData("visa", "<AccountName>A</AccountName><Token>4111111111111111</Token><ExpiryDate>2030-12</ExpiryDate>")]
    [InlineData(
        "visa",
        "<AccountName>A</AccountName><AccountNumber>4111111111111111</AccountNumber><Token>abc</Token><ExpiryDate>2030-12</ExpiryDate>"
    )]
    [InlineData(
        "visa",
        "<AccountName>A</AccountName><AccountNumber>4111111111111111</AccountNumber><ExpiryDate>2030-12</ExpiryDate><CVV>12</CVV>"
    )]
    [InlineData("nonsense", "<AccountName>A</AccountName><AccountNumber>4111111111111111</AccountNumber><ExpiryDate>2030-12</ExpiryDate>")]
    [InlineData("4111111111111111", "<AccountName>A</AccountName>")]
    [InlineData("cash", "<AccountName>A</AccountName><AccountNumber>1234567</AccountNumber>")]
    [InlineData("visaUsd", "<AccountName>A</AccountName><AccountNumber>4111111111111111</AccountNumber><ExpiryDate>2030-12</ExpiryDate>")]
    [InlineData("directDebit", "<AccountName>A</AccountName><AccountNumber>4111 1111 1111 1111</AccountNumber>")]
    [InlineData("directDebit", "<AccountName>A</AccountName><AccountNumber>DE41111111111111</AccountNumber>")]
    public async Task Bad_details_are_refused_without_repeating_them_and_nothing_is_stored(string type, string members)
    {
        var usn = (await PortalCustomerAsync(server)).Usn;
        var before = await TracesAsync(server, usn);
        var refused = await Api.RefusedAsync(
            "payment",
            "addStoredPaymentDetails",
            P("usn", usn),
            Document($"<PaymentDetails><PaymentType>{type}</PaymentType>{members}</PaymentDetails>")
        );
        Assert.Equal("InvalidRequestException", refused.Element);
        Assert.DoesNotContain("41111111111", refused.Message, StringComparison.Ordinal);
        Assert.Equal(before, await TracesAsync(server, usn));
    }

    [Fact]
    public async Task A_card_is_good_to_the_end_of_its_month()
    {
        var usn = (await PortalCustomerAsync(server)).Usn;
        var month = TimeZoneInfo
            .ConvertTime(server.Clock.GetUtcNow(), TimeZoneInfo.FindSystemTimeZoneById("Australia/Sydney"))
            .ToString("yyyy-MM", System.Globalization.CultureInfo.InvariantCulture);
        await Api.CallAsync("payment", "addStoredPaymentDetails", P("usn", usn), Details("visa", GoodCard, month));
    }

    [Fact]
    public async Task Others_details_and_accounts_are_refused()
    {
        var mine = (await PortalCustomerAsync(server)).Usn;
        var theirs = (await PortalCustomerAsync(server)).Usn;
        var id = (await Api.CallAsync("payment", "addStoredPaymentDetails", P("usn", theirs), Details("visa", GoodCard))).At(
            "StoredPaymentDetailsId"
        )!;
        await Api.CallAsync("payment", "addStoredPaymentDetails", P("usn", mine), Details("visa", GoodCard));
        foreach (
            var (operation, more) in new (string, XElement[])[]
            {
                ("getStoredPaymentDetails", []),
                ("updateStoredPaymentDetails", [Details("visa", GoodCard)]),
                ("deleteStoredPaymentDetails", []),
            }
        )
        {
            Assert.Equal(
                "InvalidRequestException",
                (await Api.RefusedAsync("payment", operation, [P("usn", mine), P("storedPaymentDetailsId", id), .. more])).Element
            );
            Assert.Equal(
                "NoSuchItemException",
                (
                    await Api.RefusedAsync("payment", operation, [P("usn", mine), P("storedPaymentDetailsId", Guid.NewGuid()), .. more])
                ).Element
            );
            Assert.Equal(
                "NoSuchItemException",
                (await Api.RefusedAsync("payment", operation, [P("usn", mine), P("storedPaymentDetailsId", "nonsense"), .. more])).Element
            );
            Assert.Equal(
                "NoSuchItemException",
                (await Api.RefusedAsync("payment", operation, [P("usn", "0"), P("storedPaymentDetailsId", id), .. more])).Element
            );
        }

        using var own = await server.AddUserOfAccountAsync(mine);
        Assert.Equal(
            "NoSuchItemException",
            (await own.RefusedAsync("payment", "getStoredPaymentDetails", P("usn", theirs), P("storedPaymentDetailsId", id))).Element
        );
        Assert.Equal(
            "NoSuchItemException",
            (await own.RefusedAsync("payment", "getStoredPaymentDetails", P("usn", mine), P("storedPaymentDetailsId", id))).Element
        );
        Assert.Equal(
            "NoSuchItemException",
            (await own.RefusedAsync("payment", "addStoredPaymentDetails", P("usn", theirs), Details("visa", GoodCard))).Element
        );
        Assert.Equal("NoSuchItemException", (await own.RefusedAsync("payment", "getStoredPaymentDetailsList", P("usn", theirs))).Element);
    }

    /// <summary>The guide's example (line 13762): a type by its name, spaces in the number, a card that has expired.</summary>
    [Fact]
    public async Task Validation_answers_with_the_gateways_words()
    {
        var expired = await Api.CallAsync("payment", "validatePayment", Validation("Mastercard", "4111 1111 1111 1111", "2001-10"));
        Assert.Equal("false", expired.At("Valid"));
        Assert.Equal("The credit card has expired", expired.At("ValidationMessage"));
        Assert.Equal("true", (await Api.CallAsync("payment", "validatePayment", Validation("visa", GoodCard, "2030-10"))).At("Valid"));
        var declined = await Api.CallAsync("payment", "validatePayment", Validation("visa", Card(9001), "2030-10"));
        Assert.Equal(("false", "The card was declined"), (declined.At("Valid"), declined.At("ValidationMessage")));
        Assert.Equal(
            "false",
            (await Api.CallAsync("payment", "validatePayment", Validation("visa", "4111111111111112", "2030-10"))).At("Valid")
        );
        Assert.Equal(
            "PaymentDetailsValidationException",
            (await Api.RefusedAsync("payment", "validatePayment", Validation("visa", Card(9005), "2030-10"))).Element
        );
        Assert.Equal(
            "PaymentDetailsValidationException",
            (await Api.RefusedAsync("payment", "validatePayment", Validation("nonsense", GoodCard, "2030-10"))).Element
        );
        Assert.Equal(
            "PaymentDetailsValidationException",
            (await Api.RefusedAsync("payment", "validatePayment", Validation("visaUsd", GoodCard, "2030-10"))).Element
        );
    }

    private static XElement Validation(string type, string number, string expiry) =>
        Document(
            $"<PaymentDetailsValidationRequest><PaymentDetails><PaymentType>{type}</PaymentType><AccountName>John "
                + $"Citizen</AccountName><AccountNumber>{number}</AccountNumber><ExpiryDate>{expiry}</ExpiryDate><CVV>813</CVV>"
                + $"<PaymentAmount>17.23</PaymentAmount>"
                + "<Properties><Object/></Properties></PaymentDetails><Properties><Object/></Properties></PaymentDetailsValidationRequest>"
        );

    private static string Shown(XElement? details, string member)
    {
        var element = details.AllAt(member).Single();
        return $"{element.Attribute("Disclosure")!.Value} {element.Value}";
    }
}
