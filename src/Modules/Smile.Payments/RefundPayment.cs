using Microsoft.EntityFrameworkCore;
using Smile.Contracts;
using Smile.Customers.Accounts;
using Smile.Kernel;
using Smile.Receivables;
using Smile.Session;

namespace Smile.Payments;

/// <summary>
/// Gives a payment back, whole or in part, through the gateway that took it. As with a payment, the refund is committed first, then the
/// gateway is asked, then what it said is recorded; whatever stops the server in between, the refund is there and is asked for again under
/// its number.
/// </summary>
[UseCase]
public sealed class RefundPayment(StageSession session, IPaymentGateways gateways, ISeparateSessions sessions)
{
    /// <param name="amount">Null for all that was not given back before.</param>
    /// <param name="reason">Why, for the books.</param>
    /// <returns>The refund as it stands once the gateway has answered.</returns>
    public async Task<PaymentRefund> RefundAsync(string number, decimal? amount, string reason, CancellationToken cancellation)
    {
        session.Caller.RequireAllAccounts();
        var (account, payment) = await PaymentAdministration.BeginOnPaymentAsync(session, number, cancellation);
        if (payment.Status != PaymentStatus.Accepted)
        {
            throw Refuse.Invalid("paymentNumber", number, $"The payment is {payment.Status}: only what was accepted can be given back.");
        }

        var gateway = Gateway(payment);
        var before = await session
            .Database.PaymentRefunds.Where(refund => refund.PaymentNumber == number && refund.Status != PaymentRefundStatus.Declined)
            .ToListAsync(cancellation);
        if (before.FirstOrDefault(refund => refund.Status == PaymentRefundStatus.Waiting) is { } waiting)
        {
            throw Refuse.Invalid(
                "paymentNumber",
                number,
                $"Refund {waiting.Number} of the payment waits for its gateway. Ask again with 'smile payment refund-again "
                    + $"{waiting.Number}'."
            );
        }

        var receipt = await session.Database.ReadTransactions.FirstAsync(transaction => transaction.Number == number, cancellation);
        if (receipt.IsReversed)
        {
            throw Refuse.Invalid("paymentNumber", number, $"The receipt was taken back, by {receipt.ReversedBy}.");
        }

        var left = payment.Amount - before.Sum(refund => refund.Amount);
        var currency = session.Catalogue.Currency(payment.Currency);
        var wanted = amount is { } stated ? AmountRules.Positive(stated, currency, "amount") : left;
        if (wanted <= 0m || wanted > left)
        {
            throw Refuse.Invalid("amount", wanted, $"Of the payment, {new Money(left, currency).Formatted()} can be given back.");
        }

        var refund = new PaymentRefund
        {
            Number = await session.NextTransactionNumberAsync(cancellation),
            PaymentNumber = number,
            AccountUsn = account.Usn,
            Amount = wanted,
            Status = PaymentRefundStatus.Waiting,
            Reason = PaymentAdministration.Reason(reason),
            Asked = session.Now,
        };
        session.Database.PaymentRefunds.Add(refund);
        await session.CommitAsync(cancellation);
        return await AskAsync(payment, refund, gateway);
    }

    /// <summary>Asks for a refund that has no outcome once more: a gateway that gave the money back says so, and gives it once.</summary>
    public async Task<PaymentRefund> AgainAsync(string number, CancellationToken cancellation)
    {
        session.Caller.RequireAllAccounts();
        var refund =
            await session.Database.PaymentRefunds.AsNoTracking().FirstOrDefaultAsync(candidate => candidate.Number == number, cancellation)
            ?? throw Refuse.NotFound("refund", number, "There is no such refund. Use smile payment refunds.");
        if (refund.Status != PaymentRefundStatus.Waiting)
        {
            throw Refuse.Invalid("refund", number, $"The refund is {refund.Status}.");
        }

        var payment = await session
            .Database.Payments.AsNoTracking()
            .Include(candidate => candidate.Attempts)
            .FirstAsync(candidate => candidate.Number == refund.PaymentNumber, cancellation);
        return await AskAsync(payment, refund, Gateway(payment));
    }

    private IPaymentGateway Gateway(Payment payment)
    {
        var type = session.Catalogue.PaymentType(payment.PaymentTypeCode);
        if (type is not null && PaymentTypeRules.FindGateway(gateways, type, GatewayCapabilities.Refund) is { } gateway)
        {
            return gateway;
        }

        var none = $"Payments by {payment.PaymentTypeCode} have no gateway that gives money back. Use raiseReimbursement().";
        throw Refuse.Invalid("paymentNumber", payment.Number, PaymentTypeRules.WhyNone(gateways, type, GatewayCapabilities.Refund, none));
    }

    private async Task<PaymentRefund> AskAsync(Payment payment, PaymentRefund refund, IPaymentGateway gateway)
    {
        var charge = payment
            .Attempts.Where(attempt => attempt.Outcome == PaymentStatus.Accepted)
            .Select(attempt => attempt.Reference)
            .Last();
        var request = new RefundRequest(
            refund.Number,
            charge,
            payment.GatewayReference,
            new Money(refund.Amount, session.Catalogue.Currency(payment.Currency))
        );
        var outcome = await GatewayCalls.AskAsync(() => gateway.RefundAsync(request, CancellationToken.None));
        return await sessions.RunAsync<SettleRefund, PaymentRefund>(settle =>
            settle.SettleAsync(refund.AccountUsn, refund.Number, outcome, CancellationToken.None)
        );
    }
}

