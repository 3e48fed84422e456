using Microsoft.EntityFrameworkCore;
using Smile.Catalogue.Wording;
using Smile.Contracts;
using Smile.Customers.Accounts;
using Smile.Kernel;
using Smile.Receivables;
using Smile.Receivables.Ports;
using Smile.Session;

namespace Smile.Payments;

/// <summary>Brings what came of payments into the ledger. The account is locked.</summary>
[UseCase]
public sealed class PaymentPosting(StageSession session, Ledger ledger, ITransactionDispatch dispatch)
{
    /// <summary>
    /// The receipt, numbered as the payment, and the surcharge; the receipt pays the surcharge first and then what was asked for, as far as
    /// that is still possible (guide, lines 13651 to 13710). What is left stays unallocated.
    /// </summary>
    public async Task AcceptAsync(Account account, Payment payment, CancellationToken cancellation)
    {
        var currency = session.Catalogue.Currency(payment.Currency);
        var type = session.Catalogue.PaymentType(payment.PaymentTypeCode);
        var receipt = await ledger.RaiseAsync(
            account,
            new NewTransaction(TransactionType.Receipt, new Money(-payment.Amount, currency), 0m, session.Now, TransactionSources.Payment)
            {
                Number = payment.Number,
                GlCode = type?.GlCode,
            },
            cancellation
        );
        if (payment.SurchargeAmount > 0m)
        {
            var surcharge = await ledger.RaiseAsync(
                account,
                new NewTransaction(
                    TransactionType.Surcharge,
                    new Money(payment.SurchargeAmount, currency),
                    payment.SurchargeTax,
                    session.Now,
                    TransactionSources.Payment
                )
                {
                    GlCode = type?.SurchargeGlCode,
                    SalesReportCategory = type?.SurchargeCategory,
                },
                cancellation
            );
            payment.SurchargeNumber = surcharge.Number;
            await ledger.AllocateAsync(account, receipt, surcharge, payment.SurchargeAmount, cancellation);
        }

        await AllocateAsync(account, payment, receipt, cancellation);
    }

    /// <summary>What a declined payment costs the customer, where its type says so.</summary>
    public async Task RaiseDeclineFeeAsync(Account account, Payment payment, CancellationToken cancellation)
    {
        if (session.Catalogue.PaymentType(payment.PaymentTypeCode)?.DeclineFee is not { } fee)
        {
            return;
        }

        var currency = session.Catalogue.Currency(payment.Currency);
        var exTax = currency.Round(fee.Amount + payment.Amount * fee.Percent / 100m);
        var tax = !fee.ChargeGst
            ? 0m
            : currency.Round(exTax * session.Catalogue.GstPercent(account.AccountTypeId, session.DayOf(account)) / 100m);
        if (exTax == 0m)
        {
            return;
        }

        var raised = await ledger.RaiseAsync(
            account,
            new NewTransaction(TransactionType.Surcharge, new Money(exTax + tax, currency), tax, session.Now, TransactionSources.Payment)
            {
                GlCode = fee.GlCode,
                SalesReportCategory = fee.Category,
                Description = session.Catalogue.Language(account.CompanyId, account.Properties).Fill(Word.DeclinedPayment, payment.Number),
            },
            cancellation
        );
        payment.DeclineFeeNumber = raised.Number;

        // Other surcharges are paid with the payment that they are for; this one is owed, and nothing else tells of it.
        dispatch.SendNote(account, raised);
    }

    private async Task AllocateAsync(Account account, Payment payment, FinancialTransaction receipt, CancellationToken cancellation)
    {
        if (payment.AutoAllocate)
        {
            await ledger.AllocateAutomaticallyAsync(account, receipt, cancellation);
            return;
        }

        var wanted = await WantedAsync(payment, cancellation);
        if (wanted.Count == 0)
        {
            return;
        }

        var numbers = wanted.Select(each => each.Number).ToArray();
        var debits = await session
            .Database.LoadTransactions.Where(transaction => numbers.Contains(transaction.Number))
            .ToDictionaryAsync(transaction => transaction.Number, cancellation);
        foreach (var (number, most) in wanted)
        {
            // What was possible when the payment was made may not be any more: meanwhile another one came, or the debit was reversed.
            var debit = debits[number];
            var amount =
                debit is { IsClosed: true, IsDebit: true, IsReversed: false } && debit.AccountUsn == account.Usn
                    ? Math.Min(Math.Min(most, debit.UnallocatedAmount), -receipt.UnallocatedAmount)
                    : 0m;
            if (amount > 0m)
            {
                await ledger.AllocateAsync(account, receipt, debit, amount, cancellation);
            }
        }
    }

    /// <summary>What was asked for; of a payment plan's payment, its invoices in their order.</summary>
    private async Task<IReadOnlyList<(string Number, decimal Amount)>> WantedAsync(Payment payment, CancellationToken cancellation)
    {
        if (payment.RequestedAllocations.Count > 0 || payment.PaymentPlanNumber is not { } plan)
        {
            return
            [
                .. payment
                    .RequestedAllocations.OrderBy(wanted => wanted.Position)
                    .Select(wanted => (wanted.TransactionNumber, wanted.Amount)),
            ];
        }

        var invoices = await session
            .Database.PaymentPlans.Where(candidate => candidate.Number == plan)
            .SelectMany(candidate => candidate.Invoices)
            .OrderBy(invoice => invoice.Position)
            .Select(invoice => invoice.TransactionNumber)
            .ToListAsync(cancellation);
        return [.. invoices.Select(invoice => (invoice, payment.Amount))];
    }
}
