using Microsoft.EntityFrameworkCore;
using Smile.Customers.Accounts;
using Smile.Kernel;
using Smile.Session;

namespace Smile.Payments;

/// <summary>What operators see of payments, and what they decide where a gateway has said nothing that can be relied on.</summary>
[UseCase]
public sealed class PaymentAdministration(StageSession session, PaymentSchedule schedule, PaymentPosting posting)
{
    /// <summary>Payments with a status, the newest first.</summary>
    /// <param name="limit">Most payments.</param>
    public Task<List<Payment>> ListAsync(PaymentStatus status, int limit, CancellationToken cancellation)
    {
        session.Caller.RequireAllAccounts();
        return session
            .Database.Payments.AsNoTracking()
            .Include(payment => payment.Attempts)
            .Where(payment => payment.Status == status)
            .OrderByDescending(payment => payment.Number)
            .Take(limit)
            .ToListAsync(cancellation);
    }

    /// <summary>Refunds, the newest first.</summary>
    /// <param name="status">Null for all.</param>
    public Task<List<PaymentRefund>> RefundsAsync(PaymentRefundStatus? status, int limit, CancellationToken cancellation)
    {
        session.Caller.RequireAllAccounts();
        return session
            .Database.PaymentRefunds.AsNoTracking()
            .Where(refund => status == null || refund.Status == status)
            .OrderByDescending(refund => refund.Number)
            .Take(limit)
            .ToListAsync(cancellation);
    }

    /// <summary>Has the gateway asked once more, from the beginning of its patience.</summary>
    public async Task AskAgainAsync(string number, CancellationToken cancellation)
    {
        var (account, payment) = await BeginOnAttentionAsync(number, cancellation);
        if (payment.OpenAttempt is { } attempt)
        {
            attempt.Inquiries = 0;
            await schedule.AskAgainAsync(account, payment, session.Now, cancellation);
        }
        else
        {
            // It never went to its gateway: what was in the way, such as a card that had expired, may be out of it.
            await schedule.SendAtAsync(account, payment, session.Now, cancellation);
        }

        await session.CommitAsync(cancellation);
    }

    /// <summary>Somebody has seen at the bank that the money is there: the payment is accepted, and its receipt raised.</summary>
    /// <param name="reason">What shows it.</param>
    public async Task AcceptAsync(string number, string reason, CancellationToken cancellation)
    {
        var (account, payment) = await BeginOnAttentionAsync(number, cancellation);
        Finish(payment, PaymentStatus.Accepted, reason);
        await schedule.EndAsync(payment, PaymentStatus.Accepted, cancellation);
        await posting.AcceptAsync(account, payment, cancellation);
        await session.CommitAsync(cancellation);
    }

    /// <summary>
    /// Somebody has seen at the bank that there is no money: the payment is declined, without a fee, which only a bank's refusal costs.
    /// </summary>
    /// <param name="reason">What shows it.</param>
    public async Task GiveUpAsync(string number, string reason, CancellationToken cancellation)
    {
        var (_, payment) = await BeginOnAttentionAsync(number, cancellation);
        Finish(payment, PaymentStatus.Declined, reason);
        payment.ManuallyDeclined = true;
        await schedule.EndAsync(payment, PaymentStatus.Declined, cancellation);
        await session.CommitAsync(cancellation);
    }

    /// <summary>A payment with all that belongs to it, and its account, locked.</summary>
    internal static async Task<(Account Account, Payment Payment)> BeginOnPaymentAsync(
        StageSession session,
        string number,
        CancellationToken cancellation
    )
    {
        await session.Database.BeginAsync(cancellation);
        var owner = await session
            .Database.Payments.Where(candidate => candidate.Number == number)
            .Select(candidate => (Usn?)candidate.AccountUsn)
            .FirstOrDefaultAsync(cancellation);
        if (owner is not { } usn || await session.LockAccountAsync(usn, cancellation) is not { } account)
        {
            throw PaymentQueries.NoSuchPayment(number);
        }

        var payment = await session
            .Database.Payments.Include(candidate => candidate.Attempts)
            .Include(candidate => candidate.RequestedAllocations)
            .AsSplitQuery()
            .FirstAsync(candidate => candidate.Number == number, cancellation);
        return (account, payment);
    }

    /// <summary>An operator's reason.</summary>
    /// <exception cref="SmileException">There is none, it is too long, or it holds a card number.</exception>
    internal static string Reason(string reason) =>
        reason.Trim() is { Length: > 0 and <= PaymentRefund.MaxReasonLength } text
        && !text.Any(char.IsControl)
        && !CardNumbers.Contains(text)
            ? text
            : throw Refuse.Invalid(
                "reason",
                "",
                $"Say why in 1 to {PaymentRefund.MaxReasonLength} characters, without a card number and without control characters."
            );

    internal static string? Cut(string? text) =>
        text?.Length > PaymentAttempt.MaxMessageLength ? text[..PaymentAttempt.MaxMessageLength] : text;

    private async Task<(Account Account, Payment Payment)> BeginOnAttentionAsync(string number, CancellationToken cancellation)
    {
        session.Caller.RequireAllAccounts();
        var (account, payment) = await BeginOnPaymentAsync(session, number, cancellation);
        return payment.Status == PaymentStatus.Attention
            ? (account, payment)
            : throw Refuse.Invalid(
                "paymentNumber",
                number,
                $"The payment is {payment.Status}: only one that needs attention is decided by hand. Use smile payment list."
            );
    }

    private void Finish(Payment payment, PaymentStatus outcome, string reason)
    {
        var attempt = payment.OpenAttempt ?? payment.Attempts.OrderBy(each => each.Id).Last();
        attempt.Outcome = outcome;
        attempt.Message = Cut($"{session.Caller.Usn}: {Reason(reason)}");
        attempt.Finished = session.Now;
    }
}
