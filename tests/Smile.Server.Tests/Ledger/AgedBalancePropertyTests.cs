using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using Smile.Kernel;
using Smile.Receivables.Storage;
using Smile.Server.Tests.Fixture;
using Smile.Testing;
using static Smile.Server.Tests.Fixture.PaymentHelp;

namespace Smile.Server.Tests.Ledger;

/// <summary>An open transaction of a random account, and how much of it a waiting payment names; in cents.</summary>
public sealed record OpenItem(int Amount, int Day, int DueDays, bool IsLateFee, int Named);

/// <summary>A random account's open items, and what waits to be paid.</summary>
/// <param name="Unnamed">A payment that names no debit, in cents; 0 for none.</param>
/// <param name="PaysBalance">Whether a payment of the whole balance waits.</param>
/// <param name="Minimum">Smaller debits are left alone, in cents.</param>
public sealed record OpenAccount(IReadOnlyList<OpenItem> Items, int Unnamed, bool PaysBalance, int Minimum)
{
    public override string ToString() => $"[{string.Join("; ", Items)}] unnamed {Unnamed}, balance {PaysBalance}, minimum {Minimum}";
}

/// <summary>
/// What credit control and summaries see of an account is added up from sums that are kept by day. Whatever is open and whatever waits to
/// be paid, it is what one gets by going through the transactions one by one, as the words of the guide say (lines 3328, 24512).
/// </summary>
[Collection(ServerTests.Name)]
public sealed class AgedBalancePropertyTests(ServerFixture server)
{
    private static readonly DateOnly Today = new(2015, 1, 14);
    private static readonly int[] Ages = [0, 30, 60, 90];
    private static readonly int[] Levels = [1, 30];

    private static readonly int Accounts = Verification.IsFull ? 1_000 : 60;

    [Fact]
    public void Sums_by_day_are_what_each_transaction_says()
    {
        var item =
            from amount in Gen.Frequency((3, Gen.Choose(1, 10_000)), (1, Gen.Choose(1, 600)), (1, Gen.Choose(-10_000, -1)))
            from day in Gen.Choose(-3, 100)
            from due in Gen.Elements(0, 14, 30)
            from late in Gen.Frequency((4, Gen.Constant(false)), (1, Gen.Constant(true)))
            from named in Gen.Frequency((3, Gen.Constant(0)), (1, Gen.Choose(1, 10_000)))
            select new OpenItem(amount, day, due, late && amount > 0, amount > 0 ? named : 0);
        var account =
            from count in Gen.Choose(0, 12)
            from items in Gen.ArrayOf(item, count)
            from unnamed in Gen.Frequency((2, Gen.Constant(0)), (1, Gen.Choose(1, 20_000)))
            from balance in Gen.Frequency((5, Gen.Constant(false)), (1, Gen.Constant(true)))
            from minimum in Gen.Elements(0, 500)
            select new OpenAccount(items, unnamed, balance, minimum);
        Prop.ForAll(Arb.From(account), async each => await RequireAsync(each)).Check(Config.QuickThrowOnFailure.WithMaxTest(Accounts));
    }

    private async Task RequireAsync(OpenAccount account)
    {
        var usn = await LedgerPropertyTests.NewAccountAsync(server, "AUD");
        await EnterAsync(usn, account);
        await using var database = server.Stage.Store.CreateDatabase();
        var standing = await database.AgedBalanceAsync(
            new Usn(usn),
            Today,
            Ages,
            byDueDate: true,
            Levels,
            CancellationToken.None,
            account.Minimum / 100m
        );
        var seen = standing
            .Groups.Select(group => Text(group.AgeGroup, group.OverdueGroup, group.IsCredit, group.Excluded, group.IsLateFee, group.Amount))
            .Order(StringComparer.Ordinal);
        Assert.Equal(Expected(account).Order(StringComparer.Ordinal), seen);
    }

