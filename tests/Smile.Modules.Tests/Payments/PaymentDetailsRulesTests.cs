using Smile.Catalogue;
using Smile.Contracts;
using Smile.Kernel;
using Smile.Payments;

namespace Smile.Modules.Tests.Payments;

public sealed class PaymentDetailsRulesTests
{
    private static readonly DateOnly Today = new(2015, 1, 31);

    private static readonly PaymentTypeItem Visa = new("visa", "Visa", 0m, 0m, 0m)
    {
        Kind = PaymentTypeKind.Card,
        Labels = new PaymentFieldLabels("Name", "Number", "CVV", "Expiry"),
    };

    private static readonly PaymentTypeItem DirectDebit = new("debit", "Debit", 0m, 0m, 0m)
    {
        Kind = PaymentTypeKind.BankAccount,
        Labels = new PaymentFieldLabels("Name", "Number", null, null),
    };

    [Theory]
    [InlineData("4111111111111111", "4111  11")]
    [InlineData("4111 1111-1111 1111", "4111  11")]
    [InlineData("1234567890", "1234  90")]
    [InlineData("123456789", "  89")]
    public void Numbers_are_hinted_at_by_their_ends(string number, string hint)
    {
        var type = Visa with { Kind = number.Length < 12 ? PaymentTypeKind.BankAccount : PaymentTypeKind.Card };
        var instrument = PaymentDetailsRules.Read(Details(number, "2015-01"), type, Today, DetailsUse.Keep);
        Assert.Equal(hint, PaymentDetailsRules.Hint(instrument));
    }

    [Theory]
    [InlineData("DE89 3704 0044 0532 0130 00", "DE89370400440532013000")]
    [InlineData("gb29-nwbk-6016-1331-9268-19", "GB29NWBK60161331926819")]
    [InlineData("NO93 8601 1117 947", "NO9386011117947")]
    [InlineData("MT84MALT011000012345MTLCAST001S", "MT84MALT011000012345MTLCAST001S")]
    [InlineData("123-456 789", "123456789")]
    [InlineData("1234", "1234")]
    [InlineData("9100123456789012346", "9100123456789012346")]
    [InlineData("4111111111111112", "4111111111111112")]
    [InlineData("9111111111111110", "9111111111111110")]
    [InlineData("411111111117", "411111111117")]
    public void A_bank_account_s_number_is_taken_without_spaces_and_hyphens(string number, string taken) =>
        Assert.Equal(taken, PaymentDetailsRules.Read(Details(number, "2015-01"), DirectDebit, Today, DetailsUse.Keep).Number);

