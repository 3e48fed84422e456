using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Smile.Customers.Accounts;
using Smile.Kernel;
using Smile.Session;

namespace Smile.Rating.Credit;

/// <summary>What an account may owe.</summary>
/// <param name="Limit">Null for any amount.</param>
/// <param name="IsOwn">Whether it is the account's own, and not its terms'.</param>
public sealed record ChosenCreditLimit(Money? Limit, bool IsOwn);

/// <summary>Gives an account a credit limit of its own, in place of what its terms say.</summary>
[UseCase]
public sealed class ChooseCreditLimit(StageSession session)
{
    private const decimal Largest = 1_000_000_000m;

    /// <param name="amount">Tax included, in the account's currency; null for any amount.</param>
    public async Task SetAsync(string usn, decimal? amount, CancellationToken cancellation)
    {
        var (account, known) = await BeginAsync(usn, cancellation);
        var decimals = session.CurrencyOf(account).Decimals;
        if (amount is { } given && (given is < 0m or > Largest || decimal.Round(given, decimals) != given))
        {
            throw Refuse.Invalid(
                "amount",
                given,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"A credit limit is an amount in {account.Currency} from 0 to {Largest} with at most {decimals} decimals."
                )
            );
        }

        if (known is not null)
        {
            known.Amount = amount;
        }
        else
        {
            session.Database.CreditLimits.Add(new CreditLimit { AccountUsn = account.Usn, Amount = amount });
        }

        await session.CommitAsync(cancellation);
    }

    /// <summary>Returns to what the account's terms say.</summary>
    public async Task ResetAsync(string usn, CancellationToken cancellation)
    {
        var (_, known) = await BeginAsync(usn, cancellation);
        if (known is not null)
        {
            session.Database.CreditLimits.Remove(known);
        }

        await session.CommitAsync(cancellation);
    }

    public async Task<ChosenCreditLimit> GetAsync(string usn, CancellationToken cancellation)
    {
        session.Caller.RequireAllAccounts();
        var account = await session.ReadAccountAsync(usn, cancellation);
        var own = await session
            .Database.CreditLimits.AsNoTracking()
            .FirstOrDefaultAsync(limit => limit.AccountUsn == account.Usn, cancellation);
        var currency = session.CurrencyOf(account);
        return new ChosenCreditLimit(
            CreditLimits.OfAccount(session.Catalogue, account, own) is { } limit ? new Money(limit.Amount, currency) : null,
            own is not null
        );
    }

    /// <summary>Locks the account. What anybody may owe is the company's to say.</summary>
    private async Task<(Account Account, CreditLimit? Known)> BeginAsync(string usn, CancellationToken cancellation)
    {
        session.Caller.RequireAllAccounts();
        var account = await session.BeginOnAccountAsync(usn, cancellation);
        return (account, await session.Database.CreditLimits.FirstOrDefaultAsync(limit => limit.AccountUsn == account.Usn, cancellation));
    }
}
