using Microsoft.EntityFrameworkCore;
using Smile.Contracts.Faults;
using Smile.Customers.Accounts;
using Smile.Kernel;
using Smile.Session;

namespace Smile.Receivables;

/// <summary>A charge that may be retracted.</summary>
/// <param name="Item">The charge as it was invoiced or deferred.</param>
/// <param name="Amount">What is left of it without tax: bills may have credited some of its days.</param>
/// <param name="GstAmount">The GST that is left of it.</param>
/// <param name="Discount">The discount in what is left.</param>
public sealed record RetractableCharge(TransactionItem Item, decimal Amount, decimal GstAmount, decimal Discount);

/// <summary>
/// Which charges are retracted. A retraction counts while its transaction is closed and not reversed: what an open quote would retract
/// stays charged, and a retraction that is reopened, deleted or reversed gives the charge back. The account must be locked.
/// </summary>
[UseCase]
public sealed class Retractions(StageSession session)
{
    /// <summary>Charges of an account that a request wants to retract, by their ids.</summary>
    /// <exception cref="SmileException">One does not exist, or is retracted, withdrawn, reversed or credited in full already.</exception>
    public async Task<IReadOnlyDictionary<Guid, RetractableCharge>> FindAsync(
        Account account,
        IReadOnlyCollection<Guid> ids,
        CancellationToken cancellation
    )
    {
        if (ids.Count == 0)
        {
            return new Dictionary<Guid, RetractableCharge>();
        }

        var found = await session
            .Database.TransactionItems.Where(item =>
                item.AccountUsn == account.Usn && item.ChargeId != null && ids.Contains(item.ChargeId.Value)
            )
            .ToDictionaryAsync(item => item.ChargeId!.Value, cancellation);
        var retracted = await RetractedAsync(ids, null, cancellation);
        var credits = await CreditsAsync(ids, cancellation);
        foreach (var id in ids)
        {
            if (!found.ContainsKey(id))
            {
                throw Refuse.NotFound("retractChargeId", id, "There is no such charge on the account.", Missing.Charge);
            }

            if (retracted.Contains(id))
            {
                throw AlreadyRetracted(id);
            }
        }

        return found.ToDictionary(each => each.Key, each => Left(each.Value, [.. credits[each.Key]]));
    }

    /// <summary>Those of some charges whose money the customer has back: their transaction was reversed, or they were retracted.</summary>
    public async Task<IReadOnlySet<Guid>> GivenBackAsync(IReadOnlyCollection<Guid> ids, CancellationToken cancellation)
    {
        if (ids.Count == 0)
        {
            return new HashSet<Guid>();
        }

        var reversed =
            from charge in session.Database.TransactionItems
            where charge.ChargeId != null && ids.Contains(charge.ChargeId.Value)
            join transaction in session.Database.Transactions on charge.TransactionNumber equals transaction.Number
            where transaction.ReversedBy != null
            select charge.ChargeId!.Value;
        return (await Counting(ids, null).Concat(reversed).ToListAsync(cancellation)).ToHashSet();
    }

    /// <summary>Withdraws a deferred charge: no invoice will have it.</summary>
    private void Withdraw(TransactionItem deferred)
    {
        deferred.Withdrawn = session.Now;
    }

    /// <summary>A transaction is closed: what its lines retract is retracted from now on.</summary>
    /// <exception cref="SmileException">A charge was retracted, withdrawn, invoiced, reversed or deleted since the transaction was
    /// raised.</exception>
    public async Task CountAsync(Account account, FinancialTransaction transaction, CancellationToken cancellation)
    {
        var retracts = transaction.Items.Select(item => item.RetractsChargeId).OfType<Guid>().ToList();
        var withdrawing = transaction.Items.Where(item => !item.WasDeferred && item.WithdrawsChargeId is not null).ToList();
        var withdraws = withdrawing.Select(item => item.WithdrawsChargeId!.Value).ToList();
        if (retracts.Count + withdraws.Count == 0)
        {
            return;
        }

        var taken = await RetractedAsync([.. retracts, .. withdraws], transaction, cancellation);
        if (retracts.Concat(withdraws).Where(taken.Contains).Select(id => (Guid?)id).FirstOrDefault() is { } gone)
        {
            throw AlreadyRetracted(gone);
        }

        await WithdrawAsync(account, withdrawing, cancellation);
    }

