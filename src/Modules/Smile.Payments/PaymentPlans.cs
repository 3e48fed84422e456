using Microsoft.EntityFrameworkCore;
using Smile.Contracts;
using Smile.Contracts.Faults;
using Smile.Customers.Accounts;
using Smile.Kernel;
using Smile.Receivables;
using Smile.Session;

namespace Smile.Payments;

/// <summary>A payment plan as an operator asks for it.</summary>
/// <param name="Invoices">Numbers of the invoices, in the order in which they are to be paid.</param>
/// <param name="First">The day of the first instalment, in the account's time zone.</param>
public sealed record NewPaymentPlan(string AccountUsn, IReadOnlyList<string> Invoices, int Instalments, DateOnly First)
{
    public InstalmentFrequency Every { get; init; }
}

/// <summary>How far apart the instalments of a payment plan are.</summary>
public enum InstalmentFrequency
{
    /// <summary>On the same day of the month; on its last day where it has none.</summary>
    Month,
    Week,
    Fortnight,
}

/// <summary>
/// Payment plans: what is owed on invoices, paid in instalments by the month, week or fortnight. Where the account has stored details, each
/// instalment is a scheduled payment (guide, line 13217); else whoever pays names the plan (line 13590).
/// </summary>
[UseCase]
public sealed class PaymentPlans(StageSession session, PaymentSchedule schedule, AutomaticPayments automatic)
{
    private const int MostInstalments = 120;

    public async Task<PaymentPlan> CreateAsync(NewPaymentPlan request, CancellationToken cancellation)
    {
        var account = await session.BeginOnAccountAsync(request.AccountUsn, cancellation);
        var zone = session.ZoneOf(account);
        if (request.Instalments is < 1 or > MostInstalments)
        {
            throw Refuse.Invalid("instalments", request.Instalments, $"A plan has 1 to {MostInstalments} instalments.");
        }

        if (request.First < zone.DateOf(session.Now))
        {
            throw Refuse.Invalid("first", request.First, "A plan does not begin in the past.");
        }

        var total = await RequireInvoicesAsync(account, request.Invoices, cancellation);
        var plan = new PaymentPlan
        {
            Number = await session.NextTransactionNumberAsync(cancellation),
            AccountUsn = account.Usn,
            State = PaymentPlanState.Active,
            Created = session.Now,
        };
        plan.Invoices.AddRange(
            request.Invoices.Select(
                (invoice, index) =>
                    new PaymentPlanInvoice
                    {
                        PaymentPlanNumber = plan.Number,
                        TransactionNumber = invoice,
                        Position = index,
                    }
            )
        );
        plan.Instalments.AddRange(
            Split(new Money(total, session.CurrencyOf(account)), request.Instalments)
                .Select(
                    (amount, index) =>
                        new PaymentPlanInstalment
                        {
                            PaymentPlanNumber = plan.Number,
                            Position = index,
                            Due = Due(request, index),
                            Amount = amount,
                        }
                )
        );
        session.Database.PaymentPlans.Add(plan);
        await CancelAutomaticAsync(account, request.Invoices, cancellation);
        await ScheduleAsync(account, plan, cancellation);
        await session.CommitAsync(cancellation);
        return plan;
    }

    /// <summary>
    /// The numbers of the invoices that an account's active plans have: instalments pay them, and nothing else by itself.
    /// </summary>
    /// <param name="plan">The number of the plan; null for all.</param>
    public static IQueryable<string> InvoicesOf(StageSession session, Usn account, string? plan = null) =>
        session
            .Database.PaymentPlans.Where(active =>
                active.AccountUsn == account && active.State == PaymentPlanState.Active && (plan == null || active.Number == plan)
            )
            .SelectMany(active => active.Invoices)
            .Select(invoice => invoice.TransactionNumber);

    public async Task<PaymentPlan> GetAsync(string number, CancellationToken cancellation) =>
        await session
            .Database.PaymentPlans.AsNoTracking()
            .Include(plan => plan.Invoices)
            .Include(plan => plan.Instalments)
            .AsSplitQuery()
            .FirstOrDefaultAsync(plan => plan.Number == number, cancellation)
            is { } found
        && session.Caller.MayReach(found.AccountUsn)
            ? found
            : throw NoSuchPlan(number);

