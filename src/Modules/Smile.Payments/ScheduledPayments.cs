using Microsoft.EntityFrameworkCore;
using Smile.Catalogue;
using Smile.Contracts;
using Smile.Customers.Accounts;
using Smile.Customers.DueWork;
using Smile.Kernel;
using Smile.Receivables;
using Smile.Session;

namespace Smile.Payments;

/// <summary>
/// Payments whose time has come. What falls due is prepared in the due work's transaction, under the account's lock; what is returned is
/// to be done once that is committed, for it asks a gateway.
/// </summary>
[UseCase]
internal sealed class ScheduledPayments(
    StageSession session,
    IPaymentGateways gateways,
    StoredDetails stored,
    PaymentSchedule schedule,
    ISeparateSessions sessions
) : IDueWorkHandler
{
    public IReadOnlyList<DueWorkKind> Kinds { get; } = [DueWorkKind.SendPayment, DueWorkKind.InquirePayment];

    private const GatewayCapabilities Needed = GatewayCapabilities.Charge | GatewayCapabilities.Inquire;

    /// <summary>How long a payment of a disputed account is put off.</summary>
    private static readonly TimeSpan DisputePause = TimeSpan.FromDays(1);

    /// <returns>What to do after the commit; null for nothing.</returns>
    public async Task<Func<Task>?> CarryOutAsync(DueWorkItem work, Account account, CancellationToken cancellation)
    {
        var number = PaymentSchedule.NumberOf(work);
        var payment = await session
            .Database.Payments.Include(candidate => candidate.Attempts)
            .Include(candidate => candidate.RequestedAllocations)
            .AsSplitQuery()
            .FirstOrDefaultAsync(candidate => candidate.Number == number, cancellation);
        return payment switch
        {
            not { Status: PaymentStatus.Waiting } => null,
            { OpenAttempt: { } attempt } => await InquireAsync(account, payment, attempt, cancellation),
            _ => await SendAsync(account, payment, cancellation),
        };
    }

    private async Task<Func<Task>?> InquireAsync(Account account, Payment payment, PaymentAttempt attempt, CancellationToken cancellation)
    {
        // Another date before the question: if the server stops here, the next one asks.
        await schedule.AskAgainAsync(account, payment, schedule.AfterPause(attempt.Inquiries + 1), cancellation);
        var type = session.Catalogue.PaymentType(payment.PaymentTypeCode);
        return type is not null && PaymentTypeRules.FindGateway(gateways, type, GatewayCapabilities.Inquire) is { } gateway
            ? () => SettleAsync(payment, attempt, () => gateway.InquireAsync(attempt.Reference, CancellationToken.None))
            : () =>
                SettleAsync(
                    payment,
                    attempt,
                    () =>
                        Task.FromResult<GatewayOutcome>(
                            new GatewayOutcome.Unknown("The gateway of the payment type is not configured any more.")
                        )
                );
    }

    private async Task<Func<Task>?> SendAsync(Account account, Payment payment, CancellationToken cancellation)
    {
        var isAutomatic = payment.Origin is PaymentOrigin.Invoice or PaymentOrigin.Balance;
        if (isAutomatic && await session.Database.ReadOpenDisputes.AnyAsync(dispute => dispute.AccountUsn == account.Usn, cancellation))
        {
            await schedule.SendAtAsync(account, payment, session.Now + DisputePause, cancellation);
            return null;
        }

        var details = await stored.FindAsync(account, cancellation);
        var type = session.Catalogue.PaymentType(payment.PaymentTypeCode);
        var gateway = type is null ? null : PaymentTypeRules.FindGateway(gateways, type, Needed);
        if (Obstacle(account, payment, details, type, gateway) is { } obstacle)
        {
            await schedule.RequireAttentionAsync(payment, obstacle, cancellation);
            return null;
        }

        if (!await AdjustAsync(account, payment, type!, cancellation))
        {
            await schedule.EndAsync(payment, PaymentStatus.Cancelled, cancellation);
            return null;
        }

        var attempt = await schedule.BeginAttemptAsync(account, payment, cancellation);
        var opened = await stored.OpenAsync(details!, type!, $"scheduled payment {payment.Number}", cancellation);
        var instrument = opened with { Properties = opened.Properties.With(payment.Properties) };
        var charge = new ChargeRequest(
            attempt.Reference,
            new Money(payment.Amount, session.Catalogue.Currency(payment.Currency)),
            account.Usn.Value,
            instrument
        );
        return () => SettleAsync(payment, attempt, () => gateway!.ChargeAsync(charge, CancellationToken.None));
    }

    private async Task SettleAsync(Payment payment, PaymentAttempt attempt, Func<Task<GatewayOutcome>> ask)
    {
        var outcome = await GatewayCalls.AskAsync(ask);
        await sessions.RunAsync<SettlePayment, PaymentResponseType?>(settle =>
            settle.SettleAsync(payment.AccountUsn, payment.Number, attempt.Reference, outcome, CancellationToken.None)
        );
    }

    private string? Obstacle(
        Account account,
        Payment payment,
        StoredPaymentDetails? details,
        PaymentTypeItem? type,
        IPaymentGateway? gateway
    ) =>
        details switch
        {
            null => "The stored payment details are gone.",
            _ when details.Id != payment.StoredDetailsId => "The stored payment details are gone; the account has others now.",
            _ when details.PaymentTypeCode != payment.PaymentTypeCode => "The stored payment details are of another payment type now.",
            { Expiry: { } expiry } when PaymentDetailsRules.IsExpired(expiry, session.DayOf(account)) => "The stored card has expired.",
            _ when gateway is null => PaymentTypeRules.WhyNone(gateways, type, Needed, "No gateway is configured for the payment type."),
            _ => null,
        };

    /// <summary>
    /// What was paid meanwhile, or is being paid, is not paid again: no more is taken than is still owed. What the account pays by itself
    /// costs the surcharge, and the tax on it, of the day on which it is taken.
    /// </summary>
    /// <returns>False where nothing is.</returns>
    private async Task<bool> AdjustAsync(Account account, Payment payment, PaymentTypeItem type, CancellationToken cancellation)
    {
        var owed = payment.Origin switch
        {
            PaymentOrigin.Invoice => Math.Min(payment.NetAmount, await StillOwed.OfInvoiceAsync(session, account, payment, cancellation)),
            PaymentOrigin.Balance => await StillOwed.OfBalanceAsync(session, account, payment, cancellation),
            PaymentOrigin.Plan => Math.Min(payment.NetAmount, await StillOwed.OfPlanAsync(session, account, payment, cancellation)),
            _ => payment.NetAmount,
        };
        if (owed <= 0m)
        {
            return false;
        }

        if (owed != payment.NetAmount || payment.Origin is PaymentOrigin.Invoice or PaymentOrigin.Balance or PaymentOrigin.Plan)
        {
            var surcharge = PaymentAmounts.On(session, new Money(owed, session.Catalogue.Currency(payment.Currency)), type, account);
            payment.SurchargeAmount = surcharge.Total.Amount;
            payment.SurchargeTax = surcharge.Tax.Amount;
            payment.Amount = surcharge.TotalAmount.Amount;
        }

        return true;
    }
}