    /// <summary>Withdraws the deferred charges that lines take the place of, and announces it.</summary>
    public async Task WithdrawAsync(Account account, IEnumerable<TransactionItem> lines, CancellationToken cancellation)
    {
        var withdrawn = await WithdrawnByAsync([.. lines.Select(line => line.WithdrawsChargeId).OfType<Guid>()], cancellation);
        var documents = await TransactionDocuments.OfAsync(session, account, withdrawn, cancellation);
        foreach (var deferred in withdrawn)
        {
            if (deferred.TransactionNumber is { } number)
            {
                throw Refuse.Invalid(
                    "retractChargeId",
                    deferred.ChargeId,
                    $"The deferred charge was invoiced since, in {number}. Raise its retraction anew."
                );
            }

            Withdraw(deferred);
            var whole = new RetractableCharge(deferred, deferred.Amount, deferred.GstAmount, deferred.Discount);
            session.Announce(
                TransactionMessages.ChargeDeferred(
                    account,
                    deferred,
                    documents.Withdrawn(deferred, Charges.Retraction(session, account, whole))
                )
            );
        }
    }

    /// <summary>Announces deferred charges that wait for an invoice, each with what is retracted together with it.</summary>
    /// <param name="lines">Each charge behind the line that takes back what it retracts.</param>
    public async Task AnnounceAsync(Account account, IReadOnlyList<TransactionItem> lines, CancellationToken cancellation)
    {
        var documents = await TransactionDocuments.OfAsync(session, account, lines, cancellation);
        TransactionItem? retraction = null;
        foreach (var line in lines)
        {
            if (line.RetractsChargeId is not null)
            {
                retraction = line;
                continue;
            }

            session.Announce(TransactionMessages.ChargeDeferred(account, line, documents.Deferred(line, retraction)));
            retraction = null;
        }
    }

    /// <summary>
    /// A transaction leaves the balance or is reversed: what its lines retracted is charged again, and deferred charges wait for an invoice
    /// again.
    /// </summary>
    public async Task UncountAsync(Account account, string number, CancellationToken cancellation)
    {
        // What a deferred charge took the place of stays withdrawn: it did so before it was invoiced.
        var withdraws = await session
            .Database.TransactionItems.AsNoTracking()
            .Where(item => item.TransactionNumber == number && item.WithdrawsChargeId != null && !item.WasDeferred)
            .Select(item => item.WithdrawsChargeId!.Value)
            .ToListAsync(cancellation);
        var deferred = await WithdrawnByAsync(withdraws, cancellation);
        foreach (var charge in deferred)
        {
            charge.Withdrawn = null;
        }

        await AnnounceAsync(account, deferred, cancellation);
    }

    /// <summary>
    /// Refuses to take back a transaction of which another has retracted or credited a charge: that would be given back twice. Retractions
    /// that wait for an invoice are dropped instead.
    /// </summary>
    /// <param name="what">The field that names the transaction.</param>
    public async Task RequireKeptAsync(FinancialTransaction transaction, string what, CancellationToken cancellation)
    {
        var charges = session
            .Database.TransactionItems.Where(item => item.TransactionNumber == transaction.Number && item.ChargeId != null)
            .Select(item => item.ChargeId);
        var credits = session.Database.TransactionItems.Where(item =>
            charges.Contains(item.RetractsChargeId) || charges.Contains(item.TakesBack)
        );
        var other = await (
            from credit in credits
            join each in session.Database.Transactions on credit.TransactionNumber equals each.Number
            where
                each.Number != transaction.Number
                && each.ReversedBy == null
                && (
                    each.State == TransactionState.Closed
                    || (each.State == TransactionState.Open && (credit.WasDeferred || credit.TakesBack != null))
                )
            orderby each.Number
            select each.Number
        ).FirstOrDefaultAsync(cancellation);
        if (other is not null)
        {
            throw Refuse.Invalid(what, transaction.Number, $"A charge of it was credited by {other}. Reverse that transaction first.");
        }

        var waiting = await credits.Where(item => item.TransactionNumber == null && item.Withdrawn == null).ToListAsync(cancellation);
        waiting.ForEach(Withdraw);
    }

