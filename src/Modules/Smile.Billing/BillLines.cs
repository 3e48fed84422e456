using Smile.Billing.Usage;
using Smile.Catalogue;
using Smile.Catalogue.Wording;
using Smile.Customers.Accounts;
using Smile.Kernel;
using Smile.Receivables;

namespace Smile.Billing;

/// <summary>A subscription, or an account itself, as bills see it.</summary>
/// <param name="Usn">The subscription or account.</param>
/// <param name="Sources">What charges it.</param>
/// <param name="Raised">What was raised for periods that end on <paramref name="From"/> or later.</param>
/// <param name="From">Charges for periods that end before it are settled.</param>
internal sealed record BilledUnit(
    Usn Usn,
    ChargeCycles Cycles,
    IReadOnlyCollection<ChargeSource> Sources,
    IReadOnlyList<RaisedCharge> Raised,
    DateOnly From
)
{
    public int? CostCentreId { get; init; }

    /// <summary>The purchase order that covers its charges; null for none.</summary>
    public string? PurchaseOrderNumber { get; init; }

    /// <summary>What is due of it through an invoicing period.</summary>
    /// <param name="isAhead">Whether the period is not over: then what is charged in arrears of it is not due.</param>
    public IReadOnlyList<DueCharge> Due(CatalogueSnapshot catalogue, DayRange through, bool isAhead = false) =>
        DueCharges.Of(catalogue, Sources, Raised, Cycles, From, through, isAhead);

    /// <summary>The unit as it is when some lines of it have been raised.</summary>
    public BilledUnit With(IEnumerable<TransactionItem> lines, DateOnly through) =>
        this with
        {
            Raised = RaisedCharge.From(
                Raised
                    .SelectMany(charge => charge.TakenBack.Prepend(charge.Line))
                    .Concat(lines.Where(line => line.CoveredUsn == Usn && line.ChargeSource is not null)),
                Raised.Where(charge => charge.IsCredited).Select(charge => charge.Line.ChargeId!.Value).ToHashSet()
            ),
            From = through.AddDays(1),
        };
}

