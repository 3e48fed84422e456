using Microsoft.EntityFrameworkCore;
using Smile.Catalogue;
using Smile.Catalogue.Fields;
using Smile.Catalogue.Wording;
using Smile.Contracts;
using Smile.Contracts.Faults;
using Smile.CustomCollections;
using Smile.Customers.Accounts;
using Smile.Customers.PurchaseOrders;
using Smile.Customers.Subscriptions;
using Smile.Kernel;
using Smile.Session;

namespace Smile.Receivables;

/// <summary>
/// Makes lines of the charges that callers request (guide, line 4112): checks them against the account and the catalogue and prices them.
/// What the checks need is read once for all charges of a request.
/// </summary>
[UseCase]
public sealed class Charges(StageSession session, Retractions retractions)
{
    /// <summary>The charge type of charges that a caller requests, where the catalogue's item names none (guide, line 5596).</summary>
    private const int ManualChargeType = 6;
    private const decimal LargestQuantity = 1_000_000_000m;

    /// <summary>A charge may be for days far ahead, such as those of a contract (guide, line 16132: seventeen years).</summary>
    internal const int MostDaysAhead = 36_525;
    private const int LargestCount = 1_000_000;
    private const int LongestPurchaseOrderNumber = 100;

    /// <summary>
    /// Lines for charges, each behind the line that takes back what it retracts. Not numbered and not yet in the database.
    /// </summary>
    /// <param name="account">Locked.</param>
    /// <param name="day">The invoice's day.</param>
    /// <param name="taxedUnlessSaid">Whether GST is charged as the item says where the request does not say; false for an invoice (guide,
    /// line 4153).</param>
    public async Task<IReadOnlyList<TransactionItem>> PriceAsync(
        Account account,
        IReadOnlyList<ChargeRequestType> requests,
        DateOnly day,
        bool taxedUnlessSaid,
        CancellationToken cancellation
    )
    {
        var surroundings = await ReadAsync(account, requests, day, taxedUnlessSaid, cancellation);
        var lines = new List<TransactionItem>(requests.Count);
        var fields = new List<(FieldRules Rules, FieldValues Values)>(requests.Count);
        foreach (var request in requests)
        {
            var retracted = surroundings.Retracted(request);
            if (retracted is { Item.TransactionNumber: not null })
            {
                lines.Add(Retraction(session, surroundings.Account, retracted));
            }

            var line = Price(surroundings, request, retracted is { Item: { TransactionNumber: null } deferred } ? deferred : null);
            fields.Add((new FieldRules(Item(account, request.ItemCode).Fields), line.Properties));
            lines.Add(line);
        }

        await session.CheckFieldsAsync(fields, Fault.InvalidRequestException, cancellation);
        foreach (var (rules, values) in fields)
        {
            rules.CheckComplete(values, Fault.InvalidRequestException);
        }

        return lines;
    }

