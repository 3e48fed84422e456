using Microsoft.EntityFrameworkCore;
using Smile.Contracts;
using Smile.Contracts.Faults;
using Smile.Customers.Accounts;
using Smile.Kernel;
using Smile.Receivables.InvoiceGroupings;
using Smile.Session;

namespace Smile.Receivables;

/// <summary>raiseInvoice(): charges become an invoice, or stay a quote where it is left open (guide, line 4082).</summary>
[UseCase]
public sealed class RaiseInvoice(StageSession session, Ledger ledger, Charges pricing)
{
    /// <summary>More are priced, rounded and printed within one call, with the account locked.</summary>
    private const int MostCharges = 2_000;

    public async Task<ItemisedTransactionDetailType> ExecuteAsync(
        string usn,
        NewInvoiceRequestType document,
        CancellationToken cancellation
    )
    {
        if (string.IsNullOrWhiteSpace(usn))
        {
            throw Refuse.Invalid("usn", "", "Name the account to invoice.");
        }

        if (document.ChargeRequest.Count == 0)
        {
            throw Refuse.Invalid("ChargeRequest", "", "An invoice has at least one charge.");
        }

        var account = await session.BeginOnAccountAsync(usn, cancellation);
        var invoice = await RaiseAsync(account, document, roundToCash: true, cancellation);
        await CommitAsync(cancellation);
        return (await ledger.DocumentsAsync(account, invoice.Items, cancellation)).Itemised(invoice, TransactionView.Result);
    }

    /// <summary>
    /// Raises the invoice that a document asks for, within the operation's transaction, and closes it unless it is to stay open.
    /// </summary>
    /// <param name="account">Locked.</param>
    /// <param name="document">With at least one charge.</param>
    /// <param name="roundToCash">Whether the total is brought to the currency's cash unit.</param>
    /// <param name="complete">Completes each line before it is entered; null for nothing.</param>
    public async Task<FinancialTransaction> RaiseAsync(
        Account account,
        NewInvoiceRequestType document,
        bool roundToCash,
        CancellationToken cancellation,
        Action<TransactionItem>? complete = null
    )
    {
        if (document.ChargeRequest.Count > MostCharges)
        {
            throw Refuse.Invalid(
                "ChargeRequest",
                document.ChargeRequest.Count,
                $"An invoice takes {MostCharges} charges at a time: raise several, or defer them to the next bill."
            );
        }

        var zone = session.ZoneOf(account);
        var day = document.EffectiveDate is { } stated
            ? EffectiveDates.Day(session, account, stated, "effectiveDate")
            : zone.DateOf(session.Now);
        var due = document.DueDate is { } wanted ? EffectiveDates.Day(session, account, wanted, "dueDate") : DueDate(account, day);
        if (due < day)
        {
            throw Refuse.Invalid("dueDate", document.DueDate, "An invoice falls due on its date or later.");
        }

        await ledger.RequireOpenPeriodAsync(account, day, "effectiveDate", Fault.InvalidRequestException, cancellation);
        var lines = await pricing.PriceAsync(account, document.ChargeRequest, day, taxedUnlessSaid: false, cancellation);
        await pricing.RequireExclusiveAsync(account, lines, cancellation);
        foreach (var line in lines)
        {
            complete?.Invoke(line);
        }

        var invoice = await OpenAsync(
            account,
            lines,
            EffectiveDates.On(session, account, day),
            due,
            TransactionSources.Manual,
            document.SuppressAutoPayment == true,
            cancellation,
            roundToCash: roundToCash
        );
        if (document.InvoiceOperation != InvoiceOperationType.LeaveOpen)
        {
            await ledger.CloseAsync(account, invoice, cancellation);
        }

        return invoice;
    }

