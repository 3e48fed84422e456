using Smile.Contracts;
using Smile.Domain.Catalogue;
using Smile.Domain.Foundation;
using Smile.Domain.Payments;

namespace Smile.Domain.Tests.Payments;

public sealed class PaymentDetailsRulesTests
{
    private static readonly DateOnly Today = new(2015, 1, 31);

    private static readonly PaymentTypeItem Visa = new("visa", "Visa", 0m, 0m, 0m) { Kind = PaymentTypeKind.Card, Labels = new PaymentFieldLabels("Name", "Number", "CVV", "Expiry") };

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
        Assert.Equal("CVV", Assert.Throws<DetailsProblemException>(() => PaymentDetailsRules.Read(Details("4111111111111111", "2015-01"), Visa, Today, DetailsUse.Pay)).Member);
    }

    [Fact]
    public void Expiry_is_shown_without_a_leading_zero() => Assert.Equal("2/2016", PaymentDetailsRules.ShowExpiry(new DateOnly(2016, 2, 1)));

    [Theory]
    [InlineData("pay 4111111111111111 now", "pay … now")]
    [InlineData("4111 1111 1111 1111", "…")]
    [InlineData("4111-1111-1111-1111.", "….")]
    [InlineData("4111111111111112", "4111111111111112")]
    [InlineData("2143826226", "2143826226")]
    [InlineData("no digits", "no digits")]
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

    private static PaymentDetailsType Details(string number, string expiry) => new() { PaymentType = "visa", AccountName = "Joe", AccountNumber = number, ExpiryDate = expiry };
}