    private async Task<Surroundings> ReadAsync(
        Account account,
        IReadOnlyList<ChargeRequestType> requests,
        DateOnly day,
        bool taxedUnlessSaid,
        CancellationToken cancellation
    )
    {
        var chargeIds = Ids(requests.Select(request => request.ChargeId), "chargeId");
        var retractIds = Ids(requests.Select(request => request.RetractChargeId), "retractChargeId");
        if (chargeIds.Count > 0)
        {
            var used = await session
                .Database.TransactionItems.AsNoTracking()
                .Where(item => item.ChargeId != null && chargeIds.Contains(item.ChargeId.Value))
                .Select(item => new
                {
                    item.ChargeId,
                    item.TransactionNumber,
                    item.AccountUsn,
                })
                .FirstOrDefaultAsync(cancellation);
            if (used is not null)
            {
                throw ChargeIdUsed(used.ChargeId!.Value, used.AccountUsn == account.Usn ? used.TransactionNumber : null);
            }
        }

        var others = requests.Select(request => new Usn(request.USN.Trim())).Where(usn => usn != account.Usn).Distinct().ToArray();
        var subscriptions =
            others.Length == 0
                ? []
                : await session
                    .Database.ReadSubscriptions.Where(subscription => others.Contains(subscription.Usn))
                    .Select(subscription => new ChargedSubscription(
                        subscription.Usn,
                        subscription.AccountUsn,
                        subscription.ServiceId,
                        subscription.CostCentreId
                    ))
                    .ToListAsync(cancellation);
        var unknown = others.Where(usn => subscriptions.TrueForAll(subscription => subscription.Usn != usn)).ToArray();
        var otherAccounts =
            unknown.Length == 0
                ? []
                : await session
                    .Database.ReadAccounts.Where(other => unknown.Contains(other.Usn))
                    .Select(other => other.Usn)
                    .ToListAsync(cancellation);
        var purchaseOrderNumbers = requests.Select(request => request.PurchaseOrderNumber?.Trim()).OfType<string>().Distinct().ToArray();
        return new Surroundings(
            account,
            day,
            taxedUnlessSaid,
            subscriptions.ToDictionary(subscription => subscription.Usn),
            otherAccounts.ToHashSet(),
            await retractions.FindAsync(account, retractIds, cancellation),
            requests.Any(request => request.OverrideCostCentre is not null)
                ? (
                    await session
                        .Database.ReadCostCentres.Where(centre => centre.AccountUsn == account.Usn)
                        .Select(centre => centre.Id)
                        .ToListAsync(cancellation)
                ).ToHashSet()
                : new HashSet<int>(),
            purchaseOrderNumbers.Length == 0
                ? []
                : await session
                    .Database.ReadPurchaseOrders.Include(order => order.Subscriptions)
                    .Where(order => order.AccountUsn == account.Usn && purchaseOrderNumbers.Contains(order.Number))
                    .ToDictionaryAsync(order => order.Number, cancellation)
        );
    }

    /// <summary>The line that takes back what is left of an invoiced charge.</summary>
    internal static TransactionItem Retraction(StageSession session, Account account, RetractableCharge retracted)
    {
        var charge = retracted.Item;
        var text = session.Catalogue.Language(account.CompanyId, account.Properties).Fill(Word.RetractionFor, charge.Description);
        return new TransactionItem
        {
            AccountUsn = account.Usn,
            Usn = charge.Usn,
            LineNumber = 0,
            ItemCode = charge.ItemCode,
            ChargeFrom = charge.ChargeFrom,
            ChargeTo = charge.ChargeTo,
            Description = text[..Math.Min(text.Length, TransactionItem.MaxDescriptionLength)],
            Quantity = charge.Quantity,
            DisplayRate = charge.DisplayRate,
            Currency = charge.Currency,
            Amount = -retracted.Amount,
            IsGst = false,
            ChargeGst = charge.ChargeGst,
            GstAmount = -retracted.GstAmount,
            GstId = charge.GstId,
            Discount = -retracted.Discount,
            DiscountId = charge.DiscountId,
            Count = charge.Count,
            SalesReportCategory = charge.SalesReportCategory,
            GlCode = charge.GlCode,
            ChargeTypeId = charge.ChargeTypeId,
            ExcludeFromGrouping = charge.ExcludeFromGrouping,
            Properties = FieldValues.None,
            RetractsChargeId = charge.ChargeId,
            LocationId = charge.LocationId,
            PurchaseOrderNumber = charge.PurchaseOrderNumber,
            CostCentreId = charge.CostCentreId,
            Created = session.Now,
        };
    }

