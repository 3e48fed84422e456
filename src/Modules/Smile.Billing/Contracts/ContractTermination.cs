using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Smile.Contracts;
using Smile.Contracts.Faults;
using Smile.Customers.Accounts;
using Smile.Customers.Subscriptions;
using Smile.Kernel;
using Smile.Receivables;
using Smile.Session;
using Smile.Soap.Xml;

namespace Smile.Billing.Contracts;

/// <summary>proposeContractTermination() and commitContractTermination() (guide, lines 16078, 16175).</summary>
[UseCase]
public sealed class ContractTermination(StageSession session, RaiseInvoice invoices, Ledger ledger)
{
    private const Fault OfferExpired = Fault.OfferExpiredException;

    /// <summary>What leaving on a day would charge. Nothing is changed.</summary>
    public async Task<SubscriptionContractTerminationOfferType> ProposeAsync(
        string usn,
        int subscriptionContractId,
        XmlTimestamp terminationDate,
        CancellationToken cancellation
    )
    {
        var (subscription, account, _) = await session.ReadSubscriptionAsync(usn, cancellation);
        var contract = await FindAsync(subscription, subscriptionContractId, cancellation);
        if (contract.Terminated is { } terminated)
        {
            throw Refuse.Invalid("subscriptionContractId", contract.Id, $"The contract was terminated on {terminated:yyyy-MM-dd}.");
        }

        var zone = session.ZoneOf(account);
        var day = Checked(contract, zone.DateOf(terminationDate), "terminationDate");
        var offerId = await OfferIdAsync(subscription, contract, day, cancellation);
        return new SubscriptionContractTerminationOfferType
        {
            OfferId = offerId.ToString(),
            SubscriptionContractId = contract.Id,
            USN = subscription.Usn.Value,
            TerminationDate = zone.ToXml(day),
            NewInvoiceRequest = Charge(account, contract, day, offerId),
        };
    }

    /// <summary>Terminates a contract and raises the charges that the offer still has, as they are in it.</summary>
    public async Task<SubscriptionContractTerminationResponseType> CommitAsync(
        string usn,
        SubscriptionContractTerminationOfferType offer,
        CancellationToken cancellation
    )
    {
        if (offer.USN.Trim() != usn.Trim())
        {
            throw Refuse.Invalid("USN", offer.USN, $"The offer must be for the subscription {usn}.");
        }

        var (account, subscription) =
            await session.BeginOnSubscriptionAsync(usn.Trim(), cancellation) ?? throw StageSession.NoSuchSubscription(usn);
        var contract = await FindAsync(subscription, offer.SubscriptionContractId, cancellation);
        if (contract.Terminated is { } terminated)
        {
            throw Refuse.With(
                OfferExpired,
                "SubscriptionContractId",
                contract.Id,
                $"The contract was terminated on {terminated:yyyy-MM-dd}."
            );
        }

        var day = Checked(contract, offer.TerminationDate.Date, "TerminationDate");
        if (
            offer.OfferId is { } stated
            && (!Guid.TryParse(stated, out var offerId) || offerId != await OfferIdAsync(subscription, contract, day, cancellation))
        )
        {
            throw Refuse.With(
                OfferExpired,
                "OfferId",
                stated,
                "The subscription or its contract has changed since, or the offer is another day's. Use proposeContractTermination() again."
            );
        }

        if (!session.Caller.MayChooseAmounts)
        {
            var offered = Charge(account, contract, day, await OfferIdAsync(subscription, contract, day, cancellation));
            OfferedCharges.RequireUnchanged(offer.NewInvoiceRequest, offered, all: true, "proposeContractTermination");
        }

        contract.Terminated = day;

        // Days of suspension under contract are free of charge when it is over, which is now earlier.
        subscription.RebillFromDay(day);

        // The guide's invoice for the account 2142422423 is not rounded (line 16249), though others of the same account are (line 11587).
        var invoice = offer.NewInvoiceRequest is { ChargeRequest.Count: > 0 } request
            ? await invoices.RaiseAsync(account, request, roundToCash: false, cancellation)
            : null;
        await invoices.CommitAsync(cancellation);
        return new SubscriptionContractTerminationResponseType
        {
            SubscriptionContractId = contract.Id,
            USN = subscription.Usn.Value,
            TerminationDate = session.ZoneOf(account).ToXml(day),
            Invoice = invoice is null
                ? null
                : (await ledger.DocumentsAsync(account, invoice.Items, cancellation)).Itemised(invoice, TransactionView.Result),
        };
    }

