using System.Globalization;
using Smile.Catalogue;
using Smile.Contracts;
using Smile.Contracts.Faults;
using Smile.Customers;
using Smile.Customers.Accounts;
using Smile.Customers.Subscriptions;
using Smile.Kernel;
using Smile.Receivables;
using Smile.Session;

namespace Smile.Billing.Plans;

/// <summary>
/// proposePlanChange() and commitPlanChange(): what a change of plan costs, and the change by what was offered (guide, lines 9121 to 9651).
/// </summary>
[UseCase]
public sealed class PlanChangeOffers(
    StageSession session,
    PlanSchedules schedules,
    BillingRecords records,
    RaiseInvoice invoices,
    DeferredCharges deferred,
    Ledger ledger
)
{
    private const Fault OfferExpired = Fault.OfferExpiredException;

    /// <summary>What a change would charge and take back of what was charged. Nothing is changed.</summary>
    public async Task<PlanChangeOfferType> ProposeAsync(string usn, PlanChangeProposalType proposal, CancellationToken cancellation)
    {
        var (_, account, _) = await session.ReadSubscriptionAsync(usn, cancellation);
        var record = (await records.ReadAsync([account], forChange: false, cancellation, new Usn(usn.Trim())))[0];
        var (_, lines, offerId) = await WorkOutAsync(record, proposal.PlanScheduleItem, cancellation);
        return new PlanChangeOfferType
        {
            USN = record.Subscriptions[0].Subscription.Usn.Value,
            PlanChangeProposal = new PlanChangeProposalType { PlanScheduleItem = proposal.PlanScheduleItem, OfferId = offerId.ToString() },
            NewInvoiceRequest = Offered(account, lines),
        };
    }

    /// <summary>
    /// Changes the plan and raises the offer's charges as they are in it. Charges that were offered and are left out are deferred; those
    /// that the caller adds are raised, too.
    /// </summary>
    public async Task<PlanChangeResponseType> CommitAsync(string usn, PlanChangeOfferType offer, CancellationToken cancellation)
    {
        if (offer.USN.Trim() != usn.Trim())
        {
            throw Refuse.Invalid("USN", offer.USN, $"The offer must be for the subscription {usn}.");
        }

        if (offer.PlanChangeProposal.OfferId is not { Length: > 0 } stated)
        {
            throw Refuse.Invalid("OfferId", "", "Send the offer back with the id that proposePlanChange() gave it.");
        }

        var (account, subscription) =
            await session.BeginOnSubscriptionAsync(usn.Trim(), cancellation) ?? throw StageSession.NoSuchSubscription(usn);
        var record = (await records.ReadAsync([account], forChange: true, cancellation, subscription.Usn))[0];
        PlannedChange change;
        IReadOnlyList<TransactionItem> lines;
        Guid offerId;
        try
        {
            (change, lines, offerId) = await WorkOutAsync(record, offer.PlanChangeProposal.PlanScheduleItem, cancellation);
        }
        catch (SmileException) when (subscription.IsClosed || subscription.SuspendStatus == SuspendStatus.Suspended)
        {
            throw Expired(stated);
        }

        if (!Guid.TryParse(stated.Trim(), out var id) || id != offerId)
        {
            throw Expired(stated);
        }

        if (!session.Caller.MayChooseAmounts)
        {
            // What is left out is charged with the next bill.
            OfferedCharges.RequireUnchanged(offer.NewInvoiceRequest, Offered(account, lines), all: false, "proposePlanChange");
        }

        schedules.Apply(account, subscription, change);
        session.ChangeRating(subscription, change.Item.Start);
        var offered = lines.ToDictionary(line => line.ChargeId!.Value);
        var requests = offer.NewInvoiceRequest?.ChargeRequest ?? [];
        var kept = requests
            .Select(request => Guid.TryParse(request.ChargeId?.Trim(), out var chargeId) ? chargeId : (Guid?)null)
            .OfType<Guid>()
            .ToHashSet();
        var left = lines.Where(line => !kept.Contains(line.ChargeId!.Value)).ToList();
        FinancialTransaction? invoice = null;
        if (offer.NewInvoiceRequest is { ChargeRequest.Count: > 0 } request)
        {
            invoice = await invoices.RaiseAsync(account, AsRaised(request), roundToCash: true, cancellation, line => Cover(line, offered));
        }

        await deferred.DeferAsync(account, left, cancellation);
        await invoices.CommitAsync(cancellation);
        return new PlanChangeResponseType
        {
            Invoice = invoice is null
                ? null
                : (await ledger.DocumentsAsync(account, invoice.Items, cancellation)).Itemised(invoice, TransactionView.Result),
        };
    }

    /// <summary>The change, its charges, and the id of an offer of them.</summary>
    private async Task<(PlannedChange Change, IReadOnlyList<TransactionItem> Lines, Guid OfferId)> WorkOutAsync(
        AccountRecord record,
        PlanScheduleItemType proposal,
        CancellationToken cancellation
    )
    {
        var (account, subscription) = (record.Account, record.Subscriptions[0]);
        var change = await schedules.PlanAsync(
            account,
            subscription.Subscription,
            subscription.PlanItems,
            proposal,
            Fault.InvalidRequestException,
            cancellation
        );
        var seen = await records.SeenSinceAsync(subscription, change.Day, cancellation);
        var basis = Basis(seen, change);
        var day = session.DayOf(account);
        var lines = PlanChangeCharges.Of(session.Catalogue, record with { Subscriptions = [seen] }, change, day, session.Now, basis);
        var offerId = OfferIds.Of([
            .. basis,
            .. lines.SelectMany(line =>
                new[] { line.ChargeId.ToString(), line.ItemCode, line.Description, Text(line.Amount), Text(line.GstAmount) }
            ),
        ]);
        return (change, lines, offerId);
    }

    /// <summary>Everything that decides what is offered; when any of it changes, the offer has expired (guide, line 9206).</summary>
    private static IReadOnlyList<string?> Basis(SubscriptionRecord record, PlannedChange change) =>
        [
            record.Subscription.Usn.Value,
            record.Subscription.AccountUsn.Value,
            $"{record.Subscription.SuspendStatus}",
            $"{record.Subscription.BilledThrough:yyyy-MM-dd}",
            Text(record.Events.Count),
            .. record
                .PlanItems.OrderBy(item => item.Id)
                .SelectMany(item =>
                    new[] { Text(item.Id), item.PlanCode, Text(item.Start.UtcTicks), item.Options.ToJson(), item.ChargeOverrides.ToJson() }
                ),
            .. record.Contracts.SelectMany(contract => new[] { Text(contract.From.DayNumber), Text(contract.To.DayNumber) }),
            .. record.Raised.SelectMany(raised => raised.TakenBack.Prepend(raised.Line)).Select(line => Text(line.Id)),
            change.Item.PlanCode,
            Text(change.Item.Start.UtcTicks),
            change.Item.Options.ToJson(),
            change.Item.ChargeOverrides.ToJson(),
            change.Item.TariffOverrides,
            change.Item.ChargingRuleOverrides,
        ];

    private static string Text(IFormattable value) => value.ToString(value is decimal ? "G29" : null, CultureInfo.InvariantCulture);

    /// <summary>Charges as they are offered; null where there are none.</summary>
    private NewInvoiceRequestType? Offered(Account account, IReadOnlyList<TransactionItem> lines)
    {
        var zone = session.ZoneOf(account);
        var today = zone.DateOf(session.Now);
        return lines.Count == 0
            ? null
            : new NewInvoiceRequestType
            {
                EffectiveDate = zone.ToXml(today).ToString(),
                DueDate = zone.ToXml(invoices.DueDate(account, today)).ToString(),
                ChargeRequest = [.. lines.Select(line => Request(account, zone, line))],
            };
    }

    private ChargeRequestType Request(Account account, BillingTimeZone zone, TransactionItem line) =>
        new()
        {
            USN = line.Usn.Value,
            ItemCode = line.ItemCode,
            Description = line.Description,
            Quantity = line.Quantity,
            StartDate = zone.ToXml(line.ChargeFrom).ToString(),

            // The day after the last one, as in print (line 9286).
            EndDate = zone.ToXml(line.ChargeTo.AddDays(1)).ToString(),
            // As raiseInvoice() takes it: the discount goes off.
            Amount = MoneyDocuments.Scaled(line.Amount + line.Discount, session.CurrencyOf(account).Decimals),
            ChargeGst = line.ChargeGst,
            Gst = !line.ChargeGst
                ? null
                : new ChargeGstType
                {
                    GstId = session
                        .Catalogue.Content.GstSchedules.First(schedule =>
                            schedule.Code == session.Catalogue.AccountType(account.AccountTypeId).GstSchedule
                        )
                        .Id,
                    Amount = MoneyDocuments.Scaled(line.GstAmount, session.CurrencyOf(account).Decimals),
                },
            ChargeId = line.ChargeId.ToString(),
            RetractChargeId = line.TakesBack?.ToString(),
            Discount = line.Discount == 0m ? null : new ChargeDiscountType { DiscountID = line.DiscountId, Amount = line.Discount },
            PurchaseOrderNumber = line.PurchaseOrderNumber,
        };

    /// <summary>
    /// In an offer a retraction is a charge of its own; as a request to raise, naming the charge would take back all of it once more.
    /// </summary>
    private static NewInvoiceRequestType AsRaised(NewInvoiceRequestType request) =>
        new()
        {
            EffectiveDate = request.EffectiveDate,
            DueDate = request.DueDate,
            InvoiceOperation = request.InvoiceOperation,
            SuppressAutoPayment = request.SuppressAutoPayment,
            ChargeRequest =
            [
                .. request.ChargeRequest.Select(charge => charge.RetractChargeId is null ? charge : WithoutRetraction(charge)),
            ],
        };

    private static ChargeRequestType WithoutRetraction(ChargeRequestType charge) =>
        new()
        {
            USN = charge.USN,
            ItemCode = charge.ItemCode,
            Description = charge.Description,
            Quantity = charge.Quantity,
            Count = charge.Count,
            StartDate = charge.StartDate,
            EndDate = charge.EndDate,
            Amount = charge.Amount,
            ChargeGst = charge.ChargeGst,
            Gst = charge.Gst,
            ChargeId = charge.ChargeId,
            Discount = charge.Discount,
            PurchaseOrderNumber = charge.PurchaseOrderNumber,
            OverrideCostCentre = charge.OverrideCostCentre,
            Object = charge.Object,
            Location = charge.Location,
        };

    /// <summary>Whatever its amount became, an offered charge is for the days that it was offered for.</summary>
    private static void Cover(TransactionItem line, Dictionary<Guid, TransactionItem> offered)
    {
        if (line.ChargeId is { } id && offered.TryGetValue(id, out var charge))
        {
            line.CoverAs(charge);
        }
    }

    private static SmileException Expired(string offerId) =>
        Refuse.With(
            OfferExpired,
            "OfferId",
            offerId,
            "The subscription, its plans, its contract or its charges have changed since. Use proposePlanChange() again."
        );
}

