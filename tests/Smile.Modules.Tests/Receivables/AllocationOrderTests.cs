using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using Smile.Kernel;
using Smile.Receivables;

namespace Smile.Modules.Tests.Receivables;

/// <summary>What is allocated to what where nobody says it (guide, lines 4413, 13531).</summary>
public sealed class AllocationOrderTests
{
    private static readonly Usn Owner = new("2140000007");

    /// <summary>Debits and credits, each with a name and what is unallocated of it, oldest first.</summary>
    [Theory]
    [InlineData("a 10", "x 10", "x>a 10")]
    [InlineData("a 10", "x 4", "x>a 4")]
    [InlineData("a 4", "x 10", "x>a 4")]
    [InlineData("a 10, b 5", "x 12", "x>a 10, x>b 2")]
    [InlineData("a 10", "x 4, y 4, z 4", "x>a 4, y>a 4, z>a 2")]
    [InlineData("a 10, b 10", "x 4, y 9, z 20", "x>a 4, y>a 6, y>b 3, z>b 7")]
    [InlineData("a 0, b 5", "x 0, y 7", "y>b 5")]
    [InlineData("a 0.01, b 0.01", "x 0.015", "x>a 0.01, x>b 0.005")]
    [InlineData("", "x 10", "")]
    [InlineData("a 10", "", "")]
    public void The_oldest_credit_goes_to_the_oldest_debit(string debits, string credits, string expected)
    {
        var planned = AllocationOrder.Pair(Read(debits, 1m), Read(credits, -1m));
        Assert.Equal(
            expected,
            string.Join(
                ", ",
                planned.Select(each =>
                    string.Create(CultureInfo.InvariantCulture, $"{each.Credit.Number}>{each.Debit.Number} {each.Amount:0.####}")
                )
            )
        );
    }

    [Fact]
    public void Oldest_is_by_day_then_by_effective_time_then_by_number_letter_for_letter()
    {
        var first = new DateTimeOffset(2026, 1, 5, 9, 0, 0, TimeSpan.Zero);
        FinancialTransaction[] unsorted =
        [
            Transaction("b", 1m, new DateOnly(2026, 1, 5), first),
            Transaction("B", 1m, new DateOnly(2026, 1, 5), first),
            Transaction("early", 1m, new DateOnly(2026, 1, 5), first.AddTicks(-1)),
            Transaction("elsewhere", 1m, new DateOnly(2026, 1, 5), first.ToOffset(TimeSpan.FromHours(-11)).AddTicks(-2)),
            Transaction("before", 1m, new DateOnly(2026, 1, 4), first.AddDays(30)),
        ];
        Assert.Equal(
            ["before", "elsewhere", "early", "B", "b"],
            AllocationOrder.OldestFirst(unsorted).Select(transaction => transaction.Number)
        );
    }

    [Theory]
    [InlineData(TransactionState.Closed, TransactionType.Invoice, 5, true)]
    [InlineData(TransactionState.Closed, TransactionType.Receipt, -5, true)]
    [InlineData(TransactionState.Closed, TransactionType.Invoice, 0, false)]
    [InlineData(TransactionState.Open, TransactionType.Invoice, 5, false)]
    [InlineData(TransactionState.Deleted, TransactionType.Invoice, 5, false)]
    [InlineData(TransactionState.Closed, TransactionType.InvoiceReversal, -5, false)]
    [InlineData(TransactionState.Closed, TransactionType.ReceiptReversal, 5, false)]
    public void What_is_closed_and_open_in_part_takes_part_and_reversals_do_not(
        TransactionState state,
        TransactionType type,
        int unallocated,
        bool included
    )
    {
        var transaction = Transaction("1", unallocated, new DateOnly(2026, 1, 1), DateTimeOffset.UnixEpoch, state, type);
        Assert.Equal(included, AllocationOrder.Includes(Owner, transaction));
        Assert.False(AllocationOrder.Includes(new Usn("2140000015"), transaction));
    }

    /// <summary>Nothing is allocated twice or beyond what there is, and one side is used up.</summary>
    [Fact]
    public void Whatever_there_is_all_that_can_be_allocated_is_and_no_more()
    {
        var cents = Gen.Choose(0, 5_000).Select(amount => amount / 100m);
        Prop.ForAll(
                Arb.From(Gen.Zip(cents.ListOf(), cents.ListOf())),
                each =>
                {
                    var (debits, credits) = (Numbered("d", each.Item1, 1m), Numbered("c", each.Item2, -1m));
                    var planned = AllocationOrder.Pair(debits, credits);
                    var total = planned.Sum(allocation => allocation.Amount);
                    return total == Math.Min(each.Item1.Sum(), each.Item2.Sum())
                        && planned.All(allocation => allocation.Amount > 0m)
                        && planned
                            .GroupBy(allocation => allocation.Debit)
                            .All(of => of.Sum(part => part.Amount) <= of.Key.UnallocatedAmount)
                        && planned
                            .GroupBy(allocation => allocation.Credit)
                            .All(of => of.Sum(part => part.Amount) <= -of.Key.UnallocatedAmount)
                        && planned
                            .Select(allocation => debits.IndexOf(allocation.Debit))
                            .SequenceEqual(planned.Select(allocation => debits.IndexOf(allocation.Debit)).Order())
                        && planned
                            .Select(allocation => credits.IndexOf(allocation.Credit))
                            .SequenceEqual(planned.Select(allocation => credits.IndexOf(allocation.Credit)).Order());
                }
            )
            .Check(Config.QuickThrowOnFailure.WithMaxTest(2_000));
    }

    private static List<FinancialTransaction> Numbered(string name, IEnumerable<decimal> amounts, decimal sign) =>
        [
            .. amounts.Select(
                (amount, index) =>
                    Transaction(
                        string.Create(CultureInfo.InvariantCulture, $"{name}{index}"),
                        sign * amount,
                        new DateOnly(2026, 1, 1),
                        DateTimeOffset.UnixEpoch
                    )
            ),
        ];

    private static List<FinancialTransaction> Read(string text, decimal sign) =>
        [
            .. text.Split(", ", StringSplitOptions.RemoveEmptyEntries)
                .Select(each => each.Split(' '))
                .Select(parts =>
                    Transaction(
                        parts[0],
                        sign * decimal.Parse(parts[1], CultureInfo.InvariantCulture),
                        new DateOnly(2026, 1, 1),
                        DateTimeOffset.UnixEpoch
                    )
                ),
        ];

    private static FinancialTransaction Transaction(
        string number,
        decimal unallocated,
        DateOnly day,
        DateTimeOffset effective,
        TransactionState state = TransactionState.Closed,
        TransactionType type = TransactionType.Invoice
    ) =>
        new()
        {
            Number = number,
            AccountUsn = Owner,
            Type = type,
            State = state,
            CompanyId = 1,
            AccountTypeId = 1,
            Currency = "AUD",
            Amount = unallocated,
            GstAmount = 0m,
            UnallocatedAmount = unallocated,
            Effective = effective,
            EnteredBy = Owner,
            TransactionDate = day,
            OpenDate = day,
            Source = TransactionSources.Manual,
        };
}
