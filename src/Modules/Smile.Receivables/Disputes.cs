using Microsoft.EntityFrameworkCore;
using Smile.Customers.Accounts;
using Smile.Kernel;
using Smile.Session;

namespace Smile.Receivables;

/// <summary>Marks accounts as in dispute: credit control and automatic payments wait meanwhile.</summary>
[UseCase]
public sealed class Disputes(StageSession session)
{
    private const int MaxReasonLength = 1000;

    /// <summary>Marks an account as in dispute: credit control and automatic payments wait.</summary>
    public async Task OpenDisputeAsync(string usn, string reason, CancellationToken cancellation)
    {
        var account = await session.BeginOnAccountAsync(usn, cancellation);
        if (string.IsNullOrWhiteSpace(reason) || reason.Length > MaxReasonLength)
        {
            throw Refuse.Invalid("reason", "", $"A reason has 1 to {MaxReasonLength} characters.");
        }

        if (await OpenDisputeOf(account).AnyAsync(cancellation))
        {
            throw Refuse.Invalid("usn", usn, "The account is in dispute already.");
        }

        session.Database.AccountDisputes.Add(
            new AccountDispute
            {
                AccountUsn = account.Usn,
                Reason = reason.Trim(),
                Opened = session.Now,
            }
        );
        await session.CommitAsync(cancellation);
    }

    public async Task SettleDisputeAsync(string usn, CancellationToken cancellation)
    {
        var account = await session.BeginOnAccountAsync(usn, cancellation);
        var dispute =
            await OpenDisputeOf(account).FirstOrDefaultAsync(cancellation)
            ?? throw Refuse.Invalid("usn", usn, "The account is not in dispute.");
        dispute.Settled = session.Now;
        await session.CommitAsync(cancellation);
    }

    private IQueryable<AccountDispute> OpenDisputeOf(Account account) =>
        session.Database.OpenDisputes.Where(dispute => dispute.AccountUsn == account.Usn);
}
