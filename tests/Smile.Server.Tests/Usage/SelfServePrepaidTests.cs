using System.Xml.Linq;
using Smile.Cli;
using Smile.Server.Tests.Fixture;
using static Smile.Server.Tests.Fixture.SoapCaller;

namespace Smile.Server.Tests.Usage;

/// <summary>
/// getSelfServePrepaidList(), getPrepaidPaymentTypes(), getQuote() and addSelfServePrepaid() (guide, lines 15000 to 15349).
/// </summary>
public sealed class SelfServePrepaidTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    private readonly UsageHelp _usage = new(server);

    private SoapCaller Api => server.Administrator;

    [Fact]
    public async Task What_can_be_bought_is_listed_as_the_guide_prints_it()
    {
        var usn = await _usage.OrderAsync("0480000001");
        Assert.Equal(["data-1gb 1 GB of data $15.00 15.00 AUD", "1 hr 1 hour block $2.23 2.2314 AUD"], await ListAsync(usn));
        var voip = (await Orders.PortalCustomerAsync(server)).Subscriptions[1];
        Assert.Equal("PrepaidException", await CodeAsync("getSelfServePrepaidList", P("usn", voip)));
        Assert.Equal("PrepaidException", await CodeAsync("getSelfServePrepaidList", P("usn", "999999")));

        // Who pays in another currency than the company's has no prices.
        var other = await _usage.OrderAsync("0480000002");
        await server.ExecuteAsync("UPDATE account SET currency = 'USD' WHERE usn = $1", await AccountAsync(other));
        Assert.Equal("PrepaidException", await CodeAsync("getSelfServePrepaidList", P("usn", other)));
        Assert.Equal("PrepaidException", await CodeAsync("getQuote", Quote(other, "data-1gb", "amex")));
    }

    [Fact]
    public async Task A_tier_opens_with_a_purchase_of_the_one_before_until_the_rating_period_ends()
    {
        var usn = await _usage.OrderAsync("0480000011");
        Assert.DoesNotContain(await ListAsync(usn), line => line.StartsWith("data-5gb", StringComparison.Ordinal));
        Assert.Equal("PrepaidException", await CodeAsync("getPrepaidPaymentTypes", P("usn", usn), P("prepaidCode", "data-5gb")));
        Assert.Equal("PrepaidException", await CodeAsync("addSelfServePrepaid", Buy(usn, "data-5gb", "visa", "44.00")));
        await Api.CallAsync("prepaid", "addPrepaid", P("usn", usn), P("prepaidCode", "data-1gb"));
        Assert.Equal(2, (await ListAsync(usn)).Count);
        await Api.CallAsync("prepaid", "addSelfServePrepaid", Buy(usn, "data-1gb", "amex", "16.50"));
        Assert.Equal(3, (await ListAsync(usn)).Count);

        // It is paid for by visa alone, which costs 1% and 0.50 on top, and GST of that.
        var types = await Api.CallAsync("prepaid", "getPrepaidPaymentTypes", P("usn", usn), P("prepaidCode", "data-5gb"));
        Assert.Equal(["visa"], types.AllAt("PaymentType/PaymentTypeCode").Select(code => code.Value));
        Assert.Equal("PrepaidException", await CodeAsync("getQuote", Quote(usn, "data-5gb", "amex")));
        Assert.Equal("PrepaidException", await CodeAsync("addSelfServePrepaid", Buy(usn, "data-5gb", "amex", "44.00")));
        await Api.CallAsync("prepaid", "addSelfServePrepaid", Buy(usn, "data-5gb", "visa", "45.10"));
        Assert.Equal(3, await BlocksAsync(usn));
        server.Clock.Advance(TimeSpan.FromDays(31));
        Assert.Equal(2, (await ListAsync(usn)).Count);
    }

    [Fact]
    public async Task A_quote_is_the_guides_and_nothing_is_kept_of_it()
    {
        var usn = await _usage.OrderAsync("0480000021");
        var account = await AccountAsync(usn);
        var before = await TransactionsAsync(account);
        var quote = (await Api.CallAsync("prepaid", "getQuote", Quote(usn, "data-1gb", "amex")))!;
        Assert.Equal(
            ("Quote", "16.50", "1.50", "invoice", "16.50", account),
            (
                quote.At("transactionType"),
                quote.At("amount"),
                quote.At("gstAmount"),
                quote.At("salesReportCategory"),
                quote.At("unallocatedAmount"),
                quote.At("usn")
            )
        );
        Assert.Equal(
            ["0 006100 Prepaid time purchased 15.00 1.500000", "1 gst Includes 10% GST 1.50 0.000000"],
            quote
                .AllAt("transactionItem")
                .Select(line =>
                    $"{line.At("lineNumber")} {line.At("itemCode")} {line.At("description")} {line.At("amount")} {line.At("gstAmount")}"
                )
        );
        Assert.Equal(before, await TransactionsAsync(account));

        // With what it costs to pay so.
        quote = (await Api.CallAsync("prepaid", "getQuote", Quote(usn, "data-1gb", "visa")))!;
        Assert.Equal(("17.60", "1.60"), (quote.At("amount"), quote.At("gstAmount")));
        Assert.Equal(["15.00", "1.50", "1.00", "0.10"], quote.AllAt("transactionItem/amount").Select(amount => amount.Value));
        foreach (var (code, type) in new[] { ("data-1gb", "nothing"), ("data-9gb", "visa"), ("messages-day", "visa"), ("data-1gb", "") })
        {
            Assert.Equal("PrepaidException", await CodeAsync("getQuote", Quote(usn, code, type)));
        }
    }

    [Theory]
    [InlineData("0480000031", "amex", "16.50", null)]
    [InlineData("0480000032", "visa", "17.60", null)]
    [InlineData("0480000033", "visa", "17.60", "1.10")]
    public async Task A_block_is_bought_invoiced_and_paid(string number, string type, string amount, string? surcharge)
    {
        var usn = await _usage.OrderAsync(number);
        var account = await AccountAsync(usn);
        var (balance, before) = (await BalanceAsync(account), await TransactionsAsync(account));
        await Api.CallAsync("prepaid", "addSelfServePrepaid", Buy(usn, "data-1gb", type, amount, surcharge));
        Assert.Equal(1, await BlocksAsync(usn));
        Assert.Equal(balance, await BalanceAsync(account));
        Assert.Equal(
            ["Invoice 16.50 0", $"Receipt -{amount} 0", .. Enumerable.Repeat("Surcharge 1.10 0", type == "visa" ? 1 : 0)],
            (await TransactionsAsync(account)).Except(before)
        );
        Assert.DoesNotContain(await server.MessagesAsync(account), message => message.Type.StartsWith("Prepaid", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_does_not_match_is_refused_and_nothing_is_charged()
    {
        var usn = await _usage.OrderAsync("0480000041");
        var account = await AccountAsync(usn);
        var before = await TransactionsAsync(account);
        foreach (
            var (code, type, amount, surcharge) in new[]
            {
                ("data-1gb", "amex", "16.49", null),
                ("data-1gb", "amex", "15.00", null),
                ("data-1gb", "visa", "16.50", null),
                ("data-1gb", "visa", "17.60", "1.00"),
                ("data-1gb", "amex", "-16.50", null),
                ("data-1gb", "bitcoin", "16.50", null),
                ("data-9gb", "amex", "16.50", null),
                ("messages-day", "amex", "16.50", null),
            }
        )
        {
            Assert.Equal("PrepaidException", await CodeAsync("addSelfServePrepaid", Buy(usn, code, type, amount, surcharge)));
        }

        var declined = await Api.RefusedAsync(
            "prepaid",
            "addSelfServePrepaid",
            Buy(usn, "data-1gb", "amex", "16.50", card: PaymentHelp.Card(9001))
        );
        Assert.Equal("PrepaidException", declined.Element);
        Assert.Contains("declined", declined.Message, StringComparison.Ordinal);
        Assert.Equal(0, await BlocksAsync(usn));
        Assert.Equal(before, await TransactionsAsync(account));

        // The caller's own customers may buy, and nobody else's.
        using var owner = await server.AddUserAsync(new ApiUser("owner-of-prepaid", "some-password", account, false, false, false, []));
        await owner.CallAsync("prepaid", "addSelfServePrepaid", Buy(usn, "data-1gb", "amex", "16.50"));
        using var stranger = await server.AddCustomerAsync((await Orders.PortalCustomerAsync(server)).Usn);
        foreach (
            var (operation, parameters) in new[]
            {
                ("getSelfServePrepaidList", [P("usn", usn)]),
                ("getPrepaidPaymentTypes", [P("usn", usn), P("prepaidCode", "data-1gb")]),
                ("getQuote", Quote(usn, "data-1gb", "amex")),
                ("addSelfServePrepaid", Buy(usn, "data-1gb", "amex", "16.50")),
            }
        )
        {
            var fault = await stranger.RefusedAsync("prepaid", operation, parameters);
            Assert.Contains("There is no such subscription", fault.Message, StringComparison.Ordinal);
        }

        Assert.Equal(1, await BlocksAsync(usn));
    }

    [Fact]
    public async Task The_same_reference_is_charged_and_given_once()
    {
        var usn = await _usage.OrderAsync("0480000051");
        var account = await AccountAsync(usn);
        var balance = await BalanceAsync(account);
        var results = await Task.WhenAll(
            Enumerable
                .Range(0, 4)
                .Select(_ =>
                    Api.TryAsync("prepaid", Wrapper("addSelfServePrepaid", Buy(usn, "data-1gb", "amex", "16.50", reference: "top-up-1")))
                )
        );
        Assert.Equal(1, results.Count(fault => fault is null));
        Assert.Equal(1, await BlocksAsync(usn));
        Assert.Equal(1, await server.QueryAsync<long>("SELECT count(*) FROM payment WHERE account_usn = $1", account));

        // A payment whose block was not given, since the server stopped in between: sent again, it is not charged again.
        await Api.CallAsync(
            "payment",
            "processPayment",
            P("usn", account),
            Payment("amex", "16.50", null, PaymentHelp.GoodCard, "top-up-2")
        );
        await Api.CallAsync("prepaid", "addSelfServePrepaid", Buy(usn, "data-1gb", "amex", "16.50", reference: "top-up-2"));
        Assert.Equal(2, await BlocksAsync(usn));
        Assert.Equal(2, await server.QueryAsync<long>("SELECT count(*) FROM payment WHERE account_usn = $1", account));
        Assert.Equal(balance, await BalanceAsync(account));
        Assert.Equal(
            "PrepaidException",
            await CodeAsync("addSelfServePrepaid", Buy(usn, "data-1gb", "amex", "16.50", reference: "top-up-2"))
        );
        Assert.Equal(2, await BlocksAsync(usn));
    }

    [Fact]
    public async Task Of_32_at_once_each_purchase_is_charged_and_given_once()
    {
        var usn = await _usage.OrderAsync("0480000061");
        var account = await AccountAsync(usn);
        var (balance, before) = (await BalanceAsync(account), await TransactionsAsync(account));
        var faults = await Task.WhenAll(
            Enumerable
                .Range(0, 32)
                .Select(index =>
                    Api.TryAsync(
                        "prepaid",
                        Wrapper("addSelfServePrepaid", Buy(usn, "data-1gb", "amex", "16.50", reference: $"many-{index % 16}"))
                    )
                )
        );
        Assert.Equal(16, faults.Count(fault => fault is null));
        Assert.Equal(16, await BlocksAsync(usn));
        Assert.Equal(balance, await BalanceAsync(account));
        Assert.Equal(
            ["16 Invoice 16.50 0", "16 Receipt -16.50 0"],
            (await TransactionsAsync(account))
                .Where(transaction => !before.Contains(transaction))
                .GroupBy(transaction => transaction)
                .Select(same => $"{same.Count()} {same.Key}")
        );
    }

    private async Task<IReadOnlyList<string>> ListAsync(string usn) =>
        [
            .. (await Api.CallAsync("prepaid", "getSelfServePrepaidList", P("usn", usn)))
                .AllAt("PrepaidDescription")
                .Select(block =>
                    $"{block.At("PrepaidCode")} {block.At("Description")} {block.At("DisplayAmount")} {block.At("Rate")} "
                    + block.At("Currency")
                ),
        ];

    private async Task<int> BlocksAsync(string usn) =>
        (await Api.CallAsync("prepaid", "getPrepaidState", P("usn", usn))).AllAt("PrepaidStateElements/PrepaidStateElement").Count();

    private async Task<string?> CodeAsync(string operation, params XElement[] parameters) =>
        (await Api.RefusedAsync("prepaid", operation, parameters)).Element;

    private Task<string> AccountAsync(string usn) => server.QueryAsync<string>("SELECT account_usn FROM subscription WHERE usn = $1", usn);

    private async Task<IReadOnlyList<string>> TransactionsAsync(string account) =>
        await server.QueryAsync<string[]>(
            """
            SELECT coalesce(array_agg(type || ' ' || amount || ' ' || trim_scale(unallocated_amount) ORDER BY type, number), '{}'::text[])
            FROM financial_transaction WHERE account_usn = $1
            """,
            account
        );

    private Task<decimal> BalanceAsync(string account) => server.QueryAsync<decimal>("SELECT balance FROM account WHERE usn = $1", account);

    private static XElement[] Quote(string usn, string code, string type) =>
        [P("usn", usn), P("prepaidCode", code), P("paymentTypeCode", type)];

    private static XElement[] Buy(
        string usn,
        string code,
        string type,
        string amount,
        string? surcharge = null,
        string? card = null,
        string? reference = null
    ) => [P("usn", usn), P("prepaidCode", code), Payment(type, amount, surcharge, card ?? PaymentHelp.GoodCard, reference)];

    private static XElement Payment(string type, string amount, string? surcharge, string card, string? reference)
    {
        var request = PaymentHelp.Request(type, amount, surcharge, card);
        if (reference is not null)
        {
            request.Elements().First().AddAfterSelf(new XElement(request.Name.Namespace + "ClientReference", reference));
        }

        return request;
    }
}
