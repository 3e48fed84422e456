using System.Globalization;
using Smile.Catalogue;
using Smile.Contracts.Faults;
using Smile.Customers.Accounts;
using Smile.Kernel;
using Smile.Session;

namespace Smile.Payments;

/// <summary>
/// Checks the amounts of a payment: the caller says how much of it is surcharge, and must be right (guide, lines 13523-13527).
/// </summary>
internal static class PaymentAmounts
{
    /// <returns>What is paid, split into the amount and the surcharge on it.</returns>
    public static Surcharge Require(StageSession session, decimal? paid, decimal? includedSurcharge, PaymentTypeItem type, Account account)
    {
        var net = Net(session, paid, includedSurcharge, account);
        if (net.Amount < type.MinimumAmount || net.Amount > type.MaximumAmount)
        {
            throw new SmileException(
                Fault.InvalidRequestException,
                $"{Fault.InvalidRequestException} [PaymentAmount]. The amount is outside the limits of the payment type."
            );
        }

        var surcharge = On(session, net, type, account);
        var included = includedSurcharge ?? 0m;
        return surcharge.Total.Amount == included
            ? surcharge
            : throw new SmileException(
                Fault.InvalidRequestException,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{Fault.InvalidRequestException} [IncludesSurchargeAmount={included}]. The surcharge on {net.Amount} is "
                        + $"{surcharge.Total.Amount}: PaymentAmount {surcharge.TotalAmount.Amount} with IncludesSurchargeAmount "
                        + $"{surcharge.Total.Amount} pays it. Use computeSurcharge()."
                )
            );
    }

    /// <summary>The amount of a payment that failed elsewhere: how its surcharge came about is past.</summary>
    public static Surcharge RequireRecorded(StageSession session, decimal? paid, decimal? includedSurcharge, Account account)
    {
        var net = Net(session, paid, includedSurcharge, account);
        var included = net with { Amount = includedSurcharge ?? 0m };
        return new Surcharge(net, included.Rounded(), net with { Amount = 0m });
    }

    /// <summary>The surcharge on an amount today.</summary>
    public static Surcharge On(StageSession session, Money net, PaymentTypeItem type, Account account) =>
        Surcharges.On(net, type, session.Catalogue.GstPercent(account.AccountTypeId, session.DayOf(account)));

    private static Money Net(StageSession session, decimal? paid, decimal? includedSurcharge, Account account)
    {
        var currency = session.CurrencyOf(account);
        if (paid is not { } amount)
        {
            throw Missing("PaymentAmount", "Say how much is paid.");
        }

        if (amount <= 0m || amount > AmountRules.Largest || currency.Round(amount) != amount)
        {
            throw Missing("PaymentAmount", $"An amount is more than zero and has at most {currency.Decimals} decimals.");
        }

        if (includedSurcharge is { } included && (included < 0m || included >= amount || currency.Round(included) != included))
        {
            throw Missing(
                "IncludesSurchargeAmount",
                $"The surcharge is a part of PaymentAmount, with at most {currency.Decimals} decimals."
            );
        }

        return new Money(amount - (includedSurcharge ?? 0m), currency).Rounded();
    }

    private static SmileException Missing(string what, string advice) =>
        new(Fault.InvalidRequestException, $"{Fault.InvalidRequestException} [{what}]. {advice}");
}
