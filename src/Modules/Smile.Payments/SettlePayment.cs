using Microsoft.EntityFrameworkCore;
using Smile.Contracts;
using Smile.Customers.Accounts;
using Smile.Kernel;
using Smile.Session;

namespace Smile.Payments;

/// <summary>
/// Records what a gateway said of an attempt, in a transaction of its own. What was recorded before is not recorded again.
/// </summary>
[UseCase]
public sealed class SettlePayment(StageSession session, PaymentPosting posting, PaymentSchedule schedule)
{
    /// <summary>
    /// A gateway that does not know a charge so long after it was sent will not get it any more. Much longer than any gateway is waited
    /// for, and than the search of one may lag behind.
    /// </summary>
    private static readonly TimeSpan NeverArrives = TimeSpan.FromMinutes(10);

    /// <summary>A gateway that gave no answer so often is left for an operator: about a day.</summary>
    private const int MostInquiries = 10;

    /// <param name="owner">The payment's account.</param>
    /// <returns>What processPayment() answers of it; null where the attempt's outcome was known already.</returns>
    public async Task<PaymentResponseType?> SettleAsync(
        Usn owner,
        string number,
        string reference,
        GatewayOutcome outcome,
        CancellationToken cancellation
    )
    {
        var account = await session.BeginOnAccountAsync(owner.Value, cancellation);

        // A payment has few attempts and few debits: one query is less than three.
        var payment = await session
            .Database.Payments.Include(candidate => candidate.Attempts)
            .Include(candidate => candidate.RequestedAllocations)
            .AsSingleQuery()
            .FirstAsync(candidate => candidate.Number == number && candidate.AccountUsn == owner, cancellation);
        if (payment.OpenAttempt is not { } attempt || attempt.Reference != reference)
        {
            return null;
        }

        await RecordAsync(account, payment, attempt, outcome, cancellation);
        await session.CommitAsync(cancellation);
        return PaymentResponses.OfSession(session, account, payment);
    }

    private Task RecordAsync(
        Account account,
        Payment payment,
        PaymentAttempt attempt,
        GatewayOutcome outcome,
        CancellationToken cancellation
    ) =>
        outcome switch
        {
            GatewayOutcome.Approved approved => AcceptAsync(account, payment, attempt, approved, cancellation),
            GatewayOutcome.Declined declined => DeclineAsync(account, payment, attempt, declined.Reason, cancellation),
            GatewayOutcome.Pending pending => WaitAsync(account, payment, attempt, pending, cancellation),
            GatewayOutcome.NeverCharged when session.Now - attempt.Started >= NeverArrives => StartOverAsync(
                account,
                payment,
                attempt,
                cancellation
            ),
            GatewayOutcome.NeverCharged => schedule.AskAgainAsync(
                account,
                payment,
                Later(schedule.AfterPause(attempt.Inquiries), attempt.Started + NeverArrives),
                cancellation
            ),
            GatewayOutcome.Unknown unknown => AskAgainAsync(account, payment, attempt, unknown.Reason, cancellation),
            _ => throw new InvalidOperationException($"A gateway cannot say {outcome.GetType().Name} of a charge."),
        };

    private async Task AcceptAsync(
        Account account,
        Payment payment,
        PaymentAttempt attempt,
        GatewayOutcome.Approved approved,
        CancellationToken cancellation
    )
    {
        Finish(attempt, PaymentStatus.Accepted, attempt.Message);
        payment.GatewayReference = approved.GatewayReference ?? payment.GatewayReference;
        await schedule.EndAsync(payment, PaymentStatus.Accepted, cancellation);
        await posting.AcceptAsync(account, payment, cancellation);
    }

    /// <summary>
    /// A scheduled payment is tried again on the days that its type names; only then is it declined for good, and the fee due.
    /// </summary>
    private async Task DeclineAsync(Account account, Payment payment, PaymentAttempt attempt, string reason, CancellationToken cancellation)
    {
        Finish(attempt, PaymentStatus.Declined, reason);
        var declined = payment.Attempts.Count(each => each.Outcome == PaymentStatus.Declined);
        var retryDays = session.Catalogue.PaymentType(payment.PaymentTypeCode)?.RetryDays ?? [];
        if (payment.Origin is PaymentOrigin.Invoice or PaymentOrigin.Balance or PaymentOrigin.Plan && declined <= retryDays.Count)
        {
            var zone = session.ZoneOf(account);
            await schedule.SendAtAsync(
                account,
                payment,
                zone.StartOf(zone.DateOf(session.Now).AddDays(retryDays[declined - 1])),
                cancellation
            );
            return;
        }

        await schedule.EndAsync(payment, PaymentStatus.Declined, cancellation);
        await posting.RaiseDeclineFeeAsync(account, payment, cancellation);
    }

    private Task WaitAsync(
        Account account,
        Payment payment,
        PaymentAttempt attempt,
        GatewayOutcome.Pending pending,
        CancellationToken cancellation
    )
    {
        payment.GatewayReference = pending.GatewayReference ?? payment.GatewayReference;
        attempt.Inquiries = 0;
        return schedule.AskAgainAsync(account, payment, Later(pending.AskAgain, session.Now), cancellation);
    }

    private Task AskAgainAsync(Account account, Payment payment, PaymentAttempt attempt, string reason, CancellationToken cancellation)
    {
        attempt.Inquiries++;
        attempt.Message = Message(reason);

        // The attempt stays open: its money may be taken, so that nothing is sent again before an operator knows.
        return attempt.Inquiries > MostInquiries
            ? schedule.EndAsync(payment, PaymentStatus.Attention, cancellation)
            : schedule.AskAgainAsync(account, payment, schedule.AfterPause(attempt.Inquiries), cancellation);
    }

    /// <summary>
    /// The gateway never got it. With stored details it is sent again, under another reference; details that came with the request were not
    /// kept, so that such a payment ends here. That was no refusal of the bank's: no fee.
    /// </summary>
    private Task StartOverAsync(Account account, Payment payment, PaymentAttempt attempt, CancellationToken cancellation)
    {
        Finish(attempt, PaymentStatus.Declined, "The payment did not reach the gateway.");
        if (payment.StoredDetailsId is null)
        {
            return schedule.EndAsync(payment, PaymentStatus.Declined, cancellation);
        }

        attempt.Outcome = PaymentStatus.Attention;
        return schedule.SendAtAsync(account, payment, session.Now, cancellation);
    }

    private void Finish(PaymentAttempt attempt, PaymentStatus outcome, string? message)
    {
        attempt.Outcome = outcome;
        attempt.Message = Message(message);
        attempt.Finished = session.Now;
    }

    /// <summary>A gateway's words, kept short and free of what it may have repeated.</summary>
    private static string? Message(string? message)
    {
        var text = message is null ? null : CardNumbers.Mask(message);
        return text?.Length > PaymentAttempt.MaxMessageLength ? text[..PaymentAttempt.MaxMessageLength] : text;
    }

    private static DateTimeOffset Later(DateTimeOffset left, DateTimeOffset right) => left > right ? left : right;
}
