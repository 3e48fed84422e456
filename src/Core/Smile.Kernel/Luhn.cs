namespace Smile.Kernel;

/// <summary>
/// The check digit that ends every generated USN, transaction and payment number (guide, line 1636: 2143826226, 2143826234 …).
/// </summary>
public static class Luhn
{
    /// <summary>The number with its check digit behind it.</summary>
    public static string Append(long number)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(number);
        var digits = number.ToString(System.Globalization.CultureInfo.InvariantCulture);
        return digits + CheckDigit(digits);
    }

    /// <summary>True where the last digit checks the digits before it.</summary>
    public static bool IsValid(ReadOnlySpan<char> number) =>
        number.Length >= 2 && !number.ContainsAnyExceptInRange('0', '9') && number[^1] == CheckDigit(number[..^1]);

    private static char CheckDigit(ReadOnlySpan<char> digits)
    {
        var sum = 0;
        for (var index = 0; index < digits.Length; index++)
        {
            var digit = digits[^(index + 1)] - '0';
            if (index % 2 == 0)
            {
                digit *= 2;
                if (digit > 9)
                {
                    digit -= 9;
                }
            }

            sum += digit;
        }

        return (char)('0' + (10 - sum % 10) % 10);
    }
}
