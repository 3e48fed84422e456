using Smile.Soap.Tests.Hosting;

namespace Smile.Soap.Tests;

/// <summary>
/// Simple values over the wire: what is taken, and that a refusal names the element with its path, in the operation's documented fault
/// as for any other bad value (O22, O26).
/// </summary>
[Collection(SoapServerGroup.Name)]
public sealed class ValueTests(SoapServer server)
{
    [Theory]
    [InlineData("2147483648")]
    [InlineData("-2147483649")]
    [InlineData("99999999999999999999999999")]
    [InlineData("1.0")]
    [InlineData("1e3")]
    [InlineData("0x10")]
    [InlineData("1,000")]
    [InlineData("")]
    [InlineData("NaN")]
    [InlineData("١")]
    public async Task What_is_not_an_int_is_refused(string value) =>
        (await server.CallAsync(SoapServer.Order, $"<e:getOrderForm><packageId>{value}</packageId></e:getOrderForm>")).AssertInvalid(
            $"The value of <getOrderForm/packageId> is not valid"
        );

    [Theory]
    [InlineData("9223372036854775808")]
    [InlineData("-9223372036854775809")]
    [InlineData("1.5")]
    [InlineData("INF")]
    public async Task What_is_not_a_long_is_refused(string value) =>
        (
            await server.CallAsync(
                SoapServer.Subscription,
                $"<e:getActivityStatementBatch><usn>1</usn><batchId>{value}</batchId></e:getActivityStatementBatch>"
            )
        ).AssertInvalid($"The value of <getActivityStatementBatch/batchId> is not valid");

    [Theory]
    [InlineData("NaN")]
    [InlineData("INF")]
    [InlineData("-INF")]
    [InlineData("1e999")]
    [InlineData("1E5")]
    [InlineData("1000000000000000")]
    [InlineData("-1000000000000000")]
    [InlineData("79228162514264337593543950336")]
    [InlineData("$5.00")]
    [InlineData("1,50")]
    [InlineData("(5)")]
    [InlineData("5-")]
    [InlineData("")]
    public async Task What_is_not_an_amount_is_refused(string value) =>
        (await server.CallAsync(SoapServer.Account, Adjustment($"<amount>{value}</amount>"))).AssertInvalid(
            $"The value of <raiseAdjustment/amount> is not valid"
        );

    [Theory]
    [InlineData("47.40", "47.40")]
    [InlineData(" -0.05 ", "-0.05")]
    [InlineData("+7", "7")]
    [InlineData(".5", "0.5")]
    [InlineData("999999999999999.99999", "999999999999999.99999")]
    public async Task An_amount_keeps_its_decimals(string value, string understood)
    {
        var answer = await server.CallAsync(SoapServer.Account, Adjustment($"<amount>{value}</amount>"));

        Assert.Equal($"1|2|2019-01-31T00:00:00.0000000Z|{understood}|none|none", answer.FaultText);
    }

    [Theory]
    [InlineData("0000-01-01")]
    [InlineData("99999-01-01")]
    [InlineData("-2019-01-01")]
    [InlineData("2019-02-30")]
    [InlineData("2019-13-01")]
    [InlineData("2019-1-1")]
    [InlineData("01/02/2019")]
    [InlineData("2019-01-01+15:00")]
    [InlineData("2019-01-01+11")]
    [InlineData("2019-01-01T00:00:00")]
    [InlineData("today")]
    [InlineData("")]
    public async Task What_is_not_a_date_is_refused(string value) =>
        (
            await server.CallAsync(
                SoapServer.Subscription,
                $"<e:applyFeature><usn>1</usn><featureId>2</featureId><startDate>{value}</startDate></e:applyFeature>"
            )
        ).AssertInvalid($"The value of <applyFeature/startDate> is not valid");

    [Theory]
    [InlineData("2019-01-31")]
    [InlineData("2019-01-31Z")]
    [InlineData("2019-01-31+11:00")]
    [InlineData("2019-01-31-03:30")]
    [InlineData("2020-02-29+14:00")]
    [InlineData("0001-01-01")] // O21
    [InlineData("9999-12-31+11:00")]
    public async Task A_date_keeps_its_day_and_its_offset(string value)
    {
        var answer = await server.CallAsync(
            SoapServer.Subscription,
            $"<e:applyFeature><usn>1</usn><featureId>2</featureId><endDate> {value} </endDate></e:applyFeature>"
        );

        Assert.Equal($"1|2|none|{value}", answer.Result);
    }

