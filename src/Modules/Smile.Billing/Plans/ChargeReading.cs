using Smile.Catalogue;
using Smile.Contracts;
using Smile.Contracts.Faults;
using Smile.Customers.Accounts;
using Smile.Kernel;

namespace Smile.Billing.Plans;

/// <summary>
/// Reads what documents say about recurring charges, whether these are charges of their own or override a plan's. What is absent is null.
/// </summary>
/// <param name="fault">The operation's own.</param>
internal sealed class ChargeReading(Fault fault)
{
    private const decimal LargestQuantity = 1_000_000_000m;
    private const int MostPeriods = 1_200;
    private const int LongestDescription = 1_000;

    public decimal? Quantity(decimal? quantity) => quantity is { } count ? Bounded(count, 0m, LargestQuantity, "ChargeQuantity") : null;

    /// <summary>A price without tax, in the account's currency.</summary>
    public decimal? Rate(Account account, CurrencyValueType? rate) =>
        rate switch
        {
            null => null,
            { Currency: { } stated } when stated != account.Currency => throw Refuse.With(
                fault,
                "currency",
                stated,
                $"The account is kept in {account.Currency}."
            ),
            _ => Bounded(rate.Value, -AmountRules.Largest, AmountRules.Largest, "Rate"),
        };

    public string? Description(string? text) => Text(text, LongestDescription, "Description");

    public (ChargeFrequency Frequency, int Every)? Frequency(FrequencyType? frequency) =>
        frequency is null
            ? null
            : (
                ChargeNames.Frequency(frequency.Type)
                    ?? throw Refuse.With(
                        fault,
                        "Frequency",
                        frequency.Type,
                        $"Unrecognised frequency type. Expected {ChargeNames.FrequencyNames}."
                    ),
                (int)Bounded(frequency.Value, 1m, MostPeriods, "Frequency")
            );

    public ChargeTiming? Timing(string? timing) =>
        timing is null
            ? null
            : ChargeNames.Timing(timing)
                ?? throw Refuse.With(fault, "WhenToCharge", timing, $"Unrecognised charging mode. Expected {ChargeNames.TimingNames}.");

    public int? AdvancePeriods(int? periods) => periods is { } count ? (int)Bounded(count, 1m, MostPeriods, "AdvancePeriods") : null;

    public decimal Bounded(decimal value, decimal least, decimal most, string what) =>
        value >= least && value <= most ? value : throw Refuse.With(fault, what, value, $"Expected {least:0} to {most:0}.");

    public string? Text(string? text, int longest, string what) =>
        text is null || text.Length <= longest ? text : throw Refuse.With(fault, what, "", $"At most {longest} characters.");
}
