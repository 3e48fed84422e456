using Microsoft.EntityFrameworkCore;
using Smile.Contracts;
using Smile.Customers.Accounts;
using Smile.Customers.Subscriptions;
using Smile.Kernel;
using Smile.Session;

namespace Smile.Receivables;

/// <summary>
/// getDeferredCharges() and addDeferredCharge(): charges that wait for the account's next invoice (guide, lines 4848, 4920).
/// </summary>
[UseCase]
public sealed class DeferredCharges(StageSession session, Ledger ledger, Charges charges, Retractions retractions)
{
    /// <param name="usn">An account, for the charges of its subscriptions too, or a subscription.</param>
    public async Task<DeferredChargeListType> ListAsync(string usn, CancellationToken cancellation)
    {
        var key = new Usn(usn.Trim());
        var owner = await session.AccountOfSubscriptionAsync(key, cancellation);
        var account = await session.ReadAccountAsync((owner ?? key).Value, cancellation);
        var waiting = await session
            .Database.TransactionItems.AsNoTracking()
            .Where(item =>
                item.AccountUsn == account.Usn
                && item.TransactionNumber == null
                && item.Withdrawn == null
                && (owner == null || item.Usn == key)
            )
            .OrderBy(item => item.Id)
            .ToListAsync(cancellation);
        var documents = await ledger.DocumentsAsync(account, waiting, cancellation);
        return new DeferredChargeListType { TransactionItem = [.. waiting.Select(documents.Item)] };
    }

    public async Task<TransactionItemType> AddAsync(string usn, ChargeRequestType document, CancellationToken cancellation)
    {
        if (string.IsNullOrWhiteSpace(usn))
        {
            throw Refuse.Invalid("usn", "", "Name the account to charge.");
        }

        var account = await session.BeginOnAccountAsync(usn, cancellation);
        var shown = await DeferAsync(account, [document], cancellation);
        await session.CommitAsync(cancellation);
        return shown[0];
    }

    /// <summary>Puts charges on the account's next invoice and announces them, within the operation's transaction.</summary>
    /// <param name="account">Locked.</param>
    /// <returns>The charges as the wire shows them, in the order of the requests.</returns>
    public async Task<IReadOnlyList<TransactionItemType>> DeferAsync(
        Account account,
        IReadOnlyList<ChargeRequestType> requests,
        CancellationToken cancellation
    )
    {
        if (requests.Count == 0)
        {
            return [];
        }

        var lines = await charges.PriceAsync(account, requests, session.DayOf(account), taxedUnlessSaid: true, cancellation);
        await retractions.WithdrawAsync(account, lines, cancellation);
        return await DeferAsync(account, lines, cancellation);
    }

    /// <summary>The same of charges that have been priced.</summary>
    /// <param name="lines">With the lines that take back what they retract.</param>
    public async Task<IReadOnlyList<TransactionItemType>> DeferAsync(
        Account account,
        IReadOnlyList<TransactionItem> lines,
        CancellationToken cancellation
    )
    {
        if (lines.Count == 0)
        {
            return [];
        }

        var added = lines.Where(line => line.RetractsChargeId is null).ToList();

        // Without an id of the caller's, a charge gets one: messages name it, and it can be retracted.
        added.ForEach(charge => charge.ChargeId ??= Guid.CreateVersion7(session.Now));
        foreach (var line in lines)
        {
            line.WasDeferred = true;
        }

        session.Database.TransactionItems.AddRange(lines);
        try
        {
            await session.Database.SaveAsync(cancellation);
        }
        catch (DuplicateValueException exception) when (exception.Constraint == "ux_transaction_item_charge")
        {
            throw Charges.ChargeIdUsed(added[0].ChargeId!.Value, null);
        }

        await retractions.AnnounceAsync(account, lines, cancellation);
        var documents = await ledger.DocumentsAsync(account, added, cancellation);
        return [.. added.Select(documents.Item)];
    }
}
