using FsCheck;
using FsCheck.Fluent;
using Smile.Catalogue;
using Smile.Kernel;
using Smile.Payments;

namespace Smile.Modules.Tests.Payments;

public sealed class SurchargesTests
{
    private static readonly Currency Dollar = new("AUD", 2, "$", 0.05m);
    private static readonly Currency[] Currencies = [new("JPY", 0, "¥"), Dollar, new("KWD", 3, "KWD ")];

    /// <summary>
    /// Payments of an amount in minor units, by types with and without each part of a surcharge, at rates of GST with decimals.
    /// </summary>
    private static readonly Arbitrary<Case> Cases = (
        from currency in Gen.Elements(Currencies)
        from amount in Gen.Choose(1, 100_000_000)
        from percent in Gen.Frequency((1, Gen.Constant(0)), (5, Gen.Choose(1, 10_000_000)))
        from fixedPart in Gen.Frequency((1, Gen.Constant(0)), (3, Gen.Choose(1, 1_000_000)))
        from minimum in Gen.Frequency((1, Gen.Constant(0)), (3, Gen.Choose(1, 5_000_000)))
        from gst in Gen.Elements(0m, 10m, 12.5m, 19.25m, 100m)
        select new Case(
            new Money(Minor(amount, currency), currency),
            new PaymentTypeItem("x", "X", percent / 100_000m, fixedPart / 10_000m, minimum / 10_000m),
            gst
        )
    ).ToArbitrary();

    /// <summary>The guide's own: 1% and $0.50, at least $1.00, with 10% GST (lines 13164, 13444).</summary>
    [Theory]
    [InlineData("0.90", "1.00", "0.10", "2.00")]
    [InlineData("50.00", "1.00", "0.10", "51.10")]
    [InlineData("50.50", "1.01", "0.10", "51.61")]
    [InlineData("100.00", "1.50", "0.15", "101.65")]
    public void A_surcharge_is_a_percentage_and_something_fixed_and_at_least_the_minimum(
        string amount,
        string exTax,
        string tax,
        string total
    )
    {
        var surcharge = Surcharges.On(
            new Money(Parse(amount), Dollar),
            new PaymentTypeItem("payway", "Westpac PayWay", 1m, 0.50m, 1.00m),
            10m
        );

        Assert.Equal(
            (Parse(exTax), Parse(tax), Parse(total)),
            (surcharge.ExTax.Amount, surcharge.Tax.Amount, surcharge.TotalAmount.Amount)
        );
    }

    /// <summary>5% and $5.00 of a $10 block (guide, line 15109).</summary>
    [Fact]
    public void The_prepaid_example_comes_out() =>
        Assert.Equal(5.50m, Surcharges.On(new Money(10m, Dollar), new PaymentTypeItem("visa", "Visa", 5m, 5m, 0m), 0m).Total.Amount);

    [Fact]
    public void Half_a_minor_unit_is_rounded_away_from_zero()
    {
        var surcharge = Surcharges.On(new Money(0.50m, Dollar), new PaymentTypeItem("x", "X", 1m, 0m, 0m), 50m);

        Assert.Equal((0.01m, 0.01m), (surcharge.ExTax.Amount, surcharge.Tax.Amount));
    }

    [Fact]
    public void Without_a_surcharge_nothing_is_added() =>
        Check(each =>
            Surcharges.On(each.Amount, new PaymentTypeItem("cash", "Cash", 0m, 0m, 0m), each.GstPercent) is { Total.Amount: 0m } surcharge
            && surcharge.TotalAmount == each.Amount
        );

    [Fact]
    public void A_surcharge_is_never_below_the_minimum() =>
        Check(each => each.Surcharge.ExTax.Amount >= each.Amount.Currency.Round(each.Type.SurchargeMinimum));

    [Fact]
    public void Above_the_minimum_a_surcharge_is_linear() =>
        Check(each =>
        {
            var exact = (each.Amount.Amount * each.Type.SurchargePercent / 100m) + each.Type.SurchargeFixed;
            var half = Parse("0.5") / Power(each.Amount.Currency.Decimals);
            return exact < each.Type.SurchargeMinimum || Math.Abs(each.Surcharge.ExTax.Amount - exact) <= half;
        });

    [Fact]
    public void A_larger_amount_never_has_a_smaller_surcharge() =>
        Check(each =>
            Surcharges.On(each.Amount with { Amount = each.Amount.Amount * 2m }, each.Type, each.GstPercent).Total.Amount
            >= each.Surcharge.Total.Amount
        );

    [Fact]
    public void Everything_is_in_whole_minor_units_and_adds_up() =>
        Check(each =>
        {
            var (original, exTax, tax) = (each.Surcharge.Original.Amount, each.Surcharge.ExTax.Amount, each.Surcharge.Tax.Amount);
            return exTax == each.Amount.Currency.Round(exTax)
                && tax == each.Amount.Currency.Round(exTax * each.GstPercent / 100m)
                && each.Surcharge.Total.Amount == exTax + tax
                && each.Surcharge.TotalAmount.Amount == original + exTax + tax;
        });

    private static void Check(Func<Case, bool> property) =>
        Prop.ForAll(Cases, property).Check(Config.QuickThrowOnFailure.WithMaxTest(2000));

    private static decimal Minor(int units, Currency currency) => units / Power(currency.Decimals);

    private static decimal Power(int decimals) => Enumerable.Repeat(10m, decimals).Aggregate(1m, (product, ten) => product * ten);

    private static decimal Parse(string text) => decimal.Parse(text, System.Globalization.CultureInfo.InvariantCulture);

    private sealed record Case(Money Amount, PaymentTypeItem Type, decimal GstPercent)
    {
        public Surcharge Surcharge => Surcharges.On(Amount, Type, GstPercent);
    }
}
