using Microsoft.EntityFrameworkCore;
using Smile.Billing.Contracts;
using Smile.Billing.Plans;
using Smile.Catalogue;
using Smile.Contracts;
using Smile.Contracts.Faults;
using Smile.Customers.Accounts;
using Smile.Customers.Subscriptions;
using Smile.Kernel;
using Smile.Payments;
using Smile.Receivables;
using Smile.Receivables.InvoiceGroupings;
using Smile.Session;

namespace Smile.Billing.ManagedPlans;

/// <summary>changePlan() of managed plans and changeManagedPlanGroup() (guide, lines 11838 to 12186).</summary>
[UseCase]
public sealed class ManagedPlanChanges(
    StageSession session,
    ManagedPlanOffers offers,
    PlanSchedules schedules,
    RaiseInvoice invoices,
    Ledger ledger,
    ProcessPayment processPayment,
    PaymentResponses responses,
    ISeparateSessions sessions
)
{
    private const string QuotedBy = "getManagedPlanChoices";

    /// <summary>
    /// Changes to another choice of the subscription's group and raises what that charges. Where customers must pay beforehand, the payment
    /// is taken first, and the change is made only when it was accepted; else the change stands, whatever becomes of the payment.
    /// </summary>
    /// <param name="payment">Its amount is the invoice's, surcharges aside.</param>
    /// <returns>The payment alone where that had to be accepted first and was not: then nothing was changed.</returns>
    public async Task<ManagedPlanChangeResponseType> ChangeAsync(
        string usn,
        string managedPlanChoiceId,
        PaymentRequestType? payment,
        ObjectType? planOptions,
        CancellationToken cancellation
    )
    {
        var (managed, offer) = await BeginAsync(usn, managedPlanChoiceId, planOptions, cancellation);
        var account = managed.Account;
        var today = session.DayOf(account);
        var groupings = await invoices.GroupingsAsync(account, cancellation);
        var due = offers.Shown(account, groupings, offer, today).Sum(line => line.Amount);
        var shown = new Money(due, session.CurrencyOf(account)).Formatted();
        if (payment is not null && due <= 0m)
        {
            throw Refuse.Invalid(
                "PaymentRequest",
                "",
                "Nothing is to be paid for this change. Use getManagedPlanChoices() to see its quote."
            );
        }

        // What stands to the account's credit counts: whoever paid and was cut off need not pay again.
        var mustPay = due > 0m && offer.Group.PrePaymentRequiredFor == PrePaymentRequirement.EndUsers && !session.Caller.AllAccounts;
        var hasPaid = account.Balance + due <= 0m;
        if (mustPay && !hasPaid && payment is null)
        {
            throw Refuse.Invalid("PaymentRequest", "", $"The change must be paid for beforehand: send a PaymentRequest for {shown}.");
        }

        if (!mustPay || payment is null)
        {
            var invoice = await MakeAsync(managed, offer, groupings, suppressAutoPayment: mustPay || payment is not null, cancellation);
            if (mustPay)
            {
                await ledger.AllocateAutomaticallyAsync(account, invoice, cancellation);
            }

            return payment is null
                ? await CommitAsync(account, offer, invoice, cancellation)
                : await PayAsync(account, offer, invoice!, payment, cancellation);
        }

        var paid = await processPayment.PayAheadAsync(account, payment, new ExactPayment(due, QuotedBy), cancellation);
        if (paid.Payment.Status != PaymentStatusType.Accepted)
        {
            return new ManagedPlanChangeResponseType { PaymentResponse = paid };
        }

        // The money is there: the caller's going away must not stop the change any more.
        return await sessions.RunAsync<ManagedPlanChanges, ManagedPlanChangeResponseType>(changes =>
            changes.MakePaidAsync(usn, managedPlanChoiceId, planOptions, paid.Payment.PaymentNumber, CancellationToken.None)
        );
    }

    /// <summary>
    /// Moves a subscription to a choice of another group. Raises nothing: the plan's own charges follow with the next bill.
    /// </summary>
    public async Task ChangeGroupAsync(
        string usn,
        string managedPlanGroupId,
        string managedPlanChoiceId,
        ManagedPlanChangeTimingType timing,
        ObjectType? planOptions,
        CancellationToken cancellation
    )
    {
        var (account, subscription) =
            await session.BeginOnSubscriptionAsync(usn.Trim(), cancellation) ?? throw StageSession.NoSuchSubscription(usn);
        var group = ManagedPlanQueries.Group(session.Catalogue, managedPlanGroupId);
        var (owner, choice) = ManagedPlanQueries.Choice(session.Catalogue, managedPlanChoiceId);
        if (owner != group)
        {
            throw Refuse.Invalid("managedPlanChoiceId", managedPlanChoiceId, $"The choice is one of the group {owner.Id}.");
        }

        if (group.Service != subscription.ServiceId)
        {
            throw Refuse.Invalid(
                "managedPlanGroupId",
                managedPlanGroupId,
                $"The group is for the service {group.Service}, the subscription is one of {subscription.ServiceId}."
            );
        }

        var managed = await offers.ReadAsync(account, subscription.Usn, forChange: true, cancellation);
        if (managed.Uses is [{ Group: { } current }, ..] && current == group)
        {
            throw Refuse.Invalid(
                "managedPlanGroupId",
                managedPlanGroupId,
                "The subscription is in this group already. Use changePlan() to change plans within it."
            );
        }

        RequireOffered(account, group, choice, Fault.InvalidRequestException);
        var change = offers.Plan(
            managed,
            choice,
            FieldValues.From(planOptions, session.ZoneOf(account)),
            timing,
            direction: null,
            Fault.InvalidRequestException
        );
        await ApplyAsync(managed, change, cancellation);
        await session.CommitAsync(cancellation);
    }

    /// <summary>Makes a change that was paid for, and allocates the payment to its invoice.</summary>
    internal async Task<ManagedPlanChangeResponseType> MakePaidAsync(
        string usn,
        string managedPlanChoiceId,
        ObjectType? planOptions,
        string receiptNumber,
        CancellationToken cancellation
    )
    {
        try
        {
            var (managed, offer) = await BeginAsync(usn, managedPlanChoiceId, planOptions, cancellation);
            var account = managed.Account;
            var invoice = await MakeAsync(managed, offer, groupings: null, suppressAutoPayment: true, cancellation);
            var receipt = await session.Database.LoadTransactions.FirstAsync(
                transaction => transaction.Number == receiptNumber,
                cancellation
            );
            var amount = Math.Min(invoice?.UnallocatedAmount ?? 0m, -receipt.UnallocatedAmount);
            if (amount > 0m)
            {
                await ledger.AllocateAsync(account, invoice!, receipt, amount, cancellation);
            }

            var response = await CommitAsync(account, offer, invoice, cancellation);
            return With(response, await responses.ReadAsync(receiptNumber, cancellation));
        }
        catch (SmileException refusal)
        {
            // Something changed while the gateway was asked. Whoever tries again need not pay again.
            throw new SmileException(
                refusal.Fault,
                $"{refusal.Message} The payment {receiptNumber} was accepted and stands to the account's credit."
            );
        }
    }

    /// <summary>Locks the account and works out the change.</summary>
    private async Task<(ManagedSubscription Managed, ManagedOffer Offer)> BeginAsync(
        string usn,
        string managedPlanChoiceId,
        ObjectType? planOptions,
        CancellationToken cancellation
    )
    {
        if (await session.BeginOnSubscriptionAsync(usn.Trim(), cancellation) is not var (account, subscription))
        {
            throw await session.FindAccountAsync(usn.Trim(), cancellation) is null
                ? StageSession.NoSuchSubscription(usn)
                : Refuse.Invalid("usn", usn, "This is an account. Name one of its subscriptions.");
        }

        var (owner, choice) = ManagedPlanQueries.Choice(session.Catalogue, managedPlanChoiceId);
        var managed = await offers.ReadAsync(account, subscription.Usn, forChange: true, cancellation);
        var group = offers.RequireManaged(managed);
        if (owner != group)
        {
            throw Refuse.Invalid(
                "managedPlanChoiceId",
                managedPlanChoiceId,
                $"The choice is one of the group {owner.Id}, the subscription is in group {group.Id}. Use changeManagedPlanGroup()."
            );
        }

        RequireOffered(account, group, choice, ManagedPlanQueries.Unavailable);
        var zone = session.ZoneOf(account);
        await ledger.RequireOpenPeriodAsync(account, zone.DateOf(session.Now), "date", ManagedPlanQueries.Failed, cancellation);
        return (managed, await offers.OfferAsync(managed, choice, FieldValues.From(planOptions, zone), cancellation));
    }

    private void RequireOffered(Account account, ManagedPlanGroup group, ManagedPlanChoice choice, Fault fault)
    {
        var today = session.DayOf(account);
        if (!group.IsValidOn(today) || !choice.IsValidOn(today) || !ManagedPlanQueries.IsFor(session.Catalogue, choice, account))
        {
            throw Refuse.With(
                fault,
                "managedPlanChoiceId",
                choice.Id,
                "The choice is not offered to this account today. Use getManagedPlanChoices() to discover what is."
            );
        }
    }

    /// <summary>Changes the plan and raises the offer's invoice; null where it charges nothing.</summary>
    private async Task<FinancialTransaction?> MakeAsync(
        ManagedSubscription managed,
        ManagedOffer offer,
        IReadOnlyList<InvoiceGrouping>? groupings,
        bool suppressAutoPayment,
        CancellationToken cancellation
    )
    {
        await ApplyAsync(managed, offer.Change, cancellation);
        if (offer.Lines.Count == 0)
        {
            return null;
        }

        var account = managed.Account;
        var due = invoices.DueDate(account, session.DayOf(account));
        var invoice = await invoices.OpenAsync(
            account,
            offer.Lines,
            session.Now,
            due,
            TransactionSources.Manual,
            suppressAutoPayment,
            cancellation,
            groupings: groupings
        );
        await ledger.CloseAsync(account, invoice, cancellation);
        return invoice;
    }

    /// <summary>Changes the plan and announces it; contracts that bound to a plan that it replaces bind to the new one.</summary>
    private async Task ApplyAsync(ManagedSubscription managed, PlannedChange change, CancellationToken cancellation)
    {
        var subscription = managed.Subscription;
        schedules.Apply(managed.Account, subscription, change);
        await session.Database.SaveAsync(cancellation);
        if (change.Rebound.Count > 0)
        {
            var ids = change.Rebound.Select(contract => contract.Id).ToArray();
            foreach (
                var contract in await session
                    .Database.SubscriptionContracts.Where(contract => ids.Contains(contract.Id))
                    .ToListAsync(cancellation)
            )
            {
                contract.ContractedPlanScheduleItemId = change.Item.Id;
            }
        }

        // A plan that begins later is announced when it does.
        if (change.Item.Start <= session.Now)
        {
            schedules.Announce(managed.Account, subscription, change.Item);
        }

        session.ChangeRating(subscription, change.Item.Start);
    }

    private async Task<ManagedPlanChangeResponseType> PayAsync(
        Account account,
        ManagedOffer offer,
        FinancialTransaction invoice,
        PaymentRequestType payment,
        CancellationToken cancellation
    )
    {
        await session.Database.SaveAsync(cancellation);
        var response = await DocumentAsync(account, offer, invoice, cancellation);
        return With(response, await processPayment.PayInvoiceAsync(account, payment, invoice, QuotedBy, cancellation));
    }

    private async Task<ManagedPlanChangeResponseType> CommitAsync(
        Account account,
        ManagedOffer offer,
        FinancialTransaction? invoice,
        CancellationToken cancellation
    )
    {
        await session.CommitAsync(cancellation);
        return await DocumentAsync(account, offer, invoice, cancellation);
    }

    private async Task<ManagedPlanChangeResponseType> DocumentAsync(
        Account account,
        ManagedOffer offer,
        FinancialTransaction? invoice,
        CancellationToken cancellation
    ) =>
        new()
        {
            PlanScheduleItem = PlanDocuments.ScheduleItem(offer.Change.Item, session.ZoneOf(account)),
            Invoice = invoice is null
                ? null
                : (await ledger.DocumentsAsync(account, invoice.Items, cancellation)).Itemised(invoice, TransactionView.Result),
        };

    private static ManagedPlanChangeResponseType With(ManagedPlanChangeResponseType response, PaymentResponseType payment) =>
        new()
        {
            PlanScheduleItem = response.PlanScheduleItem,
            Invoice = response.Invoice,
            PaymentResponse = payment,
        };
}
