using Smile.Contracts;
using Smile.Contracts.Faults;

namespace Smile.Kernel;

/// <summary>What amounts in requests must be.</summary>
public static class AmountRules
{
    /// <summary>
    /// More than this in any currency is rejected as a data-entry error, and might be more than a decimal holds once it is multiplied.
    /// </summary>
    public const decimal Largest = 1_000_000_000_000m;

    /// <summary>An amount of more than zero in whole minor units.</summary>
    /// <param name="what">The element that holds it.</param>
    public static decimal Positive(decimal amount, Currency currency, string what, Fault fault = Fault.InvalidRequestException) =>
        amount > 0m ? Exact(amount, currency, what, fault) : throw Wrong(amount, currency, what, fault, "is more than zero");

    /// <summary>An amount in whole minor units, whatever its sign.</summary>
    public static decimal Exact(decimal amount, Currency currency, string what, Fault fault = Fault.InvalidRequestException) =>
        Math.Abs(amount) <= Largest && currency.Round(amount) == amount
            ? currency.Round(amount)
            : throw Wrong(amount, currency, what, fault, $"is at most {Largest:0}");

    /// <summary>The same of an amount that may state its currency.</summary>
    public static decimal Positive(CurrencyValueType amount, Currency currency, string what, Fault fault = Fault.InvalidRequestException) =>
        amount.Currency is { } stated && stated != currency.Code
            ? throw Refuse.With(fault, "currency", stated, $"The account is kept in {currency.Code}.")
            : Positive(amount.Value, currency, what, fault);

    private static SmileException Wrong(decimal amount, Currency currency, string what, Fault fault, string rule) =>
        Refuse.With(fault, what, amount, $"An amount {rule} and has at most {currency.Decimals} decimals.");
}