    /// <param name="withdrawn">The deferred charge that goes when this one is invoiced or deferred; null for none.</param>
    private TransactionItem Price(Surroundings surroundings, ChargeRequestType request, TransactionItem? withdrawn)
    {
        var account = surroundings.Account;
        var subscription = Owner(surroundings, request.USN.Trim());
        var item = Item(account, request.ItemCode);
        var currency = session.CurrencyOf(account);
        var from = EffectiveDates.Day(session, account, request.StartDate, "startDate", MostDaysAhead);
        var to = EffectiveDates.Day(session, account, request.EndDate, "endDate", MostDaysAhead);
        if (to < from)
        {
            throw Refuse.Invalid("endDate", request.EndDate, "A charge ends on the day on which it starts or later.");
        }

        var quantity = Bounded(request.Quantity ?? 1m, "quantity", LargestQuantity);
        var count = (int)Bounded(request.Count ?? 0, "count", LargestCount);
        var exact = Exact(account, item, request.Amount, quantity, count);
        var amount = currency.Round(exact);
        var (discount, discountId) = DiscountOf(request.Discount, amount, item, currency);
        var taxed = request.ChargeGst ?? (surroundings.TaxedUnlessSaid && item.ChargeGst);

        // GST is on what the customer pays: the discount goes off first.
        var (gst, gstPercent) = GstOf(account, request.Gst, taxed, exact - discount, amount - discount, surroundings.Day, currency);
        return new TransactionItem
        {
            AccountUsn = account.Usn,
            Usn = subscription?.Usn ?? account.Usn,
            LineNumber = 0,
            ItemCode = item.Code,
            ChargeFrom = from,
            ChargeTo = to,
            Description = Text(request.Description, item),
            Quantity = quantity,
            DisplayRate = request.Amount is null ? item.DisplayRate : null,
            Currency = account.Currency,
            Amount = amount - discount,
            IsGst = false,
            ChargeGst = taxed,
            GstAmount = gst,
            GstId = taxed ? request.Gst?.GstId : null,
            GstPercent = gstPercent,
            Discount = discount,
            DiscountId = discountId,
            Count = count,
            SalesReportCategory = item.ReportingCategory ?? SalesReportCategories.Unknown,
            GlCode = item.GlCode,
            ChargeTypeId = item.ChargeType ?? ManualChargeType,
            Properties = FieldValues.From(request.Object, session.ZoneOf(account)),
            ChargeId = request.ChargeId is { } id ? Guid.Parse(id.Trim()) : null,
            WithdrawsChargeId = withdrawn?.ChargeId,
            LocationId = Location(request.Location),
            PurchaseOrderNumber = PurchaseOrderNumber(surroundings, request, subscription),
            CostCentreId = CostCentreId(surroundings, request.OverrideCostCentre, subscription),
            Created = session.Now,
        };
    }

    /// <summary>The item description of a code or number that charges may be for.</summary>
    internal ItemDescription Item(Account account, string code)
    {
        if (code.Trim() is InvoiceLines.GstItem or InvoiceLines.RoundingItem)
        {
            throw Refuse.Invalid("itemCode", code, "Lines for GST and rounding are added by the server.");
        }

        return session.Catalogue.ItemDescription(account.CompanyId, code.Trim())
            ?? throw Refuse.NotFound(
                "itemCode",
                code,
                "There is no such item description. Use getItemDescription() to look items up.",
                Missing.ItemDescription
            );
    }

    /// <summary>A charge before it is rounded: the request's amount, or the item's rate.</summary>
    internal decimal Exact(Account account, ItemDescription item, decimal? amount, decimal quantity, int count)
    {
        if (amount is { } stated)
        {
            return Math.Abs(stated) <= AmountRules.Largest
                ? stated
                : throw Refuse.Invalid("amount", stated, $"An amount is at most {AmountRules.Largest:0}.");
        }

        if (item.Rate is null || session.Catalogue.RateOf(account.CompanyId, item, account.Currency) is not { } rate)
        {
            throw Refuse.Invalid("amount", "", $"The item {item.Code} has no rate in {account.Currency}: send an amount.");
        }

        var exact = rate * quantity / item.UnitSize * Math.Max(1, count);
        return exact <= AmountRules.Largest ? exact : throw Refuse.Invalid("quantity", quantity, "The charge would be too large.");
    }

    internal static SmileException ChargeIdUsed(Guid id, string? number) =>
        Refuse.Invalid(
            "chargeId",
            id,
            number is null
                ? "The chargeId was used before."
                : $"The chargeId was used before, in transaction {number}. Use getTransaction() to see it."
        );