    /// <summary>
    /// Raises what only the company's own people raise: an itemised credit or debit, or a recipient created tax invoice, by which the
    /// company owes the account's holder (guide, lines 17589 to 17605).
    /// </summary>
    /// <param name="charges">Positive amounts without tax; in a credit and a recipient created tax invoice they become negative.</param>
    /// <returns>The transaction's number.</returns>
    public async Task<string> RaiseItemisedAsync(
        string usn,
        TransactionType type,
        IReadOnlyList<(string ItemCode, decimal Amount, string? Description)> charges,
        bool taxed,
        bool leaveOpen,
        CancellationToken cancellation
    )
    {
        if (type is not (TransactionType.ItemisedCredit or TransactionType.ItemisedDebit or TransactionType.RecipientCreatedTaxInvoice))
        {
            throw Refuse.Invalid("type", type, "Expected ItemisedCredit, ItemisedDebit or RecipientCreatedTaxInvoice.");
        }

        var account = await session.BeginOnAccountAsync(usn, cancellation);
        var day = session.DayOf(account);
        var currency = session.CurrencyOf(account);
        var today = day.Iso();
        var requests = charges
            .Select(charge => new ChargeRequestType
            {
                USN = usn,
                ItemCode = charge.ItemCode,
                Description = charge.Description,
                StartDate = today,
                EndDate = today,
                Amount = AmountRules.Positive(charge.Amount, currency, "amount") * (type == TransactionType.ItemisedDebit ? 1m : -1m),
                ChargeGst = taxed,
            })
            .ToList();
        await ledger.RequireOpenPeriodAsync(account, day, "date", Fault.InvalidRequestException, cancellation);
        var lines = await pricing.PriceAsync(account, requests, day, taxedUnlessSaid: false, cancellation);
        var transaction = await OpenAsync(
            account,
            lines,
            session.Now,
            DueDate(account, day),
            TransactionSources.Manual,
            suppressAutoPayment: true,
            cancellation,
            type
        );
        if (!leaveOpen)
        {
            await ledger.CloseAsync(account, transaction, cancellation);
        }

        await session.CommitAsync(cancellation);
        return transaction.Number;
    }

    /// <summary>The line of one thing that a subscription buys today, taxed as its item says.</summary>
    /// <param name="account">Locked.</param>
    /// <param name="rate">Without tax; rounded to the currency.</param>
    /// <param name="description">What it is; null for what the item says.</param>
    public Task<IReadOnlyList<TransactionItem>> PriceAsync(
        Account account,
        Usn subscription,
        string itemCode,
        decimal rate,
        string? description,
        CancellationToken cancellation
    )
    {
        var day = session.DayOf(account);
        var request = new ChargeRequestType
        {
            USN = subscription.Value,
            ItemCode = itemCode,
            StartDate = day.Iso(),
            EndDate = day.Iso(),
            Amount = rate,
            Description = description,
        };
        return pricing.PriceAsync(account, [request], day, taxedUnlessSaid: true, cancellation);
    }

    /// <summary>Invoices a fee that the account has brought about, today and taxed as its item says.</summary>
    /// <param name="account">Locked.</param>
    /// <param name="amount">Without tax; null for the item's rate.</param>
    /// <param name="description">What the fee is for; null for what its item says.</param>
    public async Task<FinancialTransaction> RaiseFeeAsync(
        Account account,
        string itemCode,
        decimal? amount,
        CancellationToken cancellation,
        string? description = null
    )
    {
        var day = session.DayOf(account);
        var today = day.Iso();
        var request = new ChargeRequestType
        {
            USN = account.Usn.Value,
            ItemCode = itemCode,
            StartDate = today,
            EndDate = today,
            Amount = amount,
        };
        var lines = await pricing.PriceAsync(account, [request], day, taxedUnlessSaid: true, cancellation);
        var invoice = await OpenAsync(
            account,
            lines,
            session.Now,
            DueDate(account, day),
            TransactionSources.CreditControl,
            suppressAutoPayment: false,
            cancellation
        );
        invoice.Description = description;
        await ledger.CloseAsync(account, invoice, cancellation);
        return invoice;
    }

