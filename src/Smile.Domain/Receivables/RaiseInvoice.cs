using Microsoft.EntityFrameworkCore;
using Smile.Contracts;
using Smile.Domain.Accounts;
using Smile.Domain.Foundation;
using Smile.Domain.InvoiceGroupings;

namespace Smile.Domain.Receivables;

/// <summary>raiseInvoice(): charges become an invoice, or stay a quote where it is left open (guide, line 4082).</summary>
[UseCase]
public sealed class RaiseInvoice(StageSession session, Ledger ledger, Charges charges)
{
    public async Task<ItemisedTransactionDetailType> ExecuteAsync(string usn, NewInvoiceRequestType document, CancellationToken cancellation)
    {
        if (string.IsNullOrWhiteSpace(usn))
        {
            throw Refuse.Invalid("usn", "", "Name the account to invoice.");
        }

        if (document.ChargeRequest.Count == 0)
        {
            throw Refuse.Invalid("ChargeRequest", "", "An invoice has at least one charge.");
        }

        var account = await session.BeginOnAccountAsync(usn, cancellation).ConfigureAwait(false);
        var zone = session.Catalogue.Zone(account.TimeZoneId);
        var day = document.EffectiveDate is { } stated ? EffectiveDates.Day(session, account, stated, "effectiveDate") : zone.DateOf(session.Now);
        var due = document.DueDate is { } wanted ? EffectiveDates.Day(session, account, wanted, "dueDate") : DueDate(account, day);
        if (due < day)
        {
            throw Refuse.Invalid("dueDate", document.DueDate, "An invoice falls due on its date or later.");
        }

        await ledger.DemandOpenPeriodAsync(account, day, "effectiveDate", Refuse.InvalidRequest, cancellation).ConfigureAwait(false);
        var lines = await charges.PriceAsync(account, document.ChargeRequest, day, taxedUnlessSaid: false, cancellation).ConfigureAwait(false);
        await charges.DemandExclusiveAsync(account, lines, cancellation).ConfigureAwait(false);
        var invoice = await OpenAsync(account, lines, EffectiveDates.On(session, account, day), due, TransactionSources.Manual, document.SuppressAutoPayment == true, cancellation).ConfigureAwait(false);
        if (document.InvoiceOperation != InvoiceOperationType.LeaveOpen)
        {
            await ledger.CloseAsync(account, invoice, cancellation).ConfigureAwait(false);
        }

        await CommitAsync(cancellation).ConfigureAwait(false);
        return (await ledger.DocumentsAsync(account, invoice.Items, cancellation).ConfigureAwait(false)).Itemised(invoice, TransactionView.Result);
    }

    /// <summary>When what is invoiced on a day falls due by the account's terms.</summary>
    internal DateOnly DueDate(Account account, DateOnly day) => day.AddDays(session.Catalogue.AccountTerms(account.AccountTermsId).DueDays);

    /// <summary>Makes an open invoice of charges: grouped as the account wants it, with rounding and GST.</summary>
    internal async Task<FinancialTransaction> OpenAsync(
        Account account, IReadOnlyList<TransactionItem> lines, DateTimeOffset effective, DateOnly due, string source, bool suppressAutoPayment, CancellationToken cancellation)
    {
        var day = session.Catalogue.Zone(account.TimeZoneId).DateOf(effective);
        var groupings = await session.Database.InvoiceGroupings.AsNoTracking().Include(grouping => grouping.Subscriptions)
            .Where(grouping => grouping.AccountUsn == account.Usn && grouping.Deleted == null).OrderBy(grouping => grouping.Created).ThenBy(grouping => grouping.Id)
            .ToListAsync(cancellation).ConfigureAwait(false);
        var shown = InvoiceRollup.Apply(session.Catalogue, account, groupings, lines);
        var all = new List<TransactionItem>(InvoiceLines.Complete(session.Catalogue, account, [.. shown.Select(line => line.Line)], day, session.Now, session.Caller.Usn));
        var visible = all.ToArray();
        foreach (var line in shown)
        {
            foreach (var charge in line.Charges)
            {
                charge.RolledUpInto = line.Line.LineNumber;
                charge.LineNumber = all.Count;
                all.Add(charge);
            }
        }

        return await ledger.OpenAsync(
            account,
            new NewTransaction(
                TransactionTypeType.Quote,
                new Money(visible.Sum(line => line.Amount), session.Catalogue.Currency(account.Currency)),
                visible.Where(line => line.IsGst).Sum(line => line.Amount),
                effective,
                source)
            {
                DueDate = due,
                SuppressAutoPayment = suppressAutoPayment,
                Items = all,
            },
            cancellation).ConfigureAwait(false);
    }

    /// <summary>Two calls on different accounts may use one chargeId at the same time: the database lets one through.</summary>
    private async Task CommitAsync(CancellationToken cancellation)
    {
        try
        {
            await session.CommitAsync(cancellation).ConfigureAwait(false);
        }
        catch (DuplicateValueException exception) when (exception.Constraint is "ux_transaction_item_charge" or "ux_transaction_item_retracts")
        {
            throw Refuse.Invalid("chargeId", "", "A chargeId or retractChargeId of the request was used before.");
        }
    }
}