    private static List<Guid> Ids(IEnumerable<string?> texts, string what)
    {
        var ids = new List<Guid>();
        foreach (var text in texts.OfType<string>())
        {
            if (!Guid.TryParseExact(text.Trim(), "D", out var id))
            {
                throw Refuse.Invalid(what, text, "Expected a UUID such as 0d8c57c3-5ef3-45c2-bc4e-8e3d541c4283.");
            }

            if (ids.Contains(id))
            {
                throw Refuse.Invalid(what, id, "The request has it twice.");
            }

            ids.Add(id);
        }

        return ids;
    }

    /// <summary>The subscription that is charged; null where the account itself is.</summary>
    private ChargedSubscription? Owner(Surroundings surroundings, string usn)
    {
        var key = new Usn(usn);
        if (key == surroundings.Account.Usn)
        {
            return null;
        }

        var subscription = surroundings.Subscriptions.GetValueOrDefault(key);
        var owner = subscription?.AccountUsn ?? (surroundings.OtherAccounts.Contains(key) ? key : null as Usn?);
        if (owner is not { } of || !session.Caller.MayReach(of))
        {
            throw Refuse.NotFound("USN", usn, "There is no such account or subscription, or you may not access it.");
        }

        // Of an account that the caller reaches, but another one than is charged (guide, line 4373).
        return of == surroundings.Account.Usn
            ? subscription
            : throw Refuse.Invalid("USN", usn, $"The USN does not belong to account {surroundings.Account.Usn}.");
    }

    private static decimal Bounded(decimal value, string what, decimal largest) =>
        value >= 0m && value <= largest ? value : throw Refuse.Invalid(what, value, $"Expected 0 to {largest:0}.");

    private static string Text(string? requested, ItemDescription item)
    {
        var text = requested ?? item.Description;
        return text.Length <= TransactionItem.MaxDescriptionLength
            ? text
            : throw Refuse.Invalid("description", "", $"A description has at most {TransactionItem.MaxDescriptionLength} characters.");
    }

    private (decimal Amount, int? Id) DiscountOf(ChargeDiscountType? request, decimal amount, ItemDescription item, Currency currency)
    {
        if (request is null)
        {
            return (0m, null);
        }

        Discount? discount = null;
        if (request.DiscountID is { } id)
        {
            discount =
                session.Catalogue.Discount(id) is { } known && known.IsFor(item.Code)
                    ? known
                    : throw Refuse.NotFound("discountID", id, $"There is no such discount for item {item.Code}.", Missing.Discount);
        }

        var off = request.Amount ?? currency.Round(discount?.Of(amount) ?? 0m);
        return currency.Round(off) == off && off * amount >= 0m && Math.Abs(off) <= Math.Abs(amount)
            ? (off, request.DiscountID)
            : throw Refuse.Invalid(
                "discount",
                off,
                $"A discount has the sign of the amount, is at most the amount, and has at most {currency.Decimals} decimals."
            );
    }

    /// <returns>The per cent is null where the request states the amount.</returns>
    private (decimal Amount, decimal? Percent) GstOf(
        Account account,
        ChargeGstType? request,
        bool taxed,
        decimal exact,
        decimal amount,
        DateOnly day,
        Currency currency
    )
    {
        var schedule = request?.GstId is { } id
            ? session.Catalogue.GstSchedule(id) ?? throw Refuse.NotFound("gstId", id, "There is no such GST schedule.", Missing.Gst)
            : null;
        if (!taxed)
        {
            return request?.Amount is null or 0m
                ? (0m, null)
                : throw Refuse.Invalid("gst", request.Amount, "GST is stated, but chargeGst is not true.");
        }

        var percent = schedule?.PercentAt(day) ?? session.Catalogue.GstPercent(account.AccountTypeId, day);
        var gst = request?.Amount ?? InvoiceLines.Gst(exact, percent, currency);
        return currency.Round(gst) == gst && gst * amount >= 0m && Math.Abs(gst) <= Math.Abs(amount)
            ? (gst, request?.Amount is null ? percent : null)
            : throw Refuse.Invalid(
                "gst",
                gst,
                $"GST has the sign of the charge after its discount, is at most that, and has at most {currency.Decimals} decimals."
            );
    }

