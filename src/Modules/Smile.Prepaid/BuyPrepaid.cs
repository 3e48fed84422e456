using Microsoft.EntityFrameworkCore;
using Smile.Contracts.Faults;
using Smile.Customers.Accounts;
using Smile.Customers.Subscriptions;
using Smile.Kernel;
using Smile.Payments;
using Smile.Receivables;
using Smile.Session;

namespace Smile.Prepaid;

/// <summary>
/// addSelfServePrepaid() (guide, line 15265). The block is paid for first; once the money is there it is invoiced and given in one
/// transaction. Whoever is cut off in between, and sends the same reference again, gets what he has paid for.
/// </summary>
[UseCase]
public sealed class BuyPrepaid(
    StageSession session,
    SelfServeOffers offers,
    GivePrepaid give,
    ProcessPayment processPayment,
    RaiseInvoice invoices,
    Ledger ledger,
    ISeparateSessions sessions
)
{
    private const string QuotedBy = "getQuote";

    public async Task ExecuteAsync(string usn, string code, RequestedPayment payment, CancellationToken cancellation)
    {
        var (account, subscription) =
            await session.BeginOnSubscriptionAsync(usn.Trim(), cancellation) ?? throw StageSession.NoSuchSubscription(usn);
        var offer = await offers.RequireAsync(account, subscription, code, cancellation);
        var lines = await offers.LinesAsync(account, subscription, offer, cancellation);
        var due = offers.Due(account, lines);
        await ledger.RequireOpenPeriodAsync(account, session.DayOf(account), "PaymentRequest", Fault.PrepaidException, cancellation);
        var paid = await processPayment.PayAheadAsync(
            account,
            payment,
            new ExactPayment(due.Amount, QuotedBy)
            {
                What = "The prepaid block",
                QuotesSurcharge = true,
                PaymentTypes = [.. offers.TypesFor(account, offer, due).Select(type => type.Code)],
            },
            cancellation
        );
        if (paid.Status != PaymentStatus.Accepted)
        {
            throw Refuse.With(
                Fault.PrepaidException,
                "PaymentNumber",
                paid.Number,
                paid.Status == PaymentStatus.Declined
                    ? "The payment was declined. Nothing was bought."
                    : "It is not known yet whether the payment is accepted. Nothing was bought: send the request again with the same "
                        + "ClientReference, if it had one, when getPayment() shows it as accepted."
            );
        }

        // The money is there: the caller's going away must not keep the block from being given any more.
        await sessions.RunAsync<BuyPrepaid, bool>(buy => buy.GivePaidAsync(usn, code, paid.Number, CancellationToken.None));
    }

    /// <summary>Invoices and gives a block that is paid for, and allocates the payment.</summary>
    internal async Task<bool> GivePaidAsync(string usn, string code, string receiptNumber, CancellationToken cancellation)
    {
        try
        {
            var (account, subscription) =
                await session.BeginOnSubscriptionAsync(usn.Trim(), cancellation) ?? throw StageSession.NoSuchSubscription(usn);
            var offer = await offers.RequireAsync(account, subscription, code, cancellation);
            var invoice = await invoices.OpenAsync(
                account,
                await offers.ChargesAsync(account, subscription, offer, cancellation),
                session.Now,
                invoices.DueDate(account, session.DayOf(account)),
                TransactionSources.Manual,
                suppressAutoPayment: true,
                cancellation
            );
            var receipt = await session.Database.LoadTransactions.FirstAsync(
                transaction => transaction.Number == receiptNumber,
                cancellation
            );
            if (-receipt.UnallocatedAmount < invoice.Amount)
            {
                throw Refuse.With(
                    Fault.PrepaidException,
                    "ClientReference",
                    receiptNumber,
                    "The payment of this reference has paid for something else. Use another for another purchase."
                );
            }

            await ledger.CloseAsync(account, invoice, cancellation);
            await ledger.AllocateAsync(account, invoice, receipt, invoice.Amount, cancellation);
            await give.ExecuteAsync(account, subscription, offer.Block, cancellation, offer.Terms.Tier);
            await session.CommitAsync(cancellation);
            return true;
        }
        catch (SmileException refusal)
        {
            // Something changed while the gateway was asked.
            throw new SmileException(
                refusal.Fault,
                $"{refusal.Message} The payment {receiptNumber} was accepted; what is left of it stands to the account's credit."
            );
        }
    }
}
