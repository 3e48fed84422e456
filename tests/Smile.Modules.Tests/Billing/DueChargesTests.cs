using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using Smile.Billing;
using Smile.Catalogue;
using Smile.Customers.Accounts;
using Smile.Customers.Subscriptions;
using Smile.Kernel;
using Smile.Modules.Tests.Catalogue;
using Smile.Receivables;

namespace Smile.Modules.Tests.Billing;

/// <summary>
/// Random plans, changes, suspensions and closings on random cycles, billed regularly and late: what is charged is what the schedule says.
/// </summary>
public sealed class DueChargesTests
{
    private const int Plans = 3;
    private const int Months = 16;

    private static readonly DateOnly First = new(2015, 1, 14);

    private static readonly Gen<RecurringChargeItem> Charge =
        from frequency in Gen.Elements(Enum.GetValues<ChargeFrequency>())
        from every in Gen.Choose(1, 13)
        from timing in Gen.Elements(Enum.GetValues<ChargeTiming>())
        from advance in Gen.Choose(1, 3)
        from cents in Gen.Choose(1, 9_000_000)
        select new RecurringChargeItem(
            0,
            "cst",
            cents / 100_000m,
            1m,
            frequency,
            frequency is ChargeFrequency.Days or ChargeFrequency.FixedDays ? every * 5 : every,
            timing,
            timing == ChargeTiming.InAdvance ? advance : 0,
            ProRataAction.ProRata,
            0,
            null
        );

    /// <summary>What happens on a day, and the day for which it counts.</summary>
    private static readonly Gen<Happening> Event =
        from day in Gen.Choose(1, 400)
        from kind in Gen.Frequency(
            (4, Gen.Constant(Kind.Change)),
            (2, Gen.Constant(Kind.Suspend)),
            (2, Gen.Constant(Kind.Resume)),
            (1, Gen.Constant(Kind.Close))
        )
        from plan in Gen.Choose(0, Plans - 1)
        from shift in Gen.Frequency((2, Gen.Constant(0)), (1, Gen.Choose(-90, 90)))
        select new Happening(day, kind, plan, shift);

    private static readonly Gen<History> Any =
        from charges in Gen.ArrayOf(Charge, Plans)
        from events in Gen.ListOf(Event, 6)
        from count in Gen.Choose(0, 6)
        from invoicing in AnyCycle.From(First, 80)
        from rating in AnyCycle.From(First, 80)
        from missed in Gen.ArrayOf(Gen.Elements(true, false, false), Months)
        select new History(
            [.. charges.Select((charge, index) => charge with { Id = index + 1 })],
            [.. events.Take(count).OrderBy(each => each.Day)],
            new ChargeCycles(invoicing, rating),
            missed
        );

    [Fact]
    public void Every_day_that_is_due_is_charged_once_and_no_other() =>
        Check(history =>
        {
            var billing = new Simulation(history);
            foreach (var period in billing.Periods)
            {
                // A run that was missed is made up for by the next one, with what is known then.
                if (!history.Missed[billing.Periods.IndexOf(period)] || period == billing.Periods[^1])
                {
                    billing.BillThrough(period);
                    Require(billing, period);
                }
            }
        });

    [Fact]
    public void What_is_foreseen_is_what_is_billed() =>
        Check(history =>
        {
            var billing = new Simulation(history);
            billing.BillThrough(billing.Periods[^4]);
            billing.HappenAll();
            var foreseen = billing.Unit();
            foreach (var period in billing.Periods.TakeLast(3))
            {
                var lines = billing.Price(foreseen, foreseen.Due(billing.Catalogue, period));
                foreseen = foreseen.With(lines, period.To);
                Assert.Equal(lines.Select(Text), billing.Bill(period).Select(Text));
            }
        });