    /// <summary>
    /// Its scheduled payments are called off, but for those that are at their gateway. What is not yet due of its invoices is paid as the
    /// account pays others.
    /// </summary>
    public async Task CancelAsync(string number, CancellationToken cancellation)
    {
        var known = await GetAsync(number, cancellation);
        var account = await session.BeginOnAccountAsync(known.AccountUsn.Value, cancellation);
        var plan = await session.Database.PaymentPlans.FirstAsync(candidate => candidate.Number == number, cancellation);
        plan.State = PaymentPlanState.Cancelled;
        var scheduled = await session
            .Database.Payments.Include(payment => payment.Attempts)
            .Where(payment => payment.PaymentPlanNumber == number && payment.Status == PaymentStatus.Waiting)
            .ToListAsync(cancellation);
        await schedule.EndAllAsync([.. scheduled.Where(payment => payment.OpenAttempt is null)], PaymentStatus.Cancelled, cancellation);
        await session.Database.SaveAsync(cancellation);
        if (await DetailsAsync(account, cancellation) is { } details)
        {
            await automatic.OnDetailsStoredAsync(account, details, cancellation);
        }

        await session.CommitAsync(cancellation);
    }

    /// <summary>
    /// Schedules the instalments to come of the account's plans with details that were stored just now: those that had none, and those that
    /// wait for others. An instalment whose payment somebody called off stays as it is, and what was paid ahead is not asked for.
    /// </summary>
    /// <param name="account">Locked.</param>
    internal async Task OnDetailsStoredAsync(Account account, StoredPaymentDetails details, CancellationToken cancellation)
    {
        var plans = await session
            .Database.PaymentPlans.Include(plan => plan.Instalments)
            .Where(plan => plan.AccountUsn == account.Usn && plan.State == PaymentPlanState.Active)
            .ToListAsync(cancellation);
        if (plans.Count == 0)
        {
            return;
        }

        var replaced = (
            await session
                .Database.Payments.Include(payment => payment.Attempts)
                .Where(payment =>
                    payment.AccountUsn == account.Usn && payment.Origin == PaymentOrigin.Plan && payment.Status == PaymentStatus.Waiting
                )
                .Where(payment => payment.StoredDetailsId != details.Id || payment.PaymentTypeCode != details.PaymentTypeCode)
                .ToListAsync(cancellation)
        )
            .Where(payment => payment.OpenAttempt is null)
            .ToDictionary(payment => payment.Number);
        var until = replaced.Values.ToDictionary(payment => payment.Number, payment => payment.NextTransfer!.Value);
        await schedule.EndAllAsync(replaced.Values, PaymentStatus.Cancelled, cancellation);
        var zone = session.ZoneOf(account);
        var today = zone.DateOf(session.Now);
        foreach (var plan in plans)
        {
            foreach (var (instalment, open) in await StillOwed.OpenInstalmentsAsync(session, account, plan, cancellation))
            {
                var waited =
                    instalment.PaymentNumber is { } number && until.TryGetValue(number, out var then) ? then : (DateTimeOffset?)null;
                if (open > 0m && (waited is not null || (instalment.PaymentNumber is null && instalment.Due >= today)))
                {
                    await ScheduleAsync(account, plan, instalment, details, open, waited ?? zone.StartOf(instalment.Due), cancellation);
                }
            }
        }
    }

    private static DateOnly Due(NewPaymentPlan request, int index) =>
        request.Every switch
        {
            InstalmentFrequency.Week => request.First.AddDays(7 * index),
            InstalmentFrequency.Fortnight => request.First.AddDays(14 * index),
            _ => request.First.AddMonths(index),
        };

    /// <summary>Equal parts; the last one has what rounding leaves.</summary>
    internal static IEnumerable<decimal> Split(Money total, int parts)
    {
        var scale = (decimal)Math.Pow(10, total.Currency.Decimals);
        var part = Math.Floor(total.Amount * scale / parts) / scale;
        return part > 0m
            ? Enumerable.Repeat(part, parts - 1).Append(total.Amount - part * (parts - 1))
            : throw Refuse.Invalid("instalments", parts, "The invoices owe less than so many instalments.");
    }

