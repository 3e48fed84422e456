using System.Collections.Frozen;
using System.Globalization;
using Smile.Kernel;

namespace Smile.Catalogue.Wording;

/// <summary>The words and formats of what customers are sent, in one language. Immutable.</summary>
public sealed class Language
{
    private static readonly FrozenDictionary<TransactionType, Word> Types = Enum.GetValues<TransactionType>()
        .ToFrozenDictionary(type => type, type => Enum.Parse<Word>("Type" + type));

    private readonly FrozenDictionary<Word, string> _words;
    private readonly NumberFormatInfo _numbers;
    private readonly DateTimeFormatInfo _days;

    /// <param name="words">All of them.</param>
    public Language(string code, IEnumerable<KeyValuePair<Word, string>> words)
    {
        Code = code;
        _words = words.ToFrozenDictionary();
        _numbers = (NumberFormatInfo)CultureInfo.InvariantCulture.NumberFormat.Clone();
        _numbers.NumberDecimalSeparator = this[Word.FormatDecimalPoint];
        _numbers.NumberGroupSeparator = this[Word.FormatThousands];
        _days = (DateTimeFormatInfo)CultureInfo.InvariantCulture.DateTimeFormat.Clone();
        _days.MonthNames = _days.MonthGenitiveNames = [.. this[Word.Months].Split(' '), ""];
        _days.AbbreviatedMonthNames = _days.AbbreviatedMonthGenitiveNames = [.. this[Word.ShortMonths].Split(' '), ""];
    }

    /// <summary>Such as <c>de</c> or <c>de-AT</c>.</summary>
    public string Code { get; }

    /// <summary>What stands between whole numbers and decimals.</summary>
    public string DecimalPoint => _numbers.NumberDecimalSeparator;

    public string this[Word word] => _words[word];

    /// <summary>A word with its places filled.</summary>
    public string Fill(Word word, params object[] values) => string.Format(CultureInfo.InvariantCulture, this[word], values);

    /// <summary>What people call a type of transaction: an <c>InvoiceReversal</c> is an Invoice reversal.</summary>
    public string Name(TransactionType type) => this[Types[type]];

    /// <summary>What people call a transaction: an invoice to the customer's credit has a name of its own, wherever it is named.</summary>
    public string Name(TransactionType type, bool isCredit) =>
        type == TransactionType.Invoice && isCredit ? this[Word.TitleCreditInvoice] : Name(type);

    /// <summary>An amount with its currency: <c>$47.40</c>, <c>119,39 €</c>.</summary>
    public string Show(Money money)
    {
        var digits = Digits(money.Amount, money.Currency);
        return Fill(money.Rounded().Amount < 0m ? Word.FormatCredit : Word.FormatMoney, money.Currency.Symbol, digits).Trim();
    }

    /// <summary>An amount without its currency.</summary>
    public string Figure(Money money) => Figure(money.Amount, money.Currency);

    public string Figure(decimal amount, Currency currency)
    {
        var digits = Digits(amount, currency);
        return currency.Round(amount) < 0m ? Fill(Word.FormatNegative, digits) : digits;
    }

    /// <summary>An amount that is not rounded to the currency's decimals: two more of them, as single records cost.</summary>
    public string FineFigure(decimal amount, Currency currency)
    {
        var digits = Math.Abs(amount).ToString("N" + (currency.Decimals + 2), _numbers);
        return amount < 0m ? Fill(Word.FormatNegative, digits) : digits;
    }

    public string Quantity(decimal? quantity) => quantity?.ToString("#,0.#####", _numbers) ?? "";

    public string Percent(decimal percent) => Fill(Word.FormatPercent, percent.ToString("0.#####", _numbers));

    public string Day(DateOnly day) => Day(day, Word.FormatDay);

    /// <param name="format">The word that has the format.</param>
    public string Day(DateOnly day, Word format) => day.ToString(this[format] is { Length: 1 } letter ? "%" + letter : this[format], _days);

    public string Period(DateOnly? from, DateOnly? to) =>
        (from, to) switch
        {
            ({ } first, { } last) when first == last => Day(first),
            ({ } first, { } last) when first.Year == last.Year && first.Month == last.Month => Fill(
                Word.FormatPeriod,
                Day(first, Word.FormatDayOfMonth),
                Day(last)
            ),
            ({ } first, { } last) when first.Year == last.Year => Fill(Word.FormatPeriod, Day(first, Word.FormatDayAndMonth), Day(last)),
            ({ } first, { } last) => Fill(Word.FormatPeriod, Day(first), Day(last)),
            ({ } first, null) => Day(first),
            (null, { } last) => Day(last),
            _ => "",
        };

    private string Digits(decimal amount, Currency currency) =>
        Math.Abs(currency.Round(amount)).ToString("N" + currency.Decimals, _numbers);
}