    /// <summary>When what is invoiced on a day falls due by the account's terms.</summary>
    public DateOnly DueDate(Account account, DateOnly day) => ledger.DueDate(account, day);

    /// <summary>Makes an open invoice of charges: grouped as the account wants it, with rounding and GST.</summary>
    /// <param name="groupings">The account's, where they were read before.</param>
    public async Task<FinancialTransaction> OpenAsync(
        Account account,
        IReadOnlyList<TransactionItem> lines,
        DateTimeOffset effective,
        DateOnly due,
        string source,
        bool suppressAutoPayment,
        CancellationToken cancellation,
        TransactionType type = TransactionType.Quote,
        IReadOnlyList<InvoiceGrouping>? groupings = null,
        bool roundToCash = true
    )
    {
        var day = session.ZoneOf(account).DateOf(effective);
        groupings ??= await GroupingsAsync(account, cancellation);
        var all = Compose(account, groupings, lines, day, roundToCash);
        var visible = all.Where(line => line.RolledUpInto is null).ToArray();
        return await ledger.OpenAsync(
            account,
            new NewTransaction(
                type,
                new Money(visible.Sum(line => line.Amount), session.CurrencyOf(account)),
                visible.Where(line => line.IsGst).Sum(line => line.Amount),
                effective,
                source
            )
            {
                DueDate = due,
                SuppressAutoPayment = suppressAutoPayment,
                Items = all,
            },
            cancellation
        );
    }

    /// <summary>The groupings that an account's invoices are shown by.</summary>
    public Task<List<InvoiceGrouping>> GroupingsAsync(Account account, CancellationToken cancellation) =>
        session
            .Database.InvoiceGroupings.AsNoTracking()
            .Include(grouping => grouping.Subscriptions)
            .Where(grouping => grouping.AccountUsn == account.Usn && grouping.Deleted == null)
            .OrderBy(grouping => grouping.Created)
            .ThenBy(grouping => grouping.Id)
            .ToListAsync(cancellation);

    /// <summary>
    /// The lines of an invoice, or of the quote that becomes one: those that it shows, with rounding and GST, and behind them those that
    /// are rolled up.
    /// </summary>
    internal IReadOnlyList<TransactionItem> Compose(
        Account account,
        IReadOnlyList<InvoiceGrouping> groupings,
        IReadOnlyList<TransactionItem> charges,
        DateOnly day,
        bool roundToCash = true
    )
    {
        var shown = InvoiceRollup.Apply(session.Catalogue, account, groupings, charges);
        var all = new List<TransactionItem>(
            InvoiceLines.Complete(session.Catalogue, account, [.. shown.Select(line => line.Line)], day, session.Now, roundToCash)
        );
        foreach (var line in shown)
        {
            foreach (var charge in line.Charges)
            {
                charge.RolledUpInto = line.Line.LineNumber;
                charge.LineNumber = all.Count;
                all.Add(charge);
            }
        }

        return all;
    }

    /// <summary>The lines that an invoice of charges shows.</summary>
    public IReadOnlyList<TransactionItem> Shown(
        Account account,
        IReadOnlyList<InvoiceGrouping> groupings,
        IReadOnlyList<TransactionItem> charges,
        DateOnly day
    ) => [.. Compose(account, groupings, charges, day).Where(line => line.RolledUpInto is null)];

    /// <summary>
    /// Commits what was raised. Two calls on different accounts may use one chargeId at the same time: the database lets one through.
    /// </summary>
    public async Task CommitAsync(CancellationToken cancellation)
    {
        try
        {
            await session.CommitAsync(cancellation);
        }
        catch (DuplicateValueException exception) when (exception.Constraint == "ux_transaction_item_charge")
        {
            throw Refuse.Invalid("chargeId", "", "A chargeId of the request was used before.");
        }
    }
}
