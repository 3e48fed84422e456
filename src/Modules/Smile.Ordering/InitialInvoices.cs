using System.Globalization;
using Smile.Billing;
using Smile.Catalogue;
using Smile.Customers.Accounts;
using Smile.Customers.Subscriptions;
using Smile.Kernel;
using Smile.Receivables;
using Smile.Session;

namespace Smile.Ordering;

/// <summary>
/// What approved orders are invoiced at once (guide, lines 1725, 1926): one invoice, however many orders are approved together.
/// </summary>
[UseCase]
public sealed class InitialInvoices(StageSession session, RaiseInvoice invoices, Discounts discounts, Ledger ledger)
{
    /// <summary>
    /// Raises the invoice of orders that were just approved; null where nothing is due or the packages have it on the first bill.
    /// </summary>
    /// <param name="orders">Placed or approved together, on one account; those that wait for approval are left out.</param>
    /// <param name="subscriptions">What they ordered.</param>
    /// <param name="planItems">The plan schedules of the subscriptions.</param>
    public async Task<FinancialTransaction?> RaiseAsync(
        IReadOnlyCollection<CustomerOrder> orders,
        Account account,
        IReadOnlyCollection<Subscription> subscriptions,
        IReadOnlyCollection<PlanScheduleItem> planItems,
        CancellationToken cancellation
    )
    {
        var approved = orders.Where(order => order.Status is OrderStatus.Approved or OrderStatus.Complete).ToList();
        if (approved.Count == 0)
        {
            return null;
        }

        var zone = session.ZoneOf(account);
        var day = zone.DateOf(session.Now);
        var cyclesOfAccount = ChargeCycles.Of(session.Catalogue, account);
        account.NextBill ??= BillingPeriods.At(cyclesOfAccount.Invoicing, day).To;
        BillingBeginning.PlanBill(session.Catalogue, account, subscriptions, day);
        var invoiced = approved.Where(order => session.Catalogue.Package(order.PackageId)?.HasInitialInvoice == true).ToList();
        var usns = invoiced.SelectMany(order => order.Components).Select(component => component.Usn).ToHashSet();
        var plans = new List<StartingPlan>();
        foreach (var subscription in subscriptions)
        {
            var cycles = ChargeCycles.Of(session.Catalogue, cyclesOfAccount, subscription.OwnCycles);
            var period = BillingPeriods.At(cycles.Invoicing, day);
            if (!usns.Contains(subscription.Usn))
            {
                continue;
            }

            plans.AddRange(
                from item in planItems
                where item.SubscriptionUsn == subscription.Usn && item.PlanCode is not null
                let plan = session.Catalogue.Plan(item.PlanCode!)
                where plan is not null
                select new StartingPlan(subscription.Usn, plan, item.Options, zone.DateOf(item.Start), cycles)
            );
            subscription.MarkBilledThrough(period.To);

            // The bill of the period looks at it again, for what is charged in arrears.
            subscription.RebillFromDay(
                plans.Where(plan => plan.Usn == subscription.Usn).Select(plan => plan.From).DefaultIfEmpty(day).Min()
            );
        }

        // With what contracts cost that began with the approval: what waits for the next invoice need not wait longer than this one.
        var lines = (await LinesAsync(account, plans, day, cancellation)).Concat(DeferredJustNow(account, usns)).ToList();
        if (lines.Count == 0)
        {
            return null;
        }

        var invoice = await invoices.OpenAsync(
            account,
            lines,
            session.Now,
            invoices.DueDate(account, day),
            TransactionSources.Manual,
            suppressAutoPayment: false,
            cancellation
        );
        await ledger.CloseAsync(account, invoice, cancellation);
        foreach (var order in invoiced)
        {
            // Tx 61419800 (14/01/15) $47.40 (guide, line 2230).
            order.InitialInvoice = invoice.Number;
            order.InitialInvoiceText = string.Create(
                CultureInfo.InvariantCulture,
                $"Tx {invoice.Number} ({day:dd/MM/yy}) " + $"{new Money(invoice.Amount, session.CurrencyOf(account)).Formatted()}"
            );
        }

        return invoice;
    }

    /// <summary>The deferred charges of some subscriptions that this operation has made.</summary>
    private IEnumerable<TransactionItem> DeferredJustNow(Account account, HashSet<Usn> usns) =>
        session
            .Database.TrackedTransactionItems.Where(item =>
                item is { TransactionNumber: null, WasDeferred: true, Withdrawn: null }
                && item.AccountUsn == account.Usn
                && item.Created == session.Now
                && usns.Contains(item.Usn)
            )
            .OrderBy(item => item.Id);

    /// <summary>The charges that subscriptions begin with; for an invoice, or for the quote of one.</summary>
    public async Task<IReadOnlyList<TransactionItem>> LinesAsync(
        Account account,
        IReadOnlyList<StartingPlan> plans,
        DateOnly day,
        CancellationToken cancellation
    )
    {
        if (plans.Count == 0)
        {
            return [];
        }

        var applicable = await discounts.OfAsync(account, plans.Select(plan => (plan.Usn, plan.Plan.Service)).Distinct(), cancellation);
        return InitialCharges.Of(session.Catalogue, account, plans, applicable, day, session.Now);
    }
}
