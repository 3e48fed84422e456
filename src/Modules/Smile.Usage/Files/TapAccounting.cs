using System.Globalization;

namespace Smile.Usage.Files;

/// <summary>The amounts and times of a file, which say less than they mean without it.</summary>
internal sealed record TapAccounting(int? Decimals, string Currency, Dictionary<long, string> Rates, Dictionary<long, string> Offsets)
{
    private const int MostDecimals = 10;

    private static readonly decimal[] Powers = [.. Enumerable.Range(0, MostDecimals + 1).Select(power => (decimal)Math.Pow(10, power))];

    public static TapAccounting Of(BerNode file)
    {
        var accounting = file.Child(TapTags.AccountingInfo);
        var decimals = accounting?.Child(TapTags.TapDecimalPlaces)?.Number();
        if (decimals is < 0 or > MostDecimals)
        {
            throw new FormatException($"tapDecimalPlaces: {decimals} is not between 0 and {MostDecimals}.");
        }

        var currency = accounting?.Child(TapTags.TapCurrency) ?? accounting?.Child(TapTags.LocalCurrency);
        var rates = new Dictionary<long, string>();
        foreach (var rate in accounting?.Child(TapTags.CurrencyConversionList)?.Children() ?? [])
        {
            if (rate.Child(TapTags.ExchangeRateCode) is { } code && rate.Child(TapTags.ExchangeRate) is { } value)
            {
                rates[code.Number()] = Scaled(value.Number(), rate.Child(TapTags.NumberOfDecimalPlaces)?.Number() ?? 0)
                    .ToString(CultureInfo.InvariantCulture);
            }
        }

        var offsets = new Dictionary<long, string>();
        foreach (var offset in file.Child(TapTags.NetworkInfo)?.Child(TapTags.UtcTimeOffsetInfoList)?.Children() ?? [])
        {
            if (offset.Child(TapTags.UtcTimeOffsetCode) is { } code && offset.Child(TapTags.UtcTimeOffset) is { } value)
            {
                offsets[code.Number()] = TapColumns.Text(value);
            }
        }

        return new TapAccounting((int?)decimals, currency is { } known ? TapColumns.Text(known) : "", rates, offsets);
    }

    public decimal Amount(BerNode node) =>
        node.Number() is >= 0 and var amount
            ? Scaled(amount, Decimals ?? throw new FormatException("charge: the file does not say its tapDecimalPlaces."))
            : throw new FormatException("charge: it is below 0.");

    /// <summary>
    /// All that an event is charged: of each charge its whole (charge type 00, of which the others are parts), messages' own, and what
    /// the invocation of CAMEL costs.
    /// </summary>
    public decimal ChargeOf(BerNode node) => Amounts(node).Sum();

    private IEnumerable<decimal> Amounts(BerNode node) =>
        node.Application switch
        {
            TapTags.ChargeDetail => node.Child(TapTags.ChargeType) is not { } type || TapColumns.Text(type) == "00"
                ? node.Child(TapTags.Charge) is { } charge
                    ? [Amount(charge)]
                    : []
                : [],
            TapTags.Charge or TapTags.CamelInvocationFee => [Amount(node)],
            _ => node.Children().SelectMany(Amounts),
        };

    private static decimal Scaled(long number, long decimals) =>
        decimals is >= 0 and <= MostDecimals
            ? number / Powers[decimals]
            : throw new FormatException($"{decimals} decimals are not between 0 and {MostDecimals}.");
}
