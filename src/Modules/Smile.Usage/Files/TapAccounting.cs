using System.Globalization;

namespace Smile.Usage.Files;

/// <summary>The amounts and times of a file, which say less than they mean without it.</summary>
internal sealed record TapAccounting(int? Decimals, string Currency, Dictionary<long, decimal> Rates, Dictionary<long, string> Offsets)
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
        var rates = new Dictionary<long, decimal>();
        foreach (var rate in accounting?.Child(TapTags.CurrencyConversionList)?.Children() ?? [])
        {
            if (rate.Child(TapTags.ExchangeRateCode) is { } code && rate.Child(TapTags.ExchangeRate) is { } value)
            {
                rates[code.Number()] = Scaled(value.Number(), rate.Child(TapTags.NumberOfDecimalPlaces)?.Number() ?? 0);
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

    /// <summary>The same in the currency of the recipient: of each charge information by its own rate.</summary>
    /// <exception cref="FormatException">Something is charged without a rate that the file has.</exception>
    public decimal LocalChargeOf(BerNode node)
    {
        var rate = node.Child(TapTags.ExchangeRateCode);
        var amounts = rate is null ? node.Children().Select(child => (Node: child, IsOwn: IsAmount(child))).ToList() : [];
        return rate is not null ? ChargeOf(node) * RateOf(rate.Value)
            : amounts.Exists(amount => amount.IsOwn && Amounts(amount.Node).Any(each => each != 0m))
                ? throw new FormatException("exchangeRate: a charge has no exchangeRateCode.")
            : amounts.Where(amount => !amount.IsOwn).Sum(amount => LocalChargeOf(amount.Node));
    }

    /// <summary>The one rate of an event; empty where nothing is charged.</summary>
    /// <exception cref="FormatException">It has several, or one that the file does not have, or none.</exception>
    public string RateText(BerNode node)
    {
        if (ChargeOf(node) == 0m)
        {
            return "";
        }

        return RatesOf(node).Distinct().ToList() switch
        {
            [var only] => only.ToString(CultureInfo.InvariantCulture),
            [] => throw new FormatException("exchangeRate: a charge has no exchangeRateCode."),
            _ => throw new FormatException("exchangeRate: it has charges with several rates. [localCharge] is their sum."),
        };
    }

    private IEnumerable<decimal> RatesOf(BerNode node) =>
        node.Children().SelectMany(child => child.Application == TapTags.ExchangeRateCode ? [RateOf(child)] : RatesOf(child));

    /// <exception cref="FormatException">The file has none of the code.</exception>
    public decimal RateOf(BerNode code) =>
        Rates.TryGetValue(code.Number(), out var rate) && rate > 0m
            ? rate
            : throw new FormatException($"exchangeRate: the file does not say which rate has the code {code.Number()}.");

    private static bool IsAmount(BerNode node) => node.Application is TapTags.ChargeDetail or TapTags.Charge or TapTags.CamelInvocationFee;

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