    [Fact]
    public void A_change_that_is_billed_and_undone_nets_to_nothing() =>
        Check(history =>
        {
            var (billing, unchanged) = (new Simulation(history with { Events = [] }), new Simulation(history with { Events = [] }));
            foreach (var period in billing.Periods)
            {
                unchanged.Bill(period);
                billing.Bill(period);
                switch (billing.Periods.IndexOf(period))
                {
                    case 4:
                        billing.Happen(new Happening(0, Kind.Change, 1, 0), First.AddDays(history.Shift));
                        break;
                    case 7:
                        billing.Happen(new Happening(0, Kind.Change, 0, 0), First.AddDays(history.Shift));
                        break;
                    default:
                        break;
                }
            }

            Assert.Equal(
                0m,
                billing.Lines.Where(line => line.ChargeSource!.Contains("plan1", StringComparison.Ordinal)).Sum(line => line.Amount)
            );
            Require(billing, billing.Periods[^1]);
            Assert.InRange(
                billing.Lines.Sum(line => line.Amount) - unchanged.Lines.Sum(line => line.Amount),
                -0.01m * billing.Lines.Count,
                0.01m * billing.Lines.Count
            );
        });

    /// <summary>
    /// Each bill knows no more of the tables than a few periods; where that is too little, it is made when they have gone on.
    /// </summary>
    [Fact]
    public void What_a_table_does_not_have_yet_is_charged_when_it_goes_on() =>
        Check(history =>
        {
            var billing = new Simulation(history);
            foreach (var period in billing.Periods.SkipLast(1))
            {
                billing.Cycles = new ChargeCycles(
                    EndingAfter(history.Cycles.Invoicing, period),
                    EndingAfter(history.Cycles.Rating, period)
                );
                try
                {
                    billing.BillThrough(period);
                }
                catch (SmileException)
                {
                    billing.Cycles = history.Cycles;
                    billing.BillThrough(period);
                }
            }

            billing.Cycles = history.Cycles;
            billing.BillThrough(billing.Periods[^1]);
            Require(billing, billing.Periods[^1]);

            static BillingCycle EndingAfter(BillingCycle cycle, DayRange period)
            {
                if (cycle is not TableCycle table)
                {
                    return cycle;
                }

                var last = BillingPeriods.At(table, period.To);
                var known = table.Starts.Count(start => start <= last.To) + (last.From.Day % 4);
                return table with { Starts = [.. table.Starts.Take(known)], Ends = table.Starts[known].AddDays(-1) };
            }
        });

    private static void Check(Action<History> property) =>
        Prop.ForAll(Arb.From(Any, history => history.Simpler()), property).Check(Config.QuickThrowOnFailure.WithMaxTest(1_500));

    /// <summary>
    /// The days that are charged, and not taken back, are those that the schedule has through the period; the price of each part is its
    /// share, to the cent.
    /// </summary>
    private static void Require(Simulation billing, DayRange through)
    {
        var sources = billing.Unit().Sources;
        foreach (var source in billing.Lines.Select(line => line.ChargeSource!).Concat(sources.Select(source => source.Key)).Distinct())
        {
            var lines = billing.Lines.Where(line => line.ChargeSource == source).ToList();
            var charged = Days(lines.Where(line => line.TakesBack is null));
            var back = Days(lines.Where(line => line.TakesBack is not null));
            var live = charged.GroupBy(day => day).ToDictionary(day => day.Key, day => day.Count());
            back.ForEach(day => live[day] = live.GetValueOrDefault(day) - 1);
            Assert.All(live, day => Assert.InRange(day.Value, 0, 1));
            var known = sources.FirstOrDefault(each => each.Key == source);
            var due = Scheduled(through);
            var stands = live.Where(day => day.Value > 0).Select(day => day.Key).ToHashSet();
            Assert.Empty(due.SelectMany(piece => Days(piece.Days)).Except(stands));

            // What a moved period was charged ahead stays where it will be due.
            Assert.Empty(
                stands.Except(
                    (
                        stands.Count == 0 || stands.Max() <= through.To
                            ? due
                            : Scheduled(BillingPeriods.At(billing.Cycles.Invoicing, stands.Max()))
                    ).SelectMany(piece => Days(piece.Days))
                )
            );
            var price = due.Sum(piece => piece.Share) * (known?.Charge!.Rate ?? 0m);

            // Where a change has moved the day that periods are counted from, what was charged before has the shares of its own periods.
            if (
                stands.Count == due.Sum(piece => piece.Days.Days)
                && lines.TrueForAll(line =>
                    due.Count == 0 || due.Any(piece => piece.Period == new DayRange(line.PeriodFrom!.Value, line.PeriodTo!.Value))
                )
            )
            {
                Assert.InRange(lines.Sum(line => line.Amount) - price, -0.01m * (lines.Count + 1), 0.01m * (lines.Count + 1));
            }

            IReadOnlyList<ScheduledCharge> Scheduled(DayRange last) =>
                known is null ? [] : RecurringChargeSchedule.Through(known.Charge!, known.Days, billing.Cycles, last, known.Uses);
        }
    }