    [Theory]
    [InlineData("2019-01-31")]
    [InlineData("2019-01-31 09:30:00")]
    [InlineData("2019-01-31T09:30")]
    [InlineData("2019-01-31T25:00:00Z")]
    [InlineData("2019-02-30T09:30:00Z")]
    [InlineData("2019-01-31T09:30:00 PM")]
    [InlineData("2019-01-31T09:30:00 GMT")]
    [InlineData("2019-01-31T09:30:00+15:00")]
    [InlineData("0000-01-01T00:00:00Z")]
    [InlineData("99999-01-01T00:00:00Z")]
    [InlineData("2019-01-31T24:00:01Z")]
    [InlineData("2019-01-31T24:00:00.5Z")]
    [InlineData("2019-01-31T24:01:00")]
    public async Task What_is_not_a_timestamp_is_refused(string value) =>
        (await server.CallAsync(SoapServer.Account, TransactionList(value))).AssertInvalid(
            $"The value of <getTransactionList/startTimestamp> is not valid"
        );

    [Theory]
    [InlineData("2019-01-31T09:30:00+11:00", "2019-01-31T09:30:00.0000000+11:00")]
    [InlineData("2019-01-31T09:30:00.123-03:30", "2019-01-31T09:30:00.1230000-03:30")]
    [InlineData("2019-01-31T09:30:00.1234567Z", "2019-01-31T09:30:00.1234567Z")]
    [InlineData("2019-01-31T09:30:00.123456789+11:00", "2019-01-31T09:30:00.1234567+11:00")]
    [InlineData("2019-01-31T09:30:00.999999999999", "2019-01-31T09:30:00.9999999")]
    [InlineData(" 2019-07-31T09:30:00 ", "2019-07-31T09:30:00.0000000")]
    [InlineData("0001-01-01T00:00:00", "0001-01-01T00:00:00.0000000")] // O21
    [InlineData("0001-01-01T00:00:00+11:00", "0001-01-01T00:00:00.0000000+11:00")]
    [InlineData("9999-12-31T23:59:59.9999999", "9999-12-31T23:59:59.9999999")]
    [InlineData("9999-12-31T23:59:59-11:00", "9999-12-31T23:59:59.0000000-11:00")]
    [InlineData("9999-12-31T24:00:00Z", "9999-12-31T23:59:59.9999999Z")]
    [InlineData("2018-12-31T24:00:00", "2019-01-01T00:00:00.0000000")]
    [InlineData("2019-01-31T24:00:00.000+11:00", "2019-02-01T00:00:00.0000000+11:00")]
    public async Task A_timestamp_keeps_its_clock_with_seven_decimals_and_its_offset_if_it_has_one(string value, string understood)
    {
        var answer = await server.CallAsync(SoapServer.Account, TransactionList(value));

        Assert.Equal($"1|{understood}|2020-01-01T00:00:00.0000000Z", answer.FaultText);
    }

    [Theory]
    [InlineData("yes")]
    [InlineData("True")]
    [InlineData("TRUE")]
    [InlineData("2")]
    [InlineData("")]
    public async Task What_is_not_a_boolean_is_refused(string value) =>
        (
            await server.CallAsync(
                SoapServer.Order,
                $"<e:orderAccount><d:Order><d:RequiresApproval>{value}</d:RequiresApproval></d:Order></e:orderAccount>"
            )
        ).AssertInvalid($"The value of <orderAccount/Order/RequiresApproval> is not valid: expected true or false.");

    [Fact]
    public async Task The_path_leads_through_custom_fields()
    {
        var answer = await server.CallAsync(
            SoapServer.Order,
            "<e:orderAccount><d:Order><d:OrderForm><d:Object><d:Object name='a'><d:Integer name='b'>five</d:Integer></d:Object>"
                + "</d:Object></d:OrderForm></d:Order></e:orderAccount>"
        );

        answer.AssertInvalid("The value of <orderAccount/Order/OrderForm/Object/Object/Integer> is not valid");
    }

    [Fact]
    public async Task A_refusal_does_not_repeat_the_value_which_may_be_a_password_in_the_wrong_place()
    {
        var answer = await server.CallAsync(
            SoapServer.Order,
            "<e:orderAccount><d:Order><d:OrderForm><d:Object><d:Integer name='password'>hunter2</d:Integer></d:Object></d:OrderForm>"
                + "</d:Order></e:orderAccount>"
        );

        answer.AssertInvalid("The value of <orderAccount/Order/OrderForm/Object/Integer> is not valid: expected a whole number");
        Assert.DoesNotContain("hunter2", answer.FaultText, StringComparison.Ordinal);
    }

    private static string Adjustment(string amount) =>
        $"<e:raiseAdjustment><usn>1</usn><adjustmentType>2</adjustmentType>"
        + $"<effective>2019-01-31T00:00:00Z</effective>{amount}</e:raiseAdjustment>";

    private static string TransactionList(string start) =>
        $"<e:getTransactionList><usn>1</usn><startTimestamp>{start}</startTimestamp><endTimestamp>2020-01-01T00:00:00Z</endTimestamp>"
        + $"</e:getTransactionList>";
}