    private async Task<decimal> RequireInvoicesAsync(Account account, IReadOnlyList<string> numbers, CancellationToken cancellation)
    {
        var wanted = numbers.ToArray();
        var invoices = await session
            .Database.ReadTransactions.Where(transaction => wanted.Contains(transaction.Number) && transaction.AccountUsn == account.Usn)
            .ToListAsync(cancellation);
        var bad = wanted.FirstOrDefault(number =>
            !invoices.Any(invoice =>
                invoice.Number == number && invoice is { Type: TransactionType.Invoice, IsClosed: true, UnallocatedAmount: > 0m }
            )
        );
        if (bad is not null || wanted.Length == 0 || wanted.Distinct().Count() != wanted.Length)
        {
            throw Refuse.Invalid("invoices", bad, "A plan is for closed invoices of the account that are not paid, each named once.");
        }

        var planned = await InvoicesOf(session, account.Usn).AnyAsync(number => wanted.Contains(number), cancellation);
        return planned
            ? throw Refuse.Invalid("invoices", string.Join(", ", wanted), "An invoice is in another payment plan.")
            : invoices.Sum(invoice => invoice.UnallocatedAmount);
    }

    /// <summary>The invoices' own automatic payments are off: the customer has agreed to instalments.</summary>
    private async Task CancelAutomaticAsync(Account account, IReadOnlyList<string> invoices, CancellationToken cancellation)
    {
        var numbers = invoices.ToArray();
        var waiting = await session
            .Database.Payments.Include(payment => payment.Attempts)
            .Where(payment =>
                payment.AccountUsn == account.Usn
                && payment.Status == PaymentStatus.Waiting
                && payment.Origin == PaymentOrigin.Invoice
                && numbers.Contains(payment.InvoiceNumber!)
            )
            .ToListAsync(cancellation);
        await schedule.EndAllAsync([.. waiting.Where(payment => payment.OpenAttempt is null)], PaymentStatus.Cancelled, cancellation);
    }

    private async Task ScheduleAsync(Account account, PaymentPlan plan, CancellationToken cancellation)
    {
        if (await DetailsAsync(account, cancellation) is not { } details)
        {
            return;
        }

        var zone = session.ZoneOf(account);
        foreach (var instalment in plan.Instalments)
        {
            await ScheduleAsync(account, plan, instalment, details, instalment.Amount, zone.StartOf(instalment.Due), cancellation);
        }
    }

    private async Task ScheduleAsync(
        Account account,
        PaymentPlan plan,
        PaymentPlanInstalment instalment,
        StoredPaymentDetails details,
        decimal amount,
        DateTimeOffset when,
        CancellationToken cancellation
    )
    {
        if (session.Catalogue.PaymentType(details.PaymentTypeCode) is not { } type)
        {
            return;
        }

        var surcharge = PaymentAmounts.On(session, new Money(amount, session.CurrencyOf(account)), type, account);
        var made = new NewPayment(type, surcharge, PaymentOrigin.Plan, details.Id, details.AccountName, details.NumberHint, details.Expiry)
        {
            PaymentPlanNumber = plan.Number,
            Replaces = instalment.PaymentNumber,
        };
        var payment = made.Create(
            session,
            account,
            await session.NextTransactionNumberAsync(cancellation),
            when > session.Now ? when : session.Now
        );
        session.Database.Payments.Add(payment);
        instalment.PaymentNumber = payment.Number;
        schedule.SendNew(account, payment);
    }

    private Task<StoredPaymentDetails?> DetailsAsync(Account account, CancellationToken cancellation) =>
        session.Database.StoredPaymentDetails.AsNoTracking().FirstOrDefaultAsync(stored => stored.AccountUsn == account.Usn, cancellation);

    private static SmileException NoSuchPlan(string number) =>
        Refuse.NotFound("PaymentPlan", number, "There is no such payment plan.", Missing.PaymentPlan);
}