    private async Task<SubscriptionContract> FindAsync(Subscription subscription, int id, CancellationToken cancellation)
    {
        var contract = await session.Database.SubscriptionContracts.FirstOrDefaultAsync(candidate => candidate.Id == id, cancellation);
        var owner = contract is null ? null : await session.AccountOfSubscriptionAsync(contract.SubscriptionUsn, cancellation);
        if (owner is not { } account || !session.Caller.MayReach(account))
        {
            throw Refuse.NotFound(
                "subscriptionContractId",
                id,
                "There is no such subscription contract. Use getSubscriptionContracts().",
                Missing.SubscriptionContract
            );
        }

        return contract!.SubscriptionUsn == subscription.Usn
            ? contract
            : throw Refuse.Invalid("subscriptionContractId", id, $"The contract is not one of {subscription.Usn}.");
    }

    private static DateOnly Checked(SubscriptionContract contract, DateOnly day, string what) =>
        day >= contract.StartDate && day <= contract.EndDate
            ? day
            : throw Refuse.Invalid(
                what,
                day,
                $"The contract is from {contract.StartDate:yyyy-MM-dd} to {contract.EndDate:yyyy-MM-dd}, and is terminated within that."
            );

    /// <summary>Of everything that decides whether the termination is the one that was offered.</summary>
    private async Task<Guid> OfferIdAsync(
        Subscription subscription,
        SubscriptionContract contract,
        DateOnly day,
        CancellationToken cancellation
    )
    {
        var planned = await session
            .Database.ReadPlanScheduleItems.Where(item => item.SubscriptionUsn == subscription.Usn)
            .OrderBy(item => item.Id)
            .ToListAsync(cancellation);
        return OfferIds.Of([
            subscription.Usn.Value,
            subscription.AccountUsn.Value,
            $"{subscription.ProvisionStatus}",
            $"{subscription.SuspendStatus}",
            $"{subscription.ActivateStatus}",
            Text(subscription.Closed?.UtcTicks),
            Text(contract.Id),
            Text(contract.StartDate.DayNumber),
            Text(contract.EndDate.DayNumber),
            Amount(contract.ContractValue),
            Amount(contract.EarlyTerminationCharge),
            Amount(contract.MinimumTerminationCharge),
            Amount(contract.MaximumTerminationCharge),
            Text(day.DayNumber),
            .. planned.SelectMany(item =>
                new[] { Text(item.Id), Text(item.PlanScheduleType), item.PlanCode, Text(item.Start.UtcTicks), item.Options.ToJson() }
            ),
        ]);

        static string? Text(long? number) => number?.ToString(CultureInfo.InvariantCulture);

        // However many zeros it is stored with.
        static string Amount(decimal amount) => amount.ToString("G29", CultureInfo.InvariantCulture);
    }

    /// <summary>The charge for leaving; null where there is none.</summary>
    private NewInvoiceRequestType? Charge(Account account, SubscriptionContract contract, DateOnly day, Guid offerId)
    {
        var zone = session.ZoneOf(account);
        var amount = ContractAmounts.TerminationCharge(contract, day, zone, session.CurrencyOf(account));
        if (amount == 0m)
        {
            return null;
        }

        var fee = session.Catalogue.Contract(contract.ContractId)!.EarlyTerminationFee;
        var item = ContractDocuments.Item(session.Catalogue, account.CompanyId, fee);
        var today = zone.DateOf(session.Now);
        return new NewInvoiceRequestType
        {
            EffectiveDate = zone.ToXml(today).ToString(),
            DueDate = zone.ToXml(invoices.DueDate(account, today)).ToString(),
            ChargeRequest =
            [
                new ChargeRequestType
                {
                    USN = contract.SubscriptionUsn.Value,
                    ItemCode = item.Code,
                    Description = fee.Description ?? item.Description,
                    Count = 1,
                    StartDate = zone.ToXml(day).ToString(),
                    EndDate = zone.ToXml(day.AddDays(1)).ToString(),
                    Amount = amount,
                    ChargeGst = item.ChargeGst,

                    // The offer's own, as in print (line 16136): it is raised at most once.
                    ChargeId = offerId.ToString(),
                },
            ],
        };
    }
}