/// <summary>What a change of plan charges and takes back. Pure.</summary>
internal static class PlanChangeCharges
{
    /// <param name="record">With one subscription.</param>
    /// <param name="day">The invoice's day.</param>
    /// <param name="basis">What the ids of the charges are derived from, so that the same offer has the same ones; null for new
    /// ids.</param>
    /// <returns>Charges before retractions, without GST lines and rounding; none where nothing was billed yet.</returns>
    public static IReadOnlyList<TransactionItem> Of(
        Catalogue.CatalogueSnapshot catalogue,
        AccountRecord record,
        PlannedChange change,
        DateOnly day,
        DateTimeOffset now,
        IReadOnlyList<string?>? basis
    )
    {
        var subscription = record.Subscriptions[0];
        if (subscription.Subscription.BilledThrough is not { } billed)
        {
            return [];
        }

        Func<DueCharge, Guid> ids = basis is null
            ? BillLines.NewIds(now)
            : due =>
                OfferIds.Of([
                    .. basis,
                    due.Source.Key,
                    due.TakesBack?.Line.ChargeId?.ToString(),
                    $"{due.Days.From:yyyy-MM-dd}",
                    $"{due.Days.To:yyyy-MM-dd}",
                ]);
        var unit = BillComputation.Unit(catalogue, record.Account, subscription, change.After, change.Day);
        var pricing = new BillLines(catalogue, record.Account, BillComputation.Discounts(catalogue, record), day, now, ids);
        return pricing.Of(unit, unit.Due(catalogue, BillingPeriods.At(unit.Cycles.Invoicing, billed), isAhead: day <= billed));
    }
}
