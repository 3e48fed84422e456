using System.Globalization;
using Smile.Contracts.Faults;
using Smile.Kernel;

namespace Smile.Prepaid;

/// <summary>Quantities of prepaid, in the units of their charge types.</summary>
public static class PrepaidQuantities
{
    private const decimal Largest = 1_000_000_000_000_000m;
    private const string LargestText = "1000000000000000";
    private const int Decimals = 3;

    /// <exception cref="SmileException">It is below zero, too large, or has too many decimals.</exception>
    internal static void Require(string what, decimal quantity)
    {
        if (quantity < 0m || quantity > Largest || decimal.Round(quantity, Decimals) != quantity)
        {
            throw Refuse.With(
                Fault.PrepaidException,
                what,
                quantity,
                $"A quantity is from 0 to {LargestText} units with at most {Decimals} decimals."
            );
        }
    }

    /// <summary>Without zeros at its end.</summary>
    public static decimal Plain(decimal quantity) => quantity / 1.0000000000000000000000000000m;

    public static string Text(decimal quantity) => Plain(quantity).ToString(CultureInfo.InvariantCulture);
}
