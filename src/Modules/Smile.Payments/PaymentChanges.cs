using Microsoft.EntityFrameworkCore;
using Smile.Catalogue;
using Smile.Contracts;
using Smile.Contracts.Faults;
using Smile.Customers.Accounts;
using Smile.Customers.Subscriptions;
using Smile.Kernel;
using Smile.Session;

namespace Smile.Payments;

/// <summary>
/// recordFailedPayment(), reschedulePaymentWithNewDetails() and cancelScheduledPayment() (guide, lines 13823, 13924, 14042).
/// </summary>
[UseCase]
public sealed class PaymentChanges(StageSession session, StoredDetails stored, PaymentPosting posting, PaymentSchedule schedule)
{
    /// <summary>Further ahead is rejected as a data-entry error, or a client's last day of all.</summary>
    private const int MostDaysAhead = 366;

    /// <param name="usn">The account, or a subscription of it (guide, line 13914).</param>
    /// <param name="message">Why it failed.</param>
    public async Task<PaymentType> RecordFailedAsync(string usn, PaymentRequestType request, string message, CancellationToken cancellation)
    {
        if (request is not { PaymentDetails: { } details, StoredDetailsRequest: null })
        {
            throw new SmileException(
                Fault.InvalidRequestException,
                $"{Fault.InvalidRequestException} [PaymentRequest]. "
                    + "Only PaymentDetails can be recorded as failed, not StoredDetailsRequest."
            );
        }

        if (request.ClientReference is not null)
        {
            throw new SmileException(
                Fault.InvalidRequestException,
                $"{Fault.InvalidRequestException} [ClientReference]. A payment that failed elsewhere has none: the reference makes "
                    + $"processPayment() safe to send again."
            );
        }

        var account = await BeginOnAccountOrSubscriptionAsync(usn, cancellation);
        var type = FindType(details.PaymentType, account);
        PaymentTypeRules.RequireCurrency(session, "PaymentType", type, account);
        var surcharge = PaymentAmounts.RequireRecorded(session, details.PaymentAmount, details.IncludesSurchargeAmount, account);
        if (
            message.Trim() is not { Length: > 0 and <= PaymentAttempt.MaxMessageLength } reason
            || reason.Any(character => char.IsControl(character))
        )
        {
            throw new SmileException(
                Fault.InvalidRequestException,
                $"{Fault.InvalidRequestException} [message]. "
                    + $"Say in 1 to {PaymentAttempt.MaxMessageLength} characters why the payment failed."
            );
        }

        var (name, hint) = Shown(details);
        var made = new NewPayment(type, surcharge, PaymentOrigin.Recorded, null, name, hint, null)
        {
            Properties = Properties(details, account),
        };
        var payment = made.Create(session, account, await session.NextTransactionNumberAsync(cancellation), session.Now);
        payment.ManuallyDeclined = true;
        payment.Attempts.Add(
            new PaymentAttempt
            {
                PaymentNumber = payment.Number,
                Reference = payment.Number + "-1",
                Started = session.Now,
                Finished = session.Now,
                Outcome = PaymentStatus.Declined,
                Message = CardNumbers.Mask(reason),
            }
        );
        session.Database.Payments.Add(payment);
        await schedule.EndAsync(payment, PaymentStatus.Declined, cancellation);
        await posting.RaiseDeclineFeeAsync(account, payment, cancellation);
        await session.CommitAsync(cancellation);
        return PaymentDocuments.Payment(session.Catalogue, account, payment, PaymentView.Recorded);
    }

    /// <param name="day">The day in the account's time zone; null for the time that the payment had, or now where it had none.</param>
    public async Task<PaymentType> RescheduleAsync(
        string number,
        PaymentDetailsRequestType request,
        DateOnly? day,
        CancellationToken cancellation
    )
    {
        var (account, old) = await PaymentAdministration.BeginOnPaymentAsync(session, number, cancellation);
        RequireStatus(old, PaymentStatus.Waiting, PaymentStatus.Declined, PaymentStatus.Attention);
        RequireNothingInDoubt(old);
        var details = await stored.RequestedAsync(
            account,
            request.DefaultStoredPaymentDetails is not null,
            request.StoredPaymentDetailsId,
            cancellation
        );
        var type =
            session.Catalogue.PaymentType(details.PaymentTypeCode)
            ?? throw Refuse.Invalid(
                "PaymentType",
                details.PaymentTypeCode,
                "The payment type of the stored details is not offered any more."
            );
        PaymentTypeRules.RequireCurrency(session, "PaymentType", type, account);
        var when = When(account, old, day);
        await schedule.EndAsync(old, PaymentStatus.Cancelled, cancellation);
        old.ManuallyDeclined = true;

        // An invoice's one scheduled payment must be off before the next one is on.
        await session.Database.SaveAsync(cancellation);
        var net = new Money(old.NetAmount, session.Catalogue.Currency(old.Currency));
        var origin = old.Origin == PaymentOrigin.Recorded ? PaymentOrigin.Request : old.Origin;
        var made = new NewPayment(
            type,
            PaymentAmounts.On(session, net, type, account),
            origin,
            details.Id,
            details.AccountName,
            details.NumberHint,
            details.Expiry
        )
        {
            AutoAllocate = old.AutoAllocate,
            InvoiceNumber = old.InvoiceNumber,
            PaymentPlanNumber = old.PaymentPlanNumber,
            Replaces = old.Number,
            Properties = old.Properties,
        };
        var payment = made.Create(session, account, await session.NextTransactionNumberAsync(cancellation), when);
        payment.RequestedAllocations.AddRange(
            old.RequestedAllocations.Select(wanted => new RequestedAllocation
            {
                PaymentNumber = payment.Number,
                Position = wanted.Position,
                TransactionNumber = wanted.TransactionNumber,
                Amount = wanted.Amount,
            })
        );
        session.Database.Payments.Add(payment);
        if (
            old.PaymentPlanNumber is not null
            && await session
                .Database.PaymentPlans.SelectMany(plan => plan.Instalments)
                .FirstOrDefaultAsync(candidate => candidate.PaymentNumber == old.Number, cancellation)
                is { } instalment
        )
        {
            // The instalment is not missed while what took its payment's place is tried.
            instalment.PaymentNumber = payment.Number;
        }

        schedule.SendNew(account, payment);
        await session.CommitAsync(cancellation);
        return PaymentDocuments.Payment(session.Catalogue, account, payment, PaymentView.Scheduled);
    }