    private static List<DateOnly> Days(IEnumerable<TransactionItem> lines) =>
        [.. lines.SelectMany(line => Days(new DayRange(line.CoversFrom!.Value, line.CoversTo!.Value)))];

    private static IEnumerable<DateOnly> Days(DayRange range) => Enumerable.Range(0, range.Days).Select(range.From.AddDays);

    private static string Text(TransactionItem line) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{line.ChargeSource} {line.ChargeFrom} {line.ChargeTo} {line.Amount} {line.GstAmount} {line.TakesBack is not null}"
        );

    internal enum Kind
    {
        Change,
        Suspend,
        Resume,
        Close,
    }

    internal sealed record Happening(int Day, Kind Kind, int Plan, int Shift);

    internal sealed record History(
        IReadOnlyList<RecurringChargeItem> Charges,
        IReadOnlyList<Happening> Events,
        ChargeCycles Cycles,
        IReadOnlyList<bool> Missed
    )
    {
        /// <summary>Some days or weeks.</summary>
        public int Shift => 3 * BillingPeriods.At(Cycles.Invoicing, First).From.Day;

        public override string ToString() =>
            string.Join(
                '\n',
                Charges.Cast<object>().Concat(Events).Append($"{Cycles}, runs {string.Concat(Missed.Select(missed => missed ? '-' : 'x'))}")
            );

        /// <summary>With one event, or one missed run, less.</summary>
        public IEnumerable<History> Simpler() =>
            Enumerable
                .Range(0, Events.Count)
                .Select(index => this with { Events = [.. Events.Where((_, position) => position != index)] })
                .Concat(
                    Enumerable
                        .Range(0, Missed.Count)
                        .Where(index => Missed[index])
                        .Select(index => this with { Missed = [.. Missed.Select((missed, position) => missed && position != index)] })
                );
    }

    /// <summary>A subscription in memory that is changed and billed as the use cases do it.</summary>
    private sealed class Simulation
    {
        private static readonly BillingTimeZone Zone = new(19, "Australia/Sydney");
        private static readonly Usn Usn = new("1");

        private readonly Queue<Happening> _events;
        private readonly List<PlanScheduleItem> _items = [];
        private readonly List<SubscriptionEvent> _log = [];
        private readonly Account _account;
        private DateOnly? _billedThrough;
        private DateOnly? _rebillFrom;
        private bool _isSuspended;
        private bool _isClosed;

        public Simulation(History history)
        {
            _events = new Queue<Happening>(history.Events);
            Cycles = history.Cycles;
            Catalogue = new CatalogueSnapshot(
                1,
                ExampleCatalogue.Content with
                {
                    Plans =
                    [
                        .. history.Charges.Select(
                            (charge, index) => new Plan(index + 1, $"plan{index}", "Plan", 414, 1) { RecurringCharges = [charge] }
                        ),
                    ],
                    Packages = [],
                    Contracts = [],
                }
            );
            _account = new Account
            {
                Usn = new Usn("2"),
                CompanyId = 1,
                AccountTypeId = 1,
                AccountTermsId = 1,
                Currency = "AUD",
                TimeZoneId = 19,
                InvoicingCycle = new CycleChoice(CycleType.Monthly, 1),
                RatingCycle = new CycleChoice(CycleType.Monthly, 1),
                Username = "2",
                Properties = FieldValues.None,
                Created = Zone.StartOf(First),
                ChangedBy = Usn,
            };
            Periods = [];
            for (
                var period = BillingPeriods.At(Cycles.Invoicing, First);
                Periods.Count < Months;
                period = BillingPeriods.Next(Cycles.Invoicing, period)
            )
            {
                Periods.Add(period);
            }

            _items.Add(Item(0, First));
        }

        public CatalogueSnapshot Catalogue { get; }

        public ChargeCycles Cycles { get; set; }

        public List<DayRange> Periods { get; }

        public List<TransactionItem> Lines { get; } = [];

        /// <summary>Everything up to the day after a period happens, and then all periods to it are billed that were not.</summary>
        public void BillThrough(DayRange period)
        {
            while (_events.TryPeek(out var next) && First.AddDays(next.Day) <= period.To)
            {
                Happen(_events.Dequeue());
            }

            foreach (var open in Periods.Where(candidate => !(candidate.To <= _billedThrough) && candidate.To <= period.To))
            {
                Bill(open);
            }
        }

        public void HappenAll()
        {
            while (_events.TryDequeue(out var next))
            {
                Happen(next);
            }
        }

        public IReadOnlyList<TransactionItem> Bill(DayRange period)
        {
            var unit = Unit();
            var lines = Price(unit, unit.Due(Catalogue, period));
            Lines.AddRange(lines);
            (_billedThrough, _rebillFrom) = (period.To, _rebillFrom > period.To ? _rebillFrom : null);
            return lines;
        }

        public BilledUnit Unit()
        {
            var from = BillingRecords.From(_billedThrough, _rebillFrom);
            var sources = ChargeSources.OfPlans(
                Catalogue,
                SubscriptionHistory.Plans(_items, Zone),
                SubscriptionHistory.SuspendedDays(_log, [], Zone)
            );
            return new BilledUnit(
                Usn,
                Cycles,
                [.. sources],
                RaisedCharge.From(
                    Lines.Where(line => line.PeriodTo >= BillingRecords.SeenFrom(Catalogue, Cycles, from, _items, [])),
                    new HashSet<Guid>()
                ),
                from
            );
        }

        public IReadOnlyList<TransactionItem> Price(BilledUnit unit, IReadOnlyList<DueCharge> due) =>
            new BillLines(Catalogue, _account, ApplicableDiscounts.None, First, Zone.StartOf(First), _ => Guid.NewGuid()).Of(unit, due);

        public void Happen(Happening happening) => Happen(happening, First.AddDays(happening.Day));

        public void Happen(Happening happening, DateOnly day)
        {
            var effective = day.AddDays(happening.Shift) is var shifted && shifted < First ? First : shifted;
            switch (happening.Kind)
            {
                case Kind.Change when !_isClosed && !_isSuspended:
                    _items.RemoveAll(item => item.Start >= Zone.StartOf(effective));
                    _items.Add(Item(happening.Plan, effective));
                    Rebill(effective);
                    break;
                case Kind.Suspend when !_isClosed && !_isSuspended:
                    _isSuspended = true;
                    _items.RemoveAll(item => item.Start > Zone.StartOf(day));
                    Log(SubscriptionEvent.Suspended, day);
                    break;
                case Kind.Resume when !_isClosed && _isSuspended:
                    _isSuspended = false;
                    Log(SubscriptionEvent.Resumed, day);
                    break;
                case Kind.Close when !_isClosed:
                    _isClosed = true;
                    _items.RemoveAll(item => item.Start >= Zone.StartOf(day));
                    _items.Add(Item(null, day));
                    Rebill(day);
                    break;
                default:
                    break;
            }
        }

        private void Log(string kind, DateOnly day)
        {
            _log.Add(
                new SubscriptionEvent
                {
                    SubscriptionUsn = Usn,
                    At = Zone.StartOf(day),
                    Kind = kind,
                    ChangedBy = Usn,
                    Id = _log.Count + 1,
                }
            );
            Rebill(day);
        }

        private void Rebill(DateOnly day) => _rebillFrom = day < _rebillFrom || _rebillFrom is null ? day : _rebillFrom;

        private PlanScheduleItem Item(int? plan, DateOnly day) =>
            new()
            {
                Id = _items.Count + 1,
                SubscriptionUsn = Usn,
                PlanScheduleType = 1,
                PlanCode = plan is { } code ? $"plan{code}" : null,
                Start = Zone.StartOf(day),
                ChangedBy = Usn,
            };
    }
}