    private int? Location(KeyedValueType? document) =>
        document switch
        {
            null => null,
            { Key: { } key } => session.Catalogue.Office(key)?.Id
                ?? throw Refuse.NotFound("location", key, "There is no such office location."),
            _ => throw Refuse.Invalid("location", document.Value, "Name the office by its key."),
        };

    private static string? PurchaseOrderNumber(Surroundings surroundings, ChargeRequestType request, ChargedSubscription? subscription)
    {
        var number = request.PurchaseOrderNumber?.Trim();
        if (string.IsNullOrEmpty(number))
        {
            return null;
        }

        if (number.Length > LongestPurchaseOrderNumber)
        {
            throw Refuse.Invalid(
                "purchaseOrderNumber",
                number,
                $"A purchase order number has at most {LongestPurchaseOrderNumber} characters."
            );
        }

        // A number that was never recorded is the customer's word; a recorded one must be good for the charge.
        if (surroundings.PurchaseOrders.TryGetValue(number, out var order))
        {
            if (order.Deprecated || order.Expires < surroundings.Day)
            {
                throw Refuse.Invalid(
                    "purchaseOrderNumber",
                    number,
                    order.Deprecated ? "The purchase order is out of use." : $"The purchase order expired on {order.Expires:yyyy-MM-dd}."
                );
            }

            if (
                order.Subscriptions.Count > 0
                && (subscription is null || order.Subscriptions.All(covered => covered.SubscriptionUsn != subscription.Usn))
            )
            {
                throw Refuse.Invalid("purchaseOrderNumber", number, $"The purchase order does not cover {request.USN}.");
            }
        }

        return number;
    }

    /// <summary>The charge's own, the subscription's, or the account's (guide, line 4257).</summary>
    private static int? CostCentreId(Surroundings surroundings, KeyedValueType? document, ChargedSubscription? subscription) =>
        document switch
        {
            null => subscription?.CostCentreId ?? surroundings.Account.CostCentreId,
            { Key: { } key } => surroundings.CostCentres.Contains(key)
                ? key
                : throw Refuse.NotFound("overrideCostCentre", key, "The account has no such cost centre.", Missing.CostCentre),
            _ => throw Refuse.Invalid("overrideCostCentre", document.Value, "Name the cost centre by its key."),
        };

    /// <summary>The purchase orders among those named whose charges need an invoice of their own.</summary>
    internal async Task RequireExclusiveAsync(Account account, IReadOnlyList<TransactionItem> lines, CancellationToken cancellation)
    {
        var numbers = lines.Select(line => line.PurchaseOrderNumber).OfType<string>().Distinct().ToArray();
        if (numbers.Length == 0)
        {
            return;
        }

        var exclusive = await session
            .Database.ReadPurchaseOrders.Where(order =>
                order.AccountUsn == account.Usn && order.ExclusiveInvoice && numbers.Contains(order.Number)
            )
            .Select(order => order.Number)
            .FirstOrDefaultAsync(cancellation);
        if (exclusive is not null && lines.Any(line => line.PurchaseOrderNumber != exclusive))
        {
            throw Refuse.Invalid(
                "purchaseOrderNumber",
                exclusive,
                "The purchase order wants an invoice of its own: raise its charges apart from others."
            );
        }
    }

    private sealed record ChargedSubscription(Usn Usn, Usn AccountUsn, int ServiceId, int? CostCentreId);

    private sealed record Surroundings(
        Account Account,
        DateOnly Day,
        bool TaxedUnlessSaid,
        IReadOnlyDictionary<Usn, ChargedSubscription> Subscriptions,
        IReadOnlySet<Usn> OtherAccounts,
        IReadOnlyDictionary<Guid, RetractableCharge> RetractedCharges,
        IReadOnlySet<int> CostCentres,
        IReadOnlyDictionary<string, PurchaseOrder> PurchaseOrders
    )
    {
        public RetractableCharge? Retracted(ChargeRequestType request) =>
            request.RetractChargeId is { } id ? RetractedCharges[Guid.Parse(id.Trim())] : null;
    }
}