    /// <summary>Attention may be called off although nobody knows what the gateway did: somebody has looked.</summary>
    public async Task<PaymentType> CancelAsync(string number, CancellationToken cancellation)
    {
        var (account, payment) = await PaymentAdministration.BeginOnPaymentAsync(session, number, cancellation);
        RequireStatus(payment, PaymentStatus.Waiting, PaymentStatus.Attention);
        if (payment.Status == PaymentStatus.Waiting)
        {
            RequireNothingInDoubt(payment);
        }

        await schedule.EndAsync(payment, PaymentStatus.Cancelled, cancellation);
        payment.ManuallyDeclined = true;
        if (payment.OpenAttempt is { } attempt)
        {
            attempt.Outcome = PaymentStatus.Attention;
            attempt.Finished = session.Now;
        }

        await session.CommitAsync(cancellation);
        return PaymentDocuments.Payment(session.Catalogue, account, payment, PaymentView.Scheduled);
    }

    private async Task<Account> BeginOnAccountOrSubscriptionAsync(string usn, CancellationToken cancellation)
    {
        await session.Database.BeginAsync(cancellation);
        var key = new Usn(usn);
        if (await session.LockAccountAsync(key, cancellation) is { } account)
        {
            return account;
        }

        var owner = await session
            .Database.ReadSubscriptions.Where(subscription => subscription.Usn == key)
            .Select(subscription => (Usn?)subscription.AccountUsn)
            .FirstOrDefaultAsync(cancellation);
        return owner is { } accountUsn && await session.LockAccountAsync(accountUsn, cancellation) is { } found
            ? found
            : throw StageSession.NoSuchAccount(usn);
    }

    private PaymentTypeItem FindType(string code, Account account) =>
        PaymentTypeRules.Find(session, "PaymentType", code, account.CompanyId);

    private DateTimeOffset When(Account account, Payment old, DateOnly? day)
    {
        if (day is not { } given)
        {
            return old.NextTransfer is { } next && next > session.Now ? next : session.Now;
        }

        var zone = session.ZoneOf(account);
        var today = zone.DateOf(session.Now);
        if (given < today)
        {
            throw Refuse.Invalid("timestamp", given, "A payment cannot be scheduled in the past.");
        }

        if (given > today.AddDays(MostDaysAhead))
        {
            throw Refuse.Invalid("timestamp", given, $"A payment can be scheduled at most {MostDaysAhead} days ahead.");
        }

        return given == today ? session.Now : zone.StartOf(given);
    }

    private static void RequireStatus(Payment payment, params PaymentStatus[] allowed)
    {
        if (!allowed.Contains(payment.Status))
        {
            throw Refuse.Invalid(
                "paymentNumber",
                payment.Number,
                $"The payment is {payment.Status}; it must be {string.Join(" or ", allowed)}."
            );
        }
    }

    /// <summary>Nothing that may be charged is called off or made again: the customer would pay twice.</summary>
    private static void RequireNothingInDoubt(Payment payment)
    {
        if (payment.OpenAttempt is not null)
        {
            throw Refuse.Invalid(
                "paymentNumber",
                payment.Number,
                "The payment is at its gateway, which has not said yet what became of it. Try again later."
            );
        }
    }

    private FieldValues Properties(PaymentDetailsType details, Account account)
    {
        try
        {
            return PaymentDetailsRules.Properties(details.Properties, session.ZoneOf(account));
        }
        catch (DetailsProblemException problem)
        {
            throw problem.AsRefusal();
        }
    }

    /// <summary>What may be kept of details that failed, good or bad: the name, unless it is a number, and a hint.</summary>
    private static (string? Name, string? Hint) Shown(PaymentDetailsType details)
    {
        var name = details.AccountName?.Trim();
        var isName = name is { Length: > 0 and <= Payment.MaxNameLength } && !CardNumbers.Contains(name) && !name.Any(char.IsControl);
        var number = CardNumbers.Digits(details.AccountNumber ?? "");
        var hint =
            number.Length is >= CardNumbers.LeastDigits and <= CardNumbers.MostDigits && number.All(char.IsAsciiDigit)
                ? PaymentDetailsRules.Hint(new PaymentInstrument { Kind = PaymentTypeKind.Card, Number = number })
                : null;
        return (isName ? name : null, hint);
    }
}
