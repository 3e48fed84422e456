using System.CommandLine;
using System.Globalization;
using System.Numerics;

namespace Smile.Cli;

/// <summary>The forms of what commands take. None depends on a country: each reads 01.02.2026 and 1,5 in its own way.</summary>
internal static class Inputs
{
    private const int DigitsOfInt = 9;
    private const int DigitsOfLong = 18;
    private const int MostDays = 36_500;
    private const string ExpectedAmount = "an amount with a point and without marks between thousands, such as 1234.50";

    /// <summary>A time without its offset would be another one on each server: it is always written.</summary>
    private static readonly string[] TimeForms =
    [
        .. from time in new[] { "HH:mm", "HH:mm:ss", "HH:mm:ss.FFFFFFF" }
        from offset in new[] { "zzz", "'Z'" }
        select $"yyyy-MM-dd'T'{time}{offset}",
    ];

    public static InputForm<DateOnly> Date { get; } =
        new(
            "a date, such as 2026-01-31",
            (text, out date) => DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out date)
        );

    /// <summary>Its first day.</summary>
    public static InputForm<DateOnly> Month { get; } =
        new(
            "a month, such as 2026-01",
            (text, out month) => DateOnly.TryParseExact(text, "yyyy-MM", CultureInfo.InvariantCulture, DateTimeStyles.None, out month)
        );

    /// <summary>Also with a space before the time of day, as commands write it. In UTC, for the database takes no other.</summary>
    public static InputForm<DateTimeOffset> Time { get; } =
        new(
            "a time with its offset, such as 2026-01-31T09:00:00+11:00 or 2026-01-30T22:00:00Z",
            (text, out time) =>
                DateTimeOffset.TryParseExact(
                    text.Replace(' ', 'T'),
                    TimeForms,
                    CultureInfo.InvariantCulture,
                    DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal,
                    out time
                )
        );

    public static InputForm<int> Number { get; } =
        new(Expected(DigitsOfInt), (text, out number) => TryReadNumber(text, DigitsOfInt, out number));

    /// <summary>How long to go on: time does not go back, and a century ahead there is nothing to see.</summary>
    public static InputForm<int> Days { get; } =
        new(
            string.Create(CultureInfo.InvariantCulture, $"a number of days from 1 to {MostDays}, such as 30"),
            (text, out days) => TryReadNumber(text, DigitsOfInt, out days) && days is >= 1 and <= MostDays
        );

    /// <summary>Of what there may be billions of.</summary>
    public static InputForm<long> LongNumber { get; } =
        new(Expected(DigitsOfLong), (text, out number) => TryReadNumber(text, DigitsOfLong, out number));

    public static InputForm<Guid> Key { get; } = new("a key, such as 0f8fad5b-d9cb-469f-a165-70867728950e", Guid.TryParse);

    public static InputForm<decimal> Amount { get; } = new(ExpectedAmount, Amounts.TryRead);

    /// <summary>A number, or a word that stands for none.</summary>
    public static InputForm<NumberOrNone> NumberOr(string word) =>
        new(
            $"{Expected(DigitsOfInt)}, nor '{word}'",
            (text, out choice) =>
            {
                var isNumber = TryReadNumber<int>(text, DigitsOfInt, out var number);
                choice = new NumberOrNone(isNumber ? number : null);
                return isNumber || text == word;
            }
        );

    /// <summary>An amount, or one of some words.</summary>
    public static InputForm<AmountOrWord> AmountOr(params string[] words) =>
        new(
            $"{ExpectedAmount}, nor {string.Join(" or ", words.Select(word => $"'{word}'"))}",
            (text, out choice) =>
            {
                var isAmount = Amounts.TryRead(text, out var amount);
                choice = isAmount ? new AmountOrWord(amount, null) : new AmountOrWord(null, text);
                return isAmount || words.Contains(text);
            }
        );

    /// <param name="choices">None for all that there are; others of the type are refused, and the help does not show them.</param>
    public static InputForm<T> OneOf<T>(params T[] choices)
        where T : struct, Enum
    {
        var all = (choices.Length == 0 ? Enum.GetValues<T>() : choices).ToDictionary(
            choice => choice.ToString(),
            StringComparer.OrdinalIgnoreCase
        );
        return new($"{string.Join(", ", all.Keys.SkipLast(1))} or {all.Keys.Last()}", all.TryGetValue, string.Join('|', all.Keys));
    }

    /// <summary>An option that may be absent.</summary>
    public static Option<T?> Option<T>(this InputForm<T> form, string name, string description)
        where T : struct => new(name) { Description = description, CustomParser = result => form.ReadOne(result) };

    private static string Expected(int digits) =>
        string.Create(CultureInfo.InvariantCulture, $"a whole number of at most {digits} digits, such as 12");

    private static bool TryReadNumber<T>(string text, int digits, out T number)
        where T : struct, IBinaryInteger<T>
    {
        number = T.Zero;
        return text.TrimStart('-').Length <= digits
            && T.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out number);
    }
}

/// <summary>A number, or none where the word for that was typed: an argument itself is never null.</summary>
internal readonly record struct NumberOrNone(int? Number);

/// <summary>An amount, or the word that was typed in place of it.</summary>
internal readonly record struct AmountOrWord(decimal? Amount, string? Word);
