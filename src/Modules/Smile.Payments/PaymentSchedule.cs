using Smile.Catalogue;
using Smile.Customers.Accounts;
using Smile.Customers.DueWork;
using Smile.Kernel;
using Smile.Session;

namespace Smile.Payments;

/// <summary>When payments go to their gateways, and when gateways are asked what became of them.</summary>
[UseCase]
public sealed class PaymentSchedule(StageSession session, DueWorkSchedule schedule)
{
    /// <summary>
    /// Every attempt is recorded with a date at which its gateway is asked: if the server stops before it has an answer, another one asks.
    /// Longer than any gateway is waited for.
    /// </summary>
    private static readonly TimeSpan InquiryDelay = TimeSpan.FromMinutes(2);

    private static readonly TimeSpan LongestPause = TimeSpan.FromHours(6);

    /// <summary>What the due work about a payment names it by.</summary>
    public static string Subject(string paymentNumber) => "payment:" + paymentNumber;

    /// <summary>The number of the payment that due work is about.</summary>
    public static string NumberOf(DueWorkItem work) => work.Subject[Subject("").Length..];

    /// <summary>Records that the gateway is about to be asked. To be committed before it is.</summary>
    /// <param name="isNew">Whether the payment was made just now, so that nothing is on the calendar for it.</param>
    public async Task<PaymentAttempt> BeginAttemptAsync(
        Account account,
        Payment payment,
        CancellationToken cancellation,
        bool isNew = false
    )
    {
        var attempt = new PaymentAttempt
        {
            PaymentNumber = payment.Number,
            Reference = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{payment.Number}-{payment.Attempts.Count + 1}"),
            Started = session.Now,
        };
        payment.Attempts.Add(attempt);
        if (isNew)
        {
            AskAgain(account, payment, session.Now + InquiryDelay);
        }
        else
        {
            await AskAgainAsync(account, payment, session.Now + InquiryDelay, cancellation);
        }

        return attempt;
    }

    /// <summary>Notes why a payment could not be sent; an operator has to look at it.</summary>
    public async Task RequireAttentionAsync(Payment payment, string why, CancellationToken cancellation)
    {
        payment.Attempts.Add(
            new PaymentAttempt
            {
                PaymentNumber = payment.Number,
                Reference = string.Create(
                    System.Globalization.CultureInfo.InvariantCulture,
                    $"{payment.Number}-{payment.Attempts.Count + 1}"
                ),
                Started = session.Now,
                Finished = session.Now,
                Outcome = PaymentStatus.Attention,
                Message = why,
            }
        );
        await EndAsync(payment, PaymentStatus.Attention, cancellation);
    }

    /// <summary>Puts a payment on the calendar that was made just now, at the time for which it was made.</summary>
    public void SendNew(Account account, Payment payment) =>
        schedule.Add(DueWorkKind.SendPayment, account, Subject(payment.Number), payment.NextTransfer!.Value);

    public async Task SendAtAsync(Account account, Payment payment, DateTimeOffset when, CancellationToken cancellation)
    {
        await schedule.CancelAsync(Subject(payment.Number), cancellation);
        schedule.Add(DueWorkKind.SendPayment, account, Subject(payment.Number), when);
        Wait(payment, when);
    }

    public async Task AskAgainAsync(Account account, Payment payment, DateTimeOffset when, CancellationToken cancellation)
    {
        await schedule.CancelAsync(Subject(payment.Number), cancellation);
        AskAgain(account, payment, when);
    }

    private void AskAgain(Account account, Payment payment, DateTimeOffset when)
    {
        schedule.Add(DueWorkKind.InquirePayment, account, Subject(payment.Number), when);
        Wait(payment, when);
    }

    /// <summary>When a gateway that gave no answer is asked again: after a pause that doubles.</summary>
    public DateTimeOffset AfterPause(int inquiries)
    {
        var pause = InquiryDelay * Math.Pow(2, Math.Min(inquiries, 10));
        return session.Now + (pause < LongestPause ? pause : LongestPause);
    }

    /// <summary>The payment waits no more.</summary>
    public Task EndAsync(Payment payment, PaymentStatus status, CancellationToken cancellation) =>
        EndAllAsync([payment], status, cancellation);

    /// <summary>The payments wait no more.</summary>
    public async Task EndAllAsync(IReadOnlyCollection<Payment> payments, PaymentStatus status, CancellationToken cancellation)
    {
        foreach (var payment in payments)
        {
            payment.Status = status;
            payment.NextTransfer = null;
            payment.Settled = status is PaymentStatus.Accepted or PaymentStatus.Declined ? session.Now : null;
        }

        await schedule.CancelAllAsync([.. payments.Select(payment => Subject(payment.Number))], cancellation);
    }

    private static void Wait(Payment payment, DateTimeOffset until)
    {
        payment.Status = PaymentStatus.Waiting;
        payment.NextTransfer = until;
    }
}

/// <summary>What a new payment is made of.</summary>
/// <param name="Surcharge">The amount, and the surcharge on it.</param>
/// <param name="StoredDetailsId">The stored details that it is made with; null for others.</param>
internal sealed record NewPayment(
    PaymentTypeItem Type,
    Surcharge Surcharge,
    PaymentOrigin Origin,
    Guid? StoredDetailsId,
    string? AccountName,
    string? NumberHint,
    DateOnly? Expiry
)
{
    public bool AutoAllocate { get; init; }

    public string? InvoiceNumber { get; init; }

    public string? PaymentPlanNumber { get; init; }

    public string? Replaces { get; init; }

    public FieldValues Properties { get; init; } = FieldValues.None;

    /// <summary>Makes a payment that waits until <paramref name="next"/>.</summary>
    public Payment Create(StageSession session, Account account, string number, DateTimeOffset next) =>
        new()
        {
            Number = number,
            AccountUsn = account.Usn,
            PaymentTypeCode = Type.Code,
            Origin = Origin,
            Status = PaymentStatus.Waiting,
            Currency = account.Currency,
            Amount = Surcharge.TotalAmount.Amount,
            SurchargeAmount = Surcharge.Total.Amount,
            SurchargeTax = Surcharge.Tax.Amount,
            StoredDetailsId = StoredDetailsId,
            AccountName = AccountName,
            NumberHint = Type.Disclosure == NumberDisclosure.Hint ? NumberHint : null,
            Expiry = Expiry,
            NextTransfer = next,
            ManuallyEntered = Origin is PaymentOrigin.Request or PaymentOrigin.Recorded,
            AutoAllocate = AutoAllocate,
            InvoiceNumber = InvoiceNumber,
            PaymentPlanNumber = PaymentPlanNumber,
            Replaces = Replaces,
            Properties = Properties,
            Created = session.Now,
        };
}