/// <summary>
/// Makes lines of what is due: the one place where recurring charges get their price. Pure, so that a quote, an offer or a future bill is
/// the invoice that it becomes.
/// </summary>
/// <param name="day">The invoice's day, for its GST.</param>
/// <param name="newChargeId">Gives each charge its id.</param>
/// <param name="usage">What counts towards minimum charges besides recurring charges; null where no usage is known.</param>
internal sealed class BillLines(
    CatalogueSnapshot catalogue,
    Account account,
    ApplicableDiscounts discounts,
    DateOnly day,
    DateTimeOffset now,
    Func<DueCharge, Guid> newChargeId,
    CountedUsage? usage = null
)
{
    private const int RecurringChargeType = 2;

    private readonly Currency _currency = catalogue.Currency(account.Currency);
    private readonly Language _language = catalogue.Language(account.CompanyId, account.Properties);
    private readonly decimal _gstPercent = catalogue.GstPercent(account.AccountTypeId, day);

    /// <summary>Time-ordered ids (UUID v7) for new charges: friendly to the index.</summary>
    public static Func<DueCharge, Guid> NewIds(DateTimeOffset now) => _ => Guid.CreateVersion7(now);

    /// <summary>A line for each of the charges that comes to something. Not numbered, without rounding and GST lines.</summary>
    public IReadOnlyList<TransactionItem> Of(BilledUnit unit, IReadOnlyList<DueCharge> due)
    {
        var lines = new List<TransactionItem>(due.Count);
        var left = new Dictionary<RaisedCharge, Remainder>();
        foreach (var charge in due)
        {
            if (charge.TakesBack is { } raised)
            {
                lines.Add(TakeBack(unit, charge, left, raised));
            }
            else
            {
                lines.AddRange(Charges(unit, charge));
            }
        }

        return lines;
    }

    /// <summary>
    /// A line for the days that have the same discounts: whenever a charge is billed, the discounts of its days count, and what is taken
    /// back of a line is in proportion to its days. What is charged in full or once goes by its first day.
    /// </summary>
    private IEnumerable<TransactionItem> Charges(BilledUnit unit, DueCharge due)
    {
        var charge = due.Source.Charge!;
        var item = Item(charge.ItemCode);
        if (due.Source.Counts is { } counted)
        {
            return TopUp(unit, due, item, counted);
        }

        var parts =
            charge.ProRata == ProRataAction.ProRata && !due.Source.IsOnce ? discounts.Parts(unit.Usn, item.Code, due.Days) : [due.Days];
        if (parts.Count == 1)
        {
            return [Charge(unit, due, item)];
        }

        var (lines, before) = (new List<TransactionItem>(parts.Count), due.Before);
        foreach (var days in parts)
        {
            var share = RecurringChargeSchedule.Share(charge, unit.Cycles, due.Period, days, due.Source.Anchor(due.Period.From));
            lines.Add(Charge(unit, due with { Days = days, Share = share, Before = before }, item));
            before += share;
        }

        return lines;
    }

    /// <summary>
    /// A minimum charge for what the plan's recurring charges for the same days, and its usage, fall short of it. Their prices count,
    /// without setup charges and before discounts: a minimum would else take back what a discount gives.
    /// </summary>
    private IEnumerable<TransactionItem> TopUp(BilledUnit unit, DueCharge due, ItemDescription item, IReadOnlyList<ChargeSource> counted)
    {
        var wanted = (Rate(due.Source, item) * due.Share) - counted.Sum(source => PriceOf(source, unit.Cycles, due.Days));
        var missing = _currency.Round(wanted - (usage?.Take(unit.Usn, due.Period.From, due.Source.Plan!, wanted) ?? 0m));
        return missing <= 0m
            ? []
            :
            [
                Line(
                    unit,
                    due,
                    new Priced(item, Dated(item.Description, due.Days), missing, item.ChargeGst ? Gst(missing) : 0m)
                    {
                        Quantity = due.Source.Quantity,
                        ChargeGst = item.ChargeGst,
                        DisplayRate = item.DisplayRate,
                    }
                ),
            ];
    }

    /// <summary>What a recurring charge is for some days, whenever it is billed.</summary>
    private decimal PriceOf(ChargeSource source, ChargeCycles cycles, DayRange days)
    {
        var charge = source.Charge!;
        var through = BillingPeriods.Nearest(cycles.Invoicing, days.To);
        var pieces = RecurringChargeSchedule.Through(
            charge with
            {
                Timing = ChargeTiming.InAdvance,
                AdvancePeriods = 1,
            },
            source.Days,
            cycles,
            through,
            source.Uses
        );
        return Rate(source, Item(charge.ItemCode))
            * pieces.Sum(piece => piece.Days.Intersect(days) is { } common ? piece.Share * common.Days / piece.Days.Days : 0m);
    }

    private ItemDescription Item(string code) =>
        catalogue.ItemDescription(account.CompanyId, code)
        ?? throw new InvalidOperationException($"The catalogue has no item description {code}.");

    /// <summary>The price of a whole period, not rounded.</summary>
    /// <exception cref="SmileException">Neither the charge nor its item has a price in the account's currency.</exception>
    private decimal Rate(ChargeSource source, ItemDescription item) =>
        (source.Charge!.Rate ?? catalogue.RateOf(account.CompanyId, item, account.Currency) ?? throw NoRate(item))
        / item.UnitSize
        * source.Quantity;

    private SmileException NoRate(ItemDescription item) =>
        Refuse.Invalid(
            "itemCode",
            item.Code,
            $"The item has no rate in {account.Currency}. Give the charge a rate of its own, or the company an item of its own."
        );

    private TransactionItem Charge(BilledUnit unit, DueCharge due, ItemDescription item)
    {
        var charge = due.Source.Charge!;
        var rate = Rate(due.Source, item);

        // Rounded as a sum with the days before: the parts of a period add up to its price, to the cent.
        var (earlier, later) = (rate * due.Before, rate * (due.Before + due.Share));
        var amount = _currency.Round(later) - _currency.Round(earlier);

        // Of the price of a whole period: a fixed amount is taken off each period once, however many parts it is billed in.
        var off = discounts.Best(unit.Usn, item.Code, _currency.Round(rate), _currency, due.Days.From)?.Discount;
        var discount = off is null
            ? 0m
            : _currency.Round(off.Of(rate) * (due.Before + due.Share)) - _currency.Round(off.Of(rate) * due.Before);
        var gst =
            !item.ChargeGst ? 0m
            : discount == 0m ? Gst(later) - Gst(earlier)
            : Gst(later - earlier - discount);
        return Line(
            unit,
            due,
            new Priced(item, Dated(charge.Text(item.Description)!, due.Days), amount - discount, gst)
            {
                Quantity = due.Source.Quantity,
                ChargeGst = item.ChargeGst,
                DisplayRate = charge.DisplayRate ?? item.DisplayRate,
                Discount = discount,
                DiscountId = discount == 0m ? null : off?.Id,
            }
        );
    }

    private TransactionItem TakeBack(BilledUnit unit, DueCharge due, Dictionary<RaisedCharge, Remainder> left, RaisedCharge raised)
    {
        var before = left.TryGetValue(raised, out var known) ? known : Remainder.Of(raised, due.Before);
        var days = before.Days.Without([due.Days]);
        var share = before.Share - due.Share;
        var after =
            days.Count == 0
                ? new Remainder(days, 0m, 0m, 0m)
                : new Remainder(
                    days,
                    share,
                    before.Amount - Part(raised.Line.Amount, before.Share, share),
                    before.Gst - Part(raised.Line.GstAmount, before.Share, share)
                );
        left[raised] = after;
        var item = catalogue.ItemDescription(account.CompanyId, raised.Line.ItemCode);
        var text = due.Source.Charge is { } charge ? charge.Text(item?.Description) : item?.Description;
        var description = _language.Fill(Word.RetractionFor, text is null ? raised.Line.Description : Dated(text, due.Days));
        return Line(
            unit,
            due,
            new Priced(item, description, after.Amount - before.Amount, after.Gst - before.Gst)
            {
                Quantity = raised.Line.Quantity,
                ChargeGst = raised.Line.ChargeGst,
                DisplayRate = raised.Line.DisplayRate,
            }
        );
    }

    private TransactionItem Line(BilledUnit unit, DueCharge due, Priced priced) =>
        new TransactionItem
        {
            AccountUsn = account.Usn,
            Usn = unit.Usn,
            LineNumber = 0,
            ItemCode = due.TakesBack?.Line.ItemCode ?? priced.Item!.Code,
            ChargeFrom = due.Days.From,
            ChargeTo = due.Days.To,

            // Days take more letters than their places.
            Description = priced.Description[..Math.Min(priced.Description.Length, TransactionItem.MaxDescriptionLength)],
            Quantity = priced.Quantity,
            DisplayRate = priced.DisplayRate,
            Currency = account.Currency,
            Amount = priced.Amount,
            IsGst = false,
            ChargeGst = priced.ChargeGst,
            GstAmount = priced.Gst,
            GstPercent = due.TakesBack is null && priced.ChargeGst ? _gstPercent : null,
            Discount = priced.Discount,
            DiscountId = priced.DiscountId,
            Count = 0,
            SalesReportCategory =
                due.TakesBack?.Line.SalesReportCategory ?? priced.Item!.ReportingCategory ?? SalesReportCategories.Unknown,
            GlCode = due.TakesBack is { } raised ? raised.Line.GlCode : priced.Item!.GlCode,
            ChargeTypeId = due.TakesBack is { } taken ? taken.Line.ChargeTypeId : priced.Item!.ChargeType ?? RecurringChargeType,
            Properties = FieldValues.None,
            ChargeId = newChargeId(due),
            PurchaseOrderNumber = unit.PurchaseOrderNumber,
            CostCentreId = unit.CostCentreId ?? account.CostCentreId,
            Created = now,
        }.Covering(due.Source.Key, due.Days, due.Period, due.TakesBack?.Line.ChargeId);

    /// <summary>What an amount loses when its share goes down: the difference of what is rounded, so that the parts add up.</summary>
    private decimal Part(decimal amount, decimal shareBefore, decimal shareAfter) =>
        _currency.Round(amount * shareBefore) - _currency.Round(amount * shareAfter);

    private decimal Gst(decimal exact) => InvoiceLines.Gst(exact, _gstPercent, _currency);

    private string Dated(string text, DayRange days) => DatedText.Fill(text, days.From, days.To, _language, Word.FormatChargeDay);

    private sealed record Priced(ItemDescription? Item, string Description, decimal Amount, decimal Gst)
    {
        public required decimal Quantity { get; init; }

        public required bool ChargeGst { get; init; }

        public string? DisplayRate { get; init; }

        public decimal Discount { get; init; }

        public int? DiscountId { get; init; }
    }

    /// <summary>What is left of a raised charge.</summary>
    private readonly record struct Remainder(IReadOnlyList<DayRange> Days, decimal Share, decimal Amount, decimal Gst)
    {
        public static Remainder Of(RaisedCharge raised, decimal share) =>
            new(
                raised.Live,
                share,
                raised.Line.Amount + raised.TakenBack.Sum(back => back.Amount),
                raised.Line.GstAmount + raised.TakenBack.Sum(back => back.GstAmount)
            );
    }
}
