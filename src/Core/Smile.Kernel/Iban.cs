namespace Smile.Kernel;

/// <summary>International bank account numbers (ISO 13616).</summary>
public static class Iban
{
    private const int LeastLength = 15;
    private const int MostLength = 34;
    private const int CountryAndCheck = 4;

    /// <summary>Whether a number is meant to be one: it begins with a country's two letters and two check digits.</summary>
    /// <param name="number">Without spaces and hyphens.</param>
    public static bool IsMeant(string number) =>
        number.Length >= CountryAndCheck
        && char.IsAsciiLetter(number[0])
        && char.IsAsciiLetter(number[1])
        && char.IsAsciiDigit(number[2])
        && char.IsAsciiDigit(number[3]);

    /// <summary>Whether it is as long as one, and its check digits belong to it. How long each country's are, its banks know.</summary>
    public static bool IsValid(string number) =>
        IsMeant(number)
        && number.Length is >= LeastLength and <= MostLength
        && number.All(char.IsAsciiLetterOrDigit)
        && (number[CountryAndCheck..] + number[..CountryAndCheck]).Aggregate(0, Remainder) == 1;

    /// <summary>Of the division by 97, when a character more is read: a letter counts as two digits, A as 10.</summary>
    private static int Remainder(int before, char character) =>
        char.IsAsciiDigit(character)
            ? (before * 10 + (character - '0')) % 97
            : (before * 100 + (char.ToUpperInvariant(character) - 'A' + 10)) % 97;
}