/// <summary>Records what a gateway said of a refund, and brings it into the books.</summary>
[UseCase]
internal sealed class SettleRefund(StageSession session, Ledger ledger)
{
    public async Task<PaymentRefund> SettleAsync(Usn owner, string number, GatewayOutcome outcome, CancellationToken cancellation)
    {
        var account = await session.BeginOnAccountAsync(owner.Value, cancellation);
        var refund = await session.Database.PaymentRefunds.FirstAsync(candidate => candidate.Number == number, cancellation);
        if (refund.Status != PaymentRefundStatus.Waiting)
        {
            return refund;
        }

        switch (outcome)
        {
            case GatewayOutcome.Approved:
                (refund.Status, refund.Settled, refund.Message) = (PaymentRefundStatus.Accepted, session.Now, null);
                refund.TransactionNumber = await PostAsync(account, refund, cancellation);
                break;
            case GatewayOutcome.Declined declined:
                (refund.Status, refund.Settled, refund.Message) = (
                    PaymentRefundStatus.Declined,
                    session.Now,
                    PaymentAdministration.Cut(CardNumbers.Mask(declined.Reason))
                );
                break;
            default:
                // It stays as it is: the money may be on its way.
                refund.Message = PaymentAdministration.Cut(
                    outcome is GatewayOutcome.Unknown unknown ? CardNumbers.Mask(unknown.Reason) : "The gateway does not know yet."
                );
                break;
        }

        await session.CommitAsync(cancellation);
        return refund;
    }

    /// <summary>
    /// A payment that goes back whole takes its receipt and its surcharge back, so that what it paid is owed again. A part is reimbursed,
    /// out of what the account has in credit; where it has none, it is owed again. The last of several parts takes the surcharge back:
    /// nobody owes a surcharge on what was given back.
    /// </summary>
    /// <returns>Number of the transaction that takes the money out of the books.</returns>
    private async Task<string> PostAsync(Account account, PaymentRefund refund, CancellationToken cancellation)
    {
        var payment = await session
            .Database.Payments.AsNoTracking()
            .FirstAsync(candidate => candidate.Number == refund.PaymentNumber, cancellation);
        var numbers = new[] { payment.Number, payment.SurchargeNumber ?? payment.Number };
        var raised = await session
            .Database.LoadTransactions.Where(transaction => numbers.Contains(transaction.Number))
            .ToDictionaryAsync(transaction => transaction.Number, cancellation);
        var receipt = raised[payment.Number];
        var before = await session
            .Database.PaymentRefunds.Where(other =>
                other.PaymentNumber == payment.Number && other.Number != refund.Number && other.Status == PaymentRefundStatus.Accepted
            )
            .SumAsync(other => other.Amount, cancellation);
        var isWhole = refund.Amount == payment.Amount && !receipt.IsReversed;
        var reversal = isWhole ? await TakeBackAsync(account, receipt, refund, cancellation) : null;
        if (before + refund.Amount == payment.Amount && payment.SurchargeNumber is { } surcharge && !raised[surcharge].IsReversed)
        {
            await TakeBackAsync(account, raised[surcharge], refund, cancellation);
        }

        if (reversal is not null)
        {
            return reversal.Number;
        }

        var currency = session.CurrencyOf(account);
        var reimbursement = await ledger.RaiseAsync(
            account,
            new NewTransaction(
                TransactionType.Reimbursement,
                new Money(refund.Amount, currency),
                0m,
                session.Now,
                TransactionSources.Payment
            )
            {
                GlCode = session.Catalogue.PaymentType(payment.PaymentTypeCode)?.GlCode,
                Description = Description(refund),
            },
            cancellation
        );
        await ledger.AllocateAutomaticallyAsync(account, reimbursement, cancellation);
        return reimbursement.Number;
    }

    private Task<FinancialTransaction> TakeBackAsync(
        Account account,
        FinancialTransaction original,
        PaymentRefund refund,
        CancellationToken cancellation
    )
    {
        var kind = original.Type.Reversal() ?? throw new InvalidOperationException($"A {original.Type} is not taken back.");
        return ledger.ReverseAsync(
            account,
            original,
            new NewTransaction(
                kind,
                new Money(-original.Amount, session.CurrencyOf(account)),
                -original.GstAmount,
                session.Now,
                TransactionSources.Payment
            )
            {
                SalesReportCategory = original.SalesReportCategory,
                GlCode = original.GlCode,
                ReferencedNumber = original.Number,
                Description = Description(refund),
            },
            session.DayOf(account),
            cancellation
        );
    }

    private static string Description(PaymentRefund refund) =>
        PaymentAdministration.Cut($"Refund of payment {refund.PaymentNumber}: {refund.Reason}")!;
}