    private async Task EnterAsync(string usn, OpenAccount account)
    {
        var names = account.Items.Select((_, index) => string.Create(CultureInfo.InvariantCulture, $"{usn}-{index}")).ToList();
        foreach (var (item, number) in account.Items.Zip(names))
        {
            var date = Today.AddDays(-item.Day);
            await server.ExecuteAsync(
                """
                INSERT INTO financial_transaction (number, account_usn, type, state, company_id, account_type_id, currency, amount,
                    gst_amount, unallocated_amount, effective, logged, entered_by,
                    transaction_date, due_date, open_date, close_date, source, discount, suppress_auto_payment, changed_by)
                VALUES ($1, $2, $3, 'Closed', 1, 1, 'AUD', $4, 0, $4, $5, $5, 'tests', $6, $7, $6, $6, $8, 0, false, 'tests')
                """,
                number,
                usn,
                item.Amount > 0 ? "Invoice" : "Receipt",
                item.Amount / 100m,
                new DateTimeOffset(date.ToDateTime(TimeOnly.MinValue), TimeSpan.Zero),
                date,
                date.AddDays(item.DueDays),
                item.IsLateFee ? "CreditControl" : "Manual"
            );
        }

        if (account.Items.Any(item => item.Named > 0))
        {
            await WaitingPaymentAsync(server, usn, 1m);
            var payment = await NewestPaymentAsync(server, usn);
            foreach (
                var (number, index) in names.Select((number, index) => (number, index)).Where(each => account.Items[each.index].Named > 0)
            )
            {
                await server.ExecuteAsync(
                    """
                    INSERT INTO wanted_allocation (payment_number, position, transaction_number, amount, changed_by)
                    VALUES ($1, $2, $3, $4, 'tests')
                    """,
                    payment,
                    index,
                    number,
                    account.Items[index].Named / 100m
                );
            }
        }

        if (account.Unnamed > 0)
        {
            await WaitingPaymentAsync(server, usn, account.Unnamed / 100m);
        }

        if (account.PaysBalance)
        {
            await WaitingPaymentAsync(server, usn, 1m, "Balance");
        }
    }

    /// <summary>One transaction after the other, the oldest first.</summary>
    private static IEnumerable<string> Expected(OpenAccount account)
    {
        var parts = new List<(OpenItem Item, bool Excluded, int Amount)>();
        var unnamed = account.Unnamed;
        foreach (var item in account.Items.OrderByDescending(item => item.Day).ThenBy(item => item.DueDays).ThenBy(item => item.IsLateFee))
        {
            var named = account.PaysBalance ? item.Amount : Math.Min(item.Amount, item.Named);
            var rest = item.Amount - named;
            if (item.Amount < 0)
            {
                parts.Add((item, false, item.Amount));
                continue;
            }

            var isSmall = rest < account.Minimum;
            var paid = isSmall ? 0 : Math.Min(rest, unnamed);
            unnamed -= paid;
            parts.Add((item, true, named + paid + (isSmall ? rest : 0)));
            parts.Add((item, false, isSmall ? 0 : rest - paid));
        }

        return from part in parts
            let due = part.Item.Day - part.Item.DueDays
            let place = (
                Age: Ages.Count(age => age <= due),
                Overdue: Levels.Count(level => level <= due),
                IsCredit: part.Item.Amount < 0,
                part.Excluded,
                part.Item.IsLateFee
            )
            group part.Amount by place into sum
            where sum.Sum() != 0
            select Text(sum.Key.Age, sum.Key.Overdue, sum.Key.IsCredit, sum.Key.Excluded, sum.Key.IsLateFee, sum.Sum() / 100m);
    }

    private static string Text(int age, int overdue, bool isCredit, bool excluded, bool isLateFee, decimal amount) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"age {age}, overdue {overdue}, "
                + $"{(isCredit ? "credit" : "debit")}{(excluded ? ", excluded" : "")}{(isLateFee ? ", late fee" : "")}: {amount:0.00}"
        );
}
