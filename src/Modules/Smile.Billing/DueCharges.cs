using Smile.Catalogue;
using Smile.Kernel;
using Smile.Receivables;

namespace Smile.Billing;

/// <summary>A charge that was raised, with what was taken back of it since.</summary>
/// <param name="Line">The charge as it was invoiced or deferred.</param>
/// <param name="TakenBack">The lines that take back days of it.</param>
/// <param name="IsCredited">
/// Whether its transaction was reversed, or the charge retracted: the customer has the money back. Its days stay charged, so that no bill
/// charges them again, and nothing more is paid back for them.
/// </param>
public sealed record RaisedCharge(TransactionItem Line, IReadOnlyList<TransactionItem> TakenBack, bool IsCredited)
{
    public DayRange Days { get; } = new(Line.CoversFrom!.Value, Line.CoversTo!.Value);

    public DayRange Period { get; } = new(Line.PeriodFrom!.Value, Line.PeriodTo!.Value);

    /// <summary>The days that are charged still.</summary>
    public IReadOnlyList<DayRange> Live { get; } =
        new[] { new DayRange(Line.CoversFrom!.Value, Line.CoversTo!.Value) }.Without(
            TakenBack.Select(back => new DayRange(back.CoversFrom!.Value, back.CoversTo!.Value))
        );

    /// <summary>Puts lines that were raised together: charges with what takes them back.</summary>
    /// <param name="credited">The ids of the charges whose amount was given back.</param>
    public static IReadOnlyList<RaisedCharge> From(IEnumerable<TransactionItem> lines, IReadOnlySet<Guid> credited)
    {
        var byKind = lines.ToLookup(line => line.TakesBack is null);
        var back = byKind[false].ToLookup(line => line.TakesBack!.Value);
        return
        [
            .. byKind[true]
                .Select(line => new RaisedCharge(
                    line,
                    line.ChargeId is { } id ? [.. back[id]] : [],
                    line.ChargeId is { } own && credited.Contains(own)
                )),
        ];
    }
}

/// <summary>A charge that is to be raised, or a charge of which days are to be taken back.</summary>
/// <param name="Source">What raises it.</param>
/// <param name="Days">The days that it is for.</param>
/// <param name="Period">The period of the charge's cycle that they are in.</param>
/// <param name="Share">How much of a whole period they are; for what is taken back, how much of the charge.</param>
/// <param name="Before">How much of the period earlier days have: both together are rounded, so that the parts of a period add up to it.
/// For what is taken back, how much of the charge is left before.</param>
internal sealed record DueCharge(ChargeSource Source, DayRange Days, DayRange Period, decimal Share, decimal Before)
{
    /// <summary>The charge that days are taken back of; null where it is raised.</summary>
    public RaisedCharge? TakesBack { get; init; }
}

/// <summary>
/// What is due is what the schedule says, less what was raised. Whatever happened in between, a change of plan in the past, a suspension
/// or a cancellation, the difference takes back what should not have been charged and charges what should have been. Pure.
/// </summary>
internal static class DueCharges
{
    /// <summary>The difference for one subscription or account, charges before what is taken back.</summary>
    /// <param name="sources">What charges it.</param>
    /// <param name="raised">What was raised, of these and of other sources, for periods that end on <paramref name="from"/> or later, and
    /// for the days of periods that go on then.</param>
    /// <param name="from">Charges for periods that end before this day are settled and not looked at.</param>
    /// <param name="through">The last invoicing period that is billed.</param>
    /// <param name="isAhead">Whether that period is not over: then what is charged in arrears is due through the one before.</param>
    public static IReadOnlyList<DueCharge> Of(
        CatalogueSnapshot catalogue,
        IReadOnlyCollection<ChargeSource> sources,
        IReadOnlyList<RaisedCharge> raised,
        ChargeCycles cycles,
        DateOnly from,
        DayRange through,
        bool isAhead = false
    )
    {
        var over = isAhead ? BillingPeriods.Before(cycles.Invoicing, through) : through;
        var due = new List<DueCharge>();
        var back = new List<DueCharge>();
        var bySource = raised.Where(charge => charge.Live.Count > 0).ToLookup(charge => charge.Line.CoveredSource!);
        foreach (var source in sources)
        {
            Compare(
                source,
                [.. bySource[source.Key]],
                cycles,
                from,
                source.Charge?.Timing == ChargeTiming.InAdvance ? through : over,
                due,
                back
            );
        }

        var known = sources.Select(source => source.Key).ToHashSet();
        foreach (var lost in bySource.Where(group => !known.Contains(group.Key) && ChargeSources.IsTakenBack(catalogue, group.Key)))
        {
            var source = new ChargeSource(lost.Key, null, lost.First().Line.Quantity, []);
            back.AddRange(
                lost.Where(charge => charge.Period.To >= from && !charge.IsCredited)
                    .SelectMany(charge => charge.Live.Select(days => TakeBack(source, charge, days, cycles)))
            );
        }

        return [.. due, .. back];
    }

