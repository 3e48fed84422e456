using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using Smile.Catalogue;
using Smile.Customers.Accounts;
using Smile.Kernel;
using Smile.Modules.Tests.Catalogue;
using Smile.Receivables;

namespace Smile.Modules.Tests.Receivables;

/// <summary>Tax and rounding of an invoice (guide, lines 2548 to 2625, 9503 to 9575), by the example's catalogue.</summary>
public sealed class InvoiceLinesTests
{
    private static readonly CatalogueSnapshot Catalogue = new(1, ExampleCatalogue.Content);
    private static readonly DateOnly Day = new(2026, 1, 15);

    /// <summary>Charges as <c>USN amount+tax</c>, lines as <c>code USN amount</c>; Australian totals end in five cents.</summary>
    [Theory]
    [InlineData("AUD", "s 10.00+1.00", "s 10.00; gst s 1.00")]
    [InlineData("AUD", "s 10.00+0", "s 10.00")]
    [InlineData("AUD", "s 10.01+1.00", "s 10.01; round s -0.01; gst s 1.00")]
    [InlineData("AUD", "s 10.02+1.00", "s 10.02; round s -0.02; gst s 1.00")]
    [InlineData("AUD", "s 10.03+1.00", "s 10.03; round s 0.02; gst s 1.00")]
    // A rounding line stands with the account where charges are for several.
    [InlineData("AUD", "s 10.01+1.00, t 5.00+0.50", "s 10.01; t 5.00; round a -0.01; gst s 1.00; gst t 0.50")]
    [InlineData("AUD", "s 10.00+1.00, t 5.00+0.50, s 1.00+0.10", "s 10.00; t 5.00; s 1.00; gst s 1.10; gst t 0.50")]
    // Taxes that take each other back leave no line.
    [InlineData("AUD", "s 10.00+1.00, s -10.00+-1.00", "s 10.00; s -10.00")]
    // A credit is rounded as what it takes back was: away from zero at the half.
    [InlineData("AUD", "s -10.01+-1.00", "s -10.01; round s 0.01; gst s -1.00")]
    [InlineData("AUD", "s -10.03+-1.00", "s -10.03; round s -0.02; gst s -1.00")]
    [InlineData("JPY", "s 101+10", "s 101; gst s 10")]
    [InlineData("KWD", "s 1.001+0.100", "s 1.001; gst s 0.100")]
    public void Charges_are_completed_by_rounding_and_a_tax_line_for_each_subscription(string currency, string charges, string expected) =>
        Assert.Equal(expected, Text(InvoiceLines.Complete(Catalogue, AnAccount(currency), Read(charges, currency), Day, Now)));

    [Fact]
    public void A_total_that_is_not_paid_in_cash_is_not_rounded_and_lines_are_numbered_from_0()
    {
        var lines = InvoiceLines.Complete(Catalogue, AnAccount("AUD"), Read("s 10.01+1.00", "AUD"), Day, Now, roundToCash: false);
        Assert.Equal("s 10.01; gst s 1.00", Text(lines));
        Assert.Equal([0, 1], lines.Select(line => line.LineNumber));
        Assert.Equal((Day, Day, true), (lines[1].ChargeFrom, lines[1].ChargeTo, lines[1].IsGst));
    }

    /// <summary>Half away from zero, of the price before it was rounded (guide, lines 21515, 24280).</summary>
    [Theory]
    [InlineData("2.26", "AUD", "0.23")]
    [InlineData("49.945454", "AUD", "4.99")]
    [InlineData("0.05", "AUD", "0.01")]
    [InlineData("0.04", "AUD", "0.00")]
    [InlineData("-0.05", "AUD", "-0.01")]
    [InlineData("105", "JPY", "11")]
    [InlineData("104", "JPY", "10")]
    [InlineData("1.005", "KWD", "0.101")]
    public void Tax_is_rounded_half_away_from_zero_to_the_minor_unit(string price, string currency, string expected) =>
        Assert.Equal(
            expected,
            InvoiceLines
                .Gst(Number(price), 10m, Catalogue.Currency(currency))
                .ToString("F" + Catalogue.Currency(currency).Decimals, CultureInfo.InvariantCulture)
        );

    /// <summary>Whatever is charged, the total ends in the cash unit, is at most half of it off, and all tax is on it.</summary>
    [Fact]
    public void The_total_is_the_nearest_that_can_be_paid_in_cash()
    {
        var cents = Gen.Choose(-20_000, 20_000).Select(amount => amount / 100m);
        var charge =
            from usn in Gen.Elements("s", "t", "u")
            from amount in cents
            from tax in cents
            select (Usn: usn, Amount: amount, Tax: tax);
        Prop.ForAll(
                Arb.From(charge.NonEmptyListOf()),
                charges =>
                {
                    var taken = charges.Select(each => Charge(each.Usn, each.Amount, each.Tax, "AUD")).ToList();
                    var exact = taken.Sum(each => each.Amount + each.GstAmount);
                    var lines = InvoiceLines.Complete(Catalogue, AnAccount("AUD"), taken, Day, Now);
                    var total = lines.Sum(line => line.Amount);
                    return total % 0.05m == 0m
                        && Math.Abs(total - exact) <= 0.025m
                        && lines.Where(line => line.IsGst).Sum(line => line.Amount) == taken.Sum(each => each.GstAmount)
                        && lines.Take(taken.Count).SequenceEqual(taken)
                        && lines.Select(line => line.LineNumber).SequenceEqual(Enumerable.Range(0, lines.Count));
                }
            )
            .Check(Config.QuickThrowOnFailure.WithMaxTest(2_000));
    }

    private static readonly DateTimeOffset Now = new(2026, 1, 15, 1, 2, 3, TimeSpan.Zero);

    private static string Text(IEnumerable<TransactionItem> lines) =>
        string.Join(
            "; ",
            lines.Select(line =>
                $"{(line.ItemCode == "cst" ? "" : line.ItemCode + " ")}{line.Usn} {line.Amount.ToString(CultureInfo.InvariantCulture)}"
            )
        );

    private static List<TransactionItem> Read(string charges, string currency) =>
        [
            .. charges
                .Split(", ")
                .Select(each => each.Split(' ', '+'))
                .Select(parts => Charge(parts[0], Number(parts[1]), Number(parts[2]), currency)),
        ];

    private static TransactionItem Charge(string usn, decimal amount, decimal tax, string currency) =>
        new()
        {
            AccountUsn = new Usn("a"),
            Usn = new Usn(usn),
            LineNumber = 7,
            ItemCode = "cst",
            ChargeFrom = Day,
            ChargeTo = Day,
            Description = "Charge",
            Quantity = 1m,
            Currency = currency,
            Amount = amount,
            IsGst = false,
            ChargeGst = tax != 0m,
            GstAmount = tax,
            Discount = 0m,
            Count = 1,
            SalesReportCategory = "Sales",
            Properties = FieldValues.None,
            Created = Now,
        };

    private static Account AnAccount(string currency) =>
        new()
        {
            Usn = new Usn("a"),
            CompanyId = 1,
            AccountTypeId = 1,
            AccountTermsId = 1,
            Currency = currency,
            TimeZoneId = 19,
            InvoicingCycle = new CycleChoice(CycleType.Monthly, 1),
            RatingCycle = new CycleChoice(CycleType.Monthly, 1),
            Username = "a",
            Properties = FieldValues.None,
            Created = Now,
        };

    private static decimal Number(string text) => decimal.Parse(text, CultureInfo.InvariantCulture);
}
