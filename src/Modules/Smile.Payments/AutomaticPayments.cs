using Microsoft.EntityFrameworkCore;
using Smile.Catalogue;
using Smile.Contracts;
using Smile.Contracts.Faults;
using Smile.Customers.Accounts;
using Smile.Kernel;
using Smile.Receivables;
using Smile.Receivables.Ports;
using Smile.Session;

namespace Smile.Payments;

/// <summary>
/// Automatic payment: the account's option, getAutoPaymentOption() (guide, line 13327), and the payments that it schedules.
/// </summary>
[UseCase]
public sealed class AutomaticPayments(StageSession session, PaymentSchedule schedule) : ILedgerListener
{
    private const int InvoiceAmount = 1;
    private const int AccountBalance = 2;

    /// <summary>Most invoices that new details schedule payments of.</summary>
    private const int MostAtOnce = 100;

    private static readonly string[] Options =
    [
        "No automatic payment",
        "Schedule Payment of Invoice Amount",
        "Schedule Payment of Account Balance",
    ];

    /// <summary>Of many accounts that were asked for at once, those with stored details; null where nothing was asked.</summary>
    private HashSet<Usn>? _withDetails;

    public async Task<AutoPaymentOptionType> GetOptionAsync(string usn, CancellationToken cancellation)
    {
        if (string.IsNullOrWhiteSpace(usn))
        {
            throw new SmileException(Fault.InvalidRequestException, $"{Fault.InvalidRequestException} [usn]. Name an account.");
        }

        var account = await session.ReadAccountAsync(usn, cancellation);
        var (option, isFromTerms) = await OptionAsync(account, cancellation);
        return new AutoPaymentOptionType
        {
            FromAccountTerms = isFromTerms,
            Key = option,
            Value = Options[option],
        };
    }

    /// <param name="option">0, 1 or 2; null for what the account terms say.</param>
    public async Task ChooseAsync(string usn, int? option, CancellationToken cancellation)
    {
        if (option is < 0 or > AccountBalance)
        {
            throw Refuse.Invalid("option", option, "Choose 0 for none, 1 for each invoice's amount or 2 for the account's balance.");
        }

        var account = await session.BeginOnAccountAsync(usn, cancellation);
        var choice = await session.Database.AutoPaymentChoices.FirstOrDefaultAsync(
            candidate => candidate.AccountUsn == account.Usn,
            cancellation
        );
        switch (choice, option)
        {
            case (null, { } chosen):
                session.Database.AutoPaymentChoices.Add(new AutoPaymentChoice { AccountUsn = account.Usn, Option = chosen });
                break;
            case ({ }, { } chosen):
                choice.Option = chosen;
                break;
            case ({ }, null):
                await session.Database.SaveAsync(cancellation);
                session.Database.AutoPaymentChoices.Remove(choice);
                break;
            default:
                break;
        }

        await session.CommitAsync(cancellation);
    }

    /// <summary>Asks once which of many accounts have stored details at all, instead of once for each of their invoices.</summary>
    public async Task LookUpAsync(Usn[] accounts, CancellationToken cancellation) =>
        _withDetails = (
            await session
                .Database.StoredPaymentDetails.AsNoTracking()
                .Where(details => accounts.Contains(details.AccountUsn))
                .Select(details => details.AccountUsn)
                .Distinct()
                .ToListAsync(cancellation)
        ).ToHashSet();

    /// <inheritdoc/>
    public Task OnClosedAsync(Account account, FinancialTransaction closed, bool paysAutomatically, CancellationToken cancellation) =>
        paysAutomatically && closed.Type == TransactionType.Invoice
            ? OnInvoiceClosedAsync(account, closed, cancellation)
            : Task.CompletedTask;

    /// <summary>
    /// Schedules what an invoice that was just closed makes due, on its due date, where the account has stored details. Paid is the
    /// invoice, or the balance as it will then be: of the balance there is one scheduled payment, on the first due date, which later
    /// invoices do not put off.
    /// </summary>
    /// <param name="account">Locked, with the invoice on its balance.</param>
    public async Task OnInvoiceClosedAsync(Account account, FinancialTransaction invoice, CancellationToken cancellation)
    {
        if (invoice.SuppressAutoPayment || invoice.UnallocatedAmount <= 0m || _withDetails?.Contains(account.Usn) == false)
        {
            return;
        }

        // Most accounts have none: for them nothing more is asked.
        if (
            await session
                .Database.StoredPaymentDetails.AsNoTracking()
                .FirstOrDefaultAsync(details => details.AccountUsn == account.Usn, cancellation) is
            { } details
        )
        {
            await ScheduleAsync(account, details, () => Task.FromResult<IReadOnlyList<FinancialTransaction>>([invoice]), cancellation);
        }
    }

    /// <summary>
    /// Schedules what is open and not yet due, as if the account had had the details when it was closed. What is overdue is not taken
    /// unasked: who is late may have paid otherwise.
    /// </summary>
    /// <param name="account">Locked.</param>
    public async Task OnDetailsStoredAsync(Account account, StoredPaymentDetails details, CancellationToken cancellation)
    {
        var today = session.DayOf(account);
        var planned = PaymentPlans.InvoicesOf(session, account.Usn);
        await ScheduleAsync(
            account,
            details,
            async () =>
                await session
                    .Database.ReadTransactions.Where(invoice =>
                        invoice.AccountUsn == account.Usn
                        && invoice.Type == TransactionType.Invoice
                        && invoice.State == TransactionState.Closed
                    )
                    .Where(invoice =>
                        invoice.ReversedBy == null
                        && invoice.UnallocatedAmount > 0m
                        && invoice.DueDate >= today
                        && !invoice.SuppressAutoPayment
                    )
                    .Where(invoice => !planned.Contains(invoice.Number))
                    .OrderBy(invoice => invoice.DueDate)
                    .ThenBy(invoice => invoice.Number)
                    .Take(MostAtOnce)
                    .ToListAsync(cancellation),
            cancellation
        );
    }