    private static void Compare(
        ChargeSource source,
        IReadOnlyList<RaisedCharge> raised,
        ChargeCycles cycles,
        DateOnly from,
        DayRange through,
        List<DueCharge> due,
        List<DueCharge> back
    )
    {
        var charge = source.Charge ?? throw new InvalidOperationException($"The charge source {source.Key} has no charge.");
        if (source.IsOnce)
        {
            if (raised.Count == 0 && source.Days.Count > 0 && source.Days[0].From >= from)
            {
                due.Add(new DueCharge(source, source.Days[0], source.Days[0], 1m, 0m));
            }

            return;
        }

        var open = raised.Where(line => line.Period.To >= from).ToList();
        var scheduled = RecurringChargeSchedule
            .Through(charge, source.Days, cycles, through, source.Uses)
            .Where(piece => piece.Period.To >= from)
            .ToList();
        if (charge.ProRata == ProRataAction.ProRata)
        {
            var covered = raised.SelectMany(line => line.Live).ToList();
            foreach (var period in scheduled.GroupBy(piece => piece.Period))
            {
                due.AddRange(Uncovered(source, charge, cycles, period.Key, [.. period.Select(piece => piece.Days)], covered));
            }
        }
        else
        {
            due.AddRange(
                scheduled
                    .Where(piece => !open.Any(line => line.Days.Intersect(piece.Period) is not null))
                    .Select(piece => new DueCharge(source, piece.Days, piece.Period, piece.Share, 0m))
            );
        }

        if (open.Count > 0)
        {
            // What was raised ahead stays, if it will be due: so the schedule is looked at as far as anything was raised.
            var last = BillingPeriods.Nearest(cycles.Invoicing, open.Max(line => line.Days.To));
            var expected = RecurringChargeSchedule
                .Through(charge, source.Days, cycles, last.To > through.To ? last : through, source.Uses)
                .ToList();
            var days =
                charge.ProRata == ProRataAction.ProRata ? expected.Select(piece => piece.Days) : expected.Select(piece => piece.Period);
            var stays = DayRanges.Union(days);
            back.AddRange(
                open.Where(line => !line.IsCredited)
                    .SelectMany(line => line.Live.Without(stays).Select(gone => TakeBack(source, line, gone, cycles)))
            );
        }
    }

    /// <summary>
    /// The days of a period that are scheduled and not charged, each range with its share and that of the scheduled days before it.
    /// </summary>
    private static IEnumerable<DueCharge> Uncovered(
        ChargeSource source,
        RecurringChargeItem charge,
        ChargeCycles cycles,
        DayRange period,
        IReadOnlyList<DayRange> scheduled,
        IReadOnlyList<DayRange> covered
    )
    {
        var anchor = source.Anchor(period.From);
        foreach (var days in scheduled.Without(covered))
        {
            var earlier = days.From > period.From ? scheduled.Within(new DayRange(period.From, days.From.AddDays(-1))) : [];
            yield return new DueCharge(source, days, period, ShareOf(days), earlier.Sum(ShareOf));
        }

        decimal ShareOf(DayRange range) => RecurringChargeSchedule.Share(charge, cycles, period, range, anchor);
    }

    private static DueCharge TakeBack(ChargeSource source, RaisedCharge raised, DayRange days, ChargeCycles cycles)
    {
        var whole = ShareOf(raised.Days);
        return whole == 0m
            ? new DueCharge(source, days, raised.Period, 1m, 1m) { TakesBack = raised }
            : new DueCharge(source, days, raised.Period, ShareOf(days) / whole, raised.Live.Sum(ShareOf) / whole) { TakesBack = raised };

        decimal ShareOf(DayRange range) =>
            source.Charge is { } charge
                ? RecurringChargeSchedule.Share(charge, cycles, raised.Period, range, source.Anchor(raised.Period.From))
                : range.Days / (decimal)raised.Period.Days;
    }
}