    [Theory]
    [InlineData("DE88 3704 0044 0532 0130 00", "IBAN")]
    [InlineData("DE89 3704 0044 0532 0130 01", "IBAN")]
    [InlineData("DE89", "IBAN")]
    [InlineData("DE090000000001", "IBAN")]
    [InlineData("AA11 4111 1111 1111 1111", "IBAN")]
    [InlineData("4111 1111-1111 1111", "card")]
    [InlineData("4222222222222", "card")]
    [InlineData("5555555555554444", "card")]
    [InlineData("2223003122003222", "card")]
    [InlineData("378282246310005", "card")]
    [InlineData("30569309025904", "card")]
    [InlineData("38520000023237", "card")]
    [InlineData("36227206271667", "card")]
    [InlineData("6011111111111117", "card")]
    [InlineData("6500000000000002", "card")]
    [InlineData("3530111333300000", "card")]
    [InlineData("DE89_370400440532013000", "not valid")]
    public void Cards_and_wrong_IBANs_are_no_bank_accounts(string number, string why)
    {
        foreach (var use in Enum.GetValues<DetailsUse>())
        {
            var details = Details(number, "2015-01");
            var problem = Assert.Throws<DetailsProblemException>(() => PaymentDetailsRules.Read(details, DirectDebit, Today, use));
            Assert.Equal("AccountNumber", problem.Member);
            Assert.Contains(why, problem.Message, StringComparison.Ordinal);
            Assert.DoesNotContain(number[^4..], problem.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("4222 ... 22", "4222  22")]
    [InlineData("4222222222222222", "4222  22")]
    [InlineData("22", "  22")]
    [InlineData("none", null)]
    [InlineData(null, null)]
    public void A_tokens_hint_gives_away_no_more(string? given, string? hint) =>
        Assert.Equal(hint, PaymentDetailsRules.Hint(new PaymentInstrument { Kind = PaymentTypeKind.Card, Token = "t" }, given));

    [Theory]
    [InlineData("2015-01", true)]
    [InlineData("2015-01Z", true)]
    [InlineData("2015-01+11:00", true)]
    [InlineData("2014-12", false)]
    [InlineData("2015-13", false)]
    [InlineData("01/2015", false)]
    [InlineData("", false)]
    public void A_card_is_good_to_the_last_day_of_its_month(string expiry, bool isGood)
    {
        var exception = Record.Exception(() => PaymentDetailsRules.Read(Details("4111111111111111", expiry), Visa, Today, DetailsUse.Keep));
        Assert.Equal(isGood, exception is null);
    }

    [Fact]
    public void A_verification_code_is_needed_to_pay_and_not_to_keep()
    {
        Assert.Null(PaymentDetailsRules.Read(Details("4111111111111111", "2015-01"), Visa, Today, DetailsUse.Keep).Cvv);
        Assert.Equal(
            "CVV",
            Assert
                .Throws<DetailsProblemException>(() =>
                    PaymentDetailsRules.Read(Details("4111111111111111", "2015-01"), Visa, Today, DetailsUse.Pay)
                )
                .Member
        );
    }

    [Fact]
    public void Expiry_is_shown_without_a_leading_zero() =>
        Assert.Equal("2/2016", PaymentDetailsRules.ShowExpiry(new DateOnly(2016, 2, 1)));

    [Theory]
    [InlineData("pay 4111111111111111 now", "pay … now")]
    [InlineData("4111 1111 1111 1111", "…")]
    [InlineData("4111-1111-1111-1111.", "….")]
    [InlineData("4111111111111112", "4111111111111112")]
    [InlineData("2143826226", "2143826226")]
    [InlineData("no digits", "no digits")]
    [InlineData("[linkId=aaaaaaaa-aaaa-4aaa-8111-111111111112]", "[linkId=aaaaaaaa-aaaa-4aaa-8111-111111111112]")]
    [InlineData("aaaaaaaa-aaaa-4aaa-8111-111111111112 4111111111111111", "aaaaaaaa-aaaa-4aaa-8111-111111111112 …")]
    [InlineData("x-aaaaaaaa-aaaa-4aaa-8111-111111111112", "x-aaaaaaaa-aaaa-4aaa-…")]
    public void Card_numbers_are_blotted_out_of_texts(string text, string masked)
    {
        Assert.Equal(masked, CardNumbers.Mask(text));
        Assert.Equal(text != masked, CardNumbers.Contains(text));
    }

    [Theory]
    [InlineData(90, 9, new[] { 10, 10, 10, 10, 10, 10, 10, 10, 10 })]
    [InlineData(10, 3, new[] { 3.33, 3.33, 3.34 })]
    public void Instalments_add_up(decimal total, int parts, object expected)
    {
        var split = PaymentPlans.Split(new Money(total, new Currency("AUD", 2, "$")), parts).ToList();
        Assert.Equal(total, split.Sum());
        Assert.Equal(((Array)expected).Length, split.Count);
    }

    private static PaymentDetailsType Details(string number, string expiry) =>
        new()
        {
            PaymentType = "visa",
            AccountName = "Joe",
            AccountNumber = number,
            ExpiryDate = expiry,
        };
}