    /// <summary>Those of some charges that are retracted, or that are not on the balance: in an open quote, reversed or deleted.</summary>
    /// <param name="retracting">The transaction that retracts them, whose own retractions and charges are not looked at; null for
    /// none.</param>
    private async Task<HashSet<Guid>> RetractedAsync(
        IReadOnlyCollection<Guid> ids,
        FinancialTransaction? retracting,
        CancellationToken cancellation
    )
    {
        var database = session.Database;
        var except = retracting?.Number;
        var byState =
            from charge in database.TransactionItems
            where charge.ChargeId != null && ids.Contains(charge.ChargeId.Value)
            join transaction in database.Transactions on charge.TransactionNumber equals transaction.Number into raised
            from transaction in raised.DefaultIfEmpty()
            where
                charge.Withdrawn != null
                || (
                    transaction != null
                    && transaction.Number != except
                    && (transaction.ReversedBy != null || transaction.State != TransactionState.Closed)
                )
            select charge.ChargeId!.Value;
        return (await Counting(ids, retracting).Concat(byState).ToListAsync(cancellation)).ToHashSet();
    }

    /// <summary>
    /// Those of some charges that a retraction counts for: one that waits for its invoice, or whose transaction is closed and not reversed.
    /// </summary>
    /// <param name="except">A transaction whose retractions are not looked at; null for none.</param>
    private IQueryable<Guid> Counting(IReadOnlyCollection<Guid> ids, FinancialTransaction? except)
    {
        // A line that waited is its transaction's as soon as a bill has it, whether or not that is stored yet.
        var (number, own) = (except?.Number, except?.Items.Select(item => item.Id).ToArray() ?? []);
        return from line in session.Database.TransactionItems
            where
                line.RetractsChargeId != null
                && ids.Contains(line.RetractsChargeId.Value)
                && line.Withdrawn == null
                && !own.Contains(line.Id)
            join transaction in session.Database.Transactions on line.TransactionNumber equals transaction.Number into raised
            from transaction in raised.DefaultIfEmpty()
            where
                transaction == null
                || (
                    transaction.Number != number
                    && transaction.ReversedBy == null
                    && (transaction.State == TransactionState.Closed || (transaction.State == TransactionState.Open && line.WasDeferred))
                )
            select line.RetractsChargeId!.Value;
    }

    /// <summary>The lines by which bills have credited days of charges, by the charges.</summary>
    private async Task<ILookup<Guid, TransactionItem>> CreditsAsync(IReadOnlyCollection<Guid> ids, CancellationToken cancellation)
    {
        var lines =
            from line in session.Database.TransactionItems
            where line.TakesBack != null && ids.Contains(line.TakesBack.Value) && line.Withdrawn == null
            join transaction in session.Database.Transactions on line.TransactionNumber equals transaction.Number into raised
            from transaction in raised.DefaultIfEmpty()
            where transaction == null || transaction.State != TransactionState.Deleted
            select line;
        return (await lines.AsNoTracking().ToListAsync(cancellation)).ToLookup(line => line.TakesBack!.Value);
    }

    private static RetractableCharge Left(TransactionItem charge, IReadOnlyList<TransactionItem> credits)
    {
        var (amount, gst) = (
            charge.Amount + credits.Sum(credit => credit.Amount),
            charge.GstAmount + credits.Sum(credit => credit.GstAmount)
        );
        return amount != 0m || charge.Amount == 0m
            ? new(charge, amount, gst, credits.Count == 0 ? charge.Discount : 0m)
            : throw Refuse.Invalid(
                "retractChargeId",
                charge.ChargeId,
                $"All days of the charge were credited already, by "
                    + $"{string.Join(", ", credits.Select(credit => credit.TransactionNumber).OfType<string>().Distinct())}."
            );
    }

    private async Task<List<TransactionItem>> WithdrawnByAsync(List<Guid> ids, CancellationToken cancellation) =>
        ids.Count == 0
            ? []
            : await session
                .Database.TransactionItems.Where(item => item.ChargeId != null && ids.Contains(item.ChargeId.Value))
                .OrderBy(item => item.Id)
                .ToListAsync(cancellation);

    private static SmileException AlreadyRetracted(Guid id) =>
        Refuse.Invalid("retractChargeId", id, "The charge was already taken back, or its transaction is not closed.");
}
