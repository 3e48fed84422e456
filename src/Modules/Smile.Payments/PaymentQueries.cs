using Microsoft.EntityFrameworkCore;
using Smile.Contracts;
using Smile.Contracts.Faults;
using Smile.Customers.Accounts;
using Smile.Kernel;
using Smile.Session;

namespace Smile.Payments;

/// <summary>getPayment() and getPendingPayments() (guide, lines 13062, 13213).</summary>
[UseCase]
public sealed class PaymentQueries(StageSession session)
{
    public async Task<PaymentType> GetAsync(string number, CancellationToken cancellation)
    {
        var payment = await session
            .Database.Payments.AsNoTracking()
            .FirstOrDefaultAsync(candidate => candidate.Number == number, cancellation);
        if (payment is null || await session.FindAccountAsync(payment.AccountUsn.Value, cancellation) is not { } account)
        {
            throw NoSuchPayment(number);
        }

        return PaymentDocuments.Payment(session.Catalogue, account, payment, PaymentView.Brief);
    }

    /// <summary>
    /// What is still to be made, the next first; of one time the newest first, as the guide's example has them (line 13241).
    /// </summary>
    public async Task<PaymentListType> PendingAsync(string usn, CancellationToken cancellation)
    {
        var account = await session.ReadAccountAsync(usn, cancellation);
        var pending = await session
            .Database.Payments.AsNoTracking()
            .Include(payment => payment.Attempts)
            .Where(payment => payment.AccountUsn == account.Usn && payment.Status == PaymentStatus.Waiting)
            .ToListAsync(cancellation);
        return new PaymentListType
        {
            Payment =
            [
                .. pending
                    .OrderBy(payment => payment.NextTransfer)
                    .ThenByDescending(payment => payment.Number, StringComparer.Ordinal)
                    .Select(payment => PaymentDocuments.Payment(session.Catalogue, account, payment, PaymentView.Scheduled)),
            ],
        };
    }

    internal static SmileException NoSuchPayment(string number) =>
        Refuse.NotFound("paymentNumber", number, "There is no such payment, or you may not access it.", Missing.Payment);
}
