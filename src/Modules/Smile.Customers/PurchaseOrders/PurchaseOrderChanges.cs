using Microsoft.EntityFrameworkCore;
using Smile.Catalogue.Fields;
using Smile.Contracts;
using Smile.Contracts.Faults;
using Smile.CustomCollections;
using Smile.Customers.Accounts;
using Smile.Customers.Subscriptions;
using Smile.Kernel;
using Smile.Session;

namespace Smile.Customers.PurchaseOrders;

/// <summary>createPurchaseOrder() and updatePurchaseOrder() (guide, lines 5955, 6171).</summary>
[UseCase]
public sealed class PurchaseOrderChanges(StageSession session)
{
    private const int MaxNumberLength = 100;

    public async Task<PurchaseOrderType> CreateAsync(NewPurchaseOrderRequestType document, CancellationToken cancellation)
    {
        var number = Number(document.Number);
        var account = await BeginOnAccountAsync(document.AccountUSN, cancellation);
        var properties = await PropertiesAsync(account, document.Object, cancellation);
        var covered = await SubscriptionsOfAccount.RequireAsync(
            session,
            account,
            "SubscriptionUSN",
            document.Subscriptions?.SubscriptionUSN ?? [],
            cancellation
        );
        var order = new PurchaseOrder
        {
            Id = Guid.NewGuid(),
            AccountUsn = account.Usn,
            Number = number,
            Expires = OpenDays.Until(document.ExpiryDate, "ExpiryDate"),
            Properties = properties,
            ExclusiveInvoice = document.ExclusiveInvoice ?? false,
            Created = session.Now,
        };
        order.Subscriptions.AddRange(covered.Select(usn => Cover(order, usn)));
        session.Database.PurchaseOrders.Add(order);
        await CommitAsync(number, cancellation);
        return PurchaseOrderDocuments.Document(session.Catalogue, account, order);
    }

    /// <summary>
    /// The document takes the place of what was there. An Object, subscriptions or flags that it leaves out stay as they are; without an
    /// expiry date the order does not expire, for nothing else could take a date away.
    /// </summary>
    public async Task UpdateAsync(PurchaseOrderType document, CancellationToken cancellation)
    {
        var number = Number(document.Number);
        var account = await BeginOnAccountAsync(document.AccountUSN, cancellation);
        var properties = document.Object is { } given ? await PropertiesAsync(account, given, cancellation) : null;
        var order = await FindAsync(document, account, cancellation);
        order.Number = number;
        order.Expires = OpenDays.Until(document.ExpiryDate, "ExpiryDate");
        order.Properties = properties ?? order.Properties;
        order.ExclusiveInvoice = document.ExclusiveInvoice ?? order.ExclusiveInvoice;
        order.Deprecated = document.Deprecated ?? order.Deprecated;
        if (document.Subscriptions is { } listed)
        {
            var covered = await SubscriptionsOfAccount.RequireAsync(
                session,
                account,
                "SubscriptionUSN",
                listed.SubscriptionUSN,
                cancellation
            );
            Cover(order, covered);
        }

        await CommitAsync(number, cancellation);
    }

    private static string Number(string number) =>
        number.Trim() is { Length: > 0 and <= MaxNumberLength } trimmed
            ? trimmed
            : throw Refuse.Invalid("Number", number, $"A purchase order's number has 1 to {MaxNumberLength} characters.");

    private async Task<FieldValues> PropertiesAsync(Account account, ObjectType? document, CancellationToken cancellation)
    {
        var properties = FieldValues.From(document, session.ZoneOf(account));
        var rules = new FieldRules(session.Catalogue.Content.PurchaseOrderFields);
        await session.CheckFieldsAsync(rules, properties, Fault.InvalidRequestException, cancellation);
        rules.CheckComplete(properties, Fault.InvalidRequestException);
        return properties;
    }

    /// <summary>Locks the account; a subscription's USN is refused in its own words (guide, line 6029).</summary>
    private async Task<Account> BeginOnAccountAsync(string usn, CancellationToken cancellation)
    {
        await session.Database.BeginAsync(cancellation);
        var key = new Usn(usn);
        if (await session.LockAccountAsync(key, cancellation) is { } account)
        {
            return account;
        }

        var owner = await session
            .Database.Subscriptions.Where(candidate => candidate.Usn == key)
            .Select(candidate => (Usn?)candidate.AccountUsn)
            .FirstOrDefaultAsync(cancellation);
        throw owner is { } reachable && session.Caller.MayReach(reachable)
            ? Refuse.Invalid("AccountUSN", usn, "The USN is that of a subscription, not of an account.")
            : Refuse.NotFound("AccountUSN", usn, "There is no such account, or you may not access it.", Missing.Account);
    }

    private async Task<PurchaseOrder> FindAsync(PurchaseOrderType document, Account account, CancellationToken cancellation)
    {
        if (
            !Guid.TryParse(document.PurchaseOrderId, out var id)
            || await session
                .Database.PurchaseOrders.Include(candidate => candidate.Subscriptions)
                .FirstOrDefaultAsync(candidate => candidate.Id == id, cancellation)
                is not { } order
            || !session.Caller.MayReach(order.AccountUsn)
        )
        {
            throw PurchaseOrderQueries.NoSuchPurchaseOrder(document.PurchaseOrderId);
        }

        if (order.AccountUsn != account.Usn)
        {
            throw Refuse.Invalid("AccountUSN", document.AccountUSN, "The purchase order does not belong to this account.");
        }

        if (document.Company is { } company && company != account.CompanyId)
        {
            throw Refuse.Invalid("Company", company, $"The account belongs to company {account.CompanyId}.");
        }

        return order;
    }

    private static void Cover(PurchaseOrder order, IReadOnlyList<Usn> usns)
    {
        order.Subscriptions.RemoveAll(covered => !usns.Contains(covered.SubscriptionUsn));
        order.Subscriptions.AddRange(
            usns.Where(usn => order.Subscriptions.All(covered => covered.SubscriptionUsn != usn)).Select(usn => Cover(order, usn))
        );
    }

    private static PurchaseOrderSubscription Cover(PurchaseOrder order, Usn usn) =>
        new() { PurchaseOrderId = order.Id, SubscriptionUsn = usn };

    private async Task SaveAsync(string number, CancellationToken cancellation)
    {
        try
        {
            await session.Database.SaveAsync(cancellation);
        }
        catch (DuplicateValueException exception) when (exception.Constraint == "ux_purchase_order_number")
        {
            throw Refuse.Invalid("Number", number, "The account already has a purchase order of this number.");
        }
    }

    private async Task CommitAsync(string number, CancellationToken cancellation)
    {
        await SaveAsync(number, cancellation);
        await session.CommitAsync(cancellation);
    }
}