    /// <param name="find">The invoices, the one that is due first before the others; asked for where the account pays
    /// automatically.</param>
    private async Task ScheduleAsync(
        Account account,
        StoredPaymentDetails details,
        Func<Task<IReadOnlyList<FinancialTransaction>>> find,
        CancellationToken cancellation
    )
    {
        var (option, _) = await OptionAsync(account, cancellation);
        if (
            option == 0
            || session.Catalogue.PaymentType(details.PaymentTypeCode) is not { } type
            || await session.Database.ReadOpenDisputes.AnyAsync(dispute => dispute.AccountUsn == account.Usn, cancellation)
        )
        {
            return;
        }

        // Of the balance there is one payment, when the first of it is due.
        var invoices = await find();
        foreach (var invoice in option == AccountBalance ? invoices.Take(1) : invoices)
        {
            await ScheduleAsync(account, details, type, option, invoice, cancellation);
        }
    }

    private async Task ScheduleAsync(
        Account account,
        StoredPaymentDetails details,
        PaymentTypeItem type,
        int option,
        FinancialTransaction invoice,
        CancellationToken cancellation
    )
    {
        var isInvoice = option == InvoiceAmount;
        var owed = isInvoice ? invoice.UnallocatedAmount : await StillOwed.OfBalanceAsync(session, account, null, cancellation);
        if (owed <= 0m)
        {
            return;
        }

        var (isFree, earliest) = await CancelScheduledAsync(account, isInvoice ? invoice.Number : null, cancellation);
        if (!isFree)
        {
            return;
        }

        var surcharge = PaymentAmounts.On(session, new Money(owed, session.CurrencyOf(account)), type, account);
        var made = new NewPayment(
            type,
            surcharge,
            isInvoice ? PaymentOrigin.Invoice : PaymentOrigin.Balance,
            details.Id,
            details.AccountName,
            details.NumberHint,
            details.Expiry
        )
        {
            InvoiceNumber = isInvoice ? invoice.Number : null,
            AutoAllocate = !isInvoice,
        };
        var zone = session.ZoneOf(account);
        var due = zone.StartOf(invoice.DueDate ?? zone.DateOf(session.Now));
        var first = !isInvoice && earliest < due ? earliest.Value : due;
        var when = first > session.Now ? first : session.Now;
        var payment = made.Create(session, account, await session.NextTransactionNumberAsync(cancellation), when);
        if (isInvoice)
        {
            payment.RequestedAllocations.Add(
                new RequestedAllocation
                {
                    PaymentNumber = payment.Number,
                    Position = 0,
                    TransactionNumber = invoice.Number,
                    Amount = owed,
                }
            );
        }

        session.Database.Payments.Add(payment);
        schedule.SendNew(account, payment);
    }

    /// <summary>Calls off what is scheduled already: for the balance, or for an invoice that was reopened and closed again.</summary>
    /// <param name="invoiceNumber">Null for the balance.</param>
    /// <returns>Not free where the payment of the invoice is at its gateway: another one would pay it twice. And when what is called off
    /// was to be paid.</returns>
    private async Task<(bool IsFree, DateTimeOffset? Earliest)> CancelScheduledAsync(
        Account account,
        string? invoiceNumber,
        CancellationToken cancellation
    )
    {
        var origin = invoiceNumber is null ? PaymentOrigin.Balance : PaymentOrigin.Invoice;
        var scheduled = await session
            .Database.Payments.Include(payment => payment.Attempts)
            .Where(payment =>
                payment.AccountUsn == account.Usn
                && payment.Status == PaymentStatus.Waiting
                && payment.Origin == origin
                && payment.InvoiceNumber == invoiceNumber
            )
            .ToListAsync(cancellation);
        if (invoiceNumber is not null && scheduled.Any(payment => payment.OpenAttempt is not null))
        {
            return (false, null);
        }

        DateTimeOffset? earliest = null;
        if (scheduled.Where(payment => payment.OpenAttempt is null).ToList() is { Count: > 0 } replaced)
        {
            earliest = replaced.Min(payment => payment.NextTransfer);
            await schedule.EndAllAsync(replaced, PaymentStatus.Cancelled, cancellation);

            // An invoice's one scheduled payment must be off before the next one is on.
            await session.Database.SaveAsync(cancellation);
        }

        return (true, earliest);
    }

    private async Task<(int Option, bool IsFromTerms)> OptionAsync(Account account, CancellationToken cancellation)
    {
        var own = await session
            .Database.AutoPaymentChoices.AsNoTracking()
            .FirstOrDefaultAsync(candidate => candidate.AccountUsn == account.Usn, cancellation);
        return own is null ? (session.Catalogue.AccountTerms(account.AccountTermsId).AutoPayment, true) : (own.Option, false);
    }
}
