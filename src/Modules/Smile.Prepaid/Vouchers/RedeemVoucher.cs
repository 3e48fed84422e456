using Microsoft.EntityFrameworkCore;
using Smile.Contracts.Faults;
using Smile.Customers.Accounts;
using Smile.Customers.Subscriptions;
using Smile.Kernel;
using Smile.Prepaid.Storage;
using Smile.Session;

namespace Smile.Prepaid.Vouchers;

/// <summary>validateVoucher() and redeemVoucher() (guide, lines 14608 and 14679).</summary>
[UseCase]
public sealed class RedeemVoucher(StageSession session, GivePrepaid give, VoucherGuesses guesses)
{
    private const int DefaultCompany = 1;
    private const string Wrong = "The voucher number or the secret code is wrong";

    /// <param name="company">Null for the first (guide, line 14622).</param>
    /// <returns>Why it cannot be redeemed; null where it can.</returns>
    /// <exception cref="SmileException">Too much was guessed.</exception>
    public async Task<string?> ValidateAsync(int? company, string number, string code, CancellationToken cancellation)
    {
        var issuer = company ?? DefaultCompany;
        var mayAsk = session.Caller.AllAccounts || await session.CallersCompanyAsync(cancellation) == issuer;
        var key = number.Trim();
        var voucher =
            mayAsk && key.Length <= VoucherCodes.LongestNumber
                ? await session
                    .Database.Vouchers.AsNoTracking()
                    .Include(each => each.Batch)
                    .FirstOrDefaultAsync(each => each.CompanyId == issuer && each.Number == key, cancellation)
                : null;
        return await ProblemAsync(voucher, code, null, cancellation);
    }

    /// <exception cref="SmileException">The voucher cannot be redeemed, or not by this subscription.</exception>
    public async Task ExecuteAsync(string usn, string number, string code, CancellationToken cancellation)
    {
        var (account, subscription) =
            await session.BeginOnSubscriptionAsync(usn.Trim(), cancellation) ?? throw StageSession.NoSuchSubscription(usn);
        var key = number.Trim();
        var voucher =
            key.Length <= VoucherCodes.LongestNumber ? await session.Database.LockVoucherAsync(account.CompanyId, key, cancellation) : null;
        if (await ProblemAsync(voucher, code, subscription.Usn, cancellation) is { } problem)
        {
            throw Refuse.With(Fault.PrepaidException, "voucherNumber", number, problem + ".");
        }

        var item = await give.RequireAsync(subscription, voucher!.Batch.Code, cancellation);
        var block = await give.ExecuteAsync(account, subscription, item, cancellation, voucher: voucher.Number);
        voucher.Redeemed = session.Now;
        voucher.BlockId = block.Id;
        await session.CommitAsync(cancellation);
    }

    /// <summary>Only who has the right code is told more than that it is wrong.</summary>
    private async Task<string?> ProblemAsync(Voucher? voucher, string code, Usn? subscription, CancellationToken cancellation)
    {
        var taken = await guesses.TakeAsync(voucher, subscription, cancellation);
        if (code.Length > VoucherCodes.LongestCode || !VoucherCodes.Matches(voucher?.Secret, code))
        {
            return Wrong;
        }

        await guesses.ForgiveAsync(taken, cancellation);
        return voucher switch
        {
            { Redeemed: not null } => "The voucher has already been redeemed",
            { Voided: not null } => "The voucher is void",
            _ when voucher!.Batch.Expires <= session.Now => "The voucher has expired",
            _ => null,
        };
    }
}
