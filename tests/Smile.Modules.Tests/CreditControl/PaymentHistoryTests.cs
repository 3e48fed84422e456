using System.Globalization;
using Smile.Catalogue;
using Smile.CreditControl;
using Smile.Kernel;
using Smile.Receivables;

namespace Smile.Modules.Tests.CreditControl;

public sealed class PaymentHistoryTests
{
    private static readonly BillingTimeZone Sydney = new(19, "Australia/Sydney");
    private static readonly Usn Account = new("2143826226");

    /// <summary>
    /// Invoices of $100, "due: paid on, paid on …"; the rule counts those of which $2 was owing 3 days after the due date, in the last 6
    /// months before 20 July.
    /// </summary>
    [Theory]
    [InlineData(1, "2026-07-17:", true)]
    [InlineData(1, "2026-07-18:", false)]
    [InlineData(2, "2026-07-17:", false)]
    [InlineData(2, "2026-07-01: 2026-07-10; 2026-06-01:", true)]
    [InlineData(1, "2026-07-01: 2026-07-03T23:59", false)]
    [InlineData(1, "2026-07-01: 2026-07-04T00:00", true)]
    [InlineData(1, "2026-07-01: 2026-07-02=98.01", false)]
    [InlineData(1, "2026-07-01: 2026-07-02=98", true)]
    [InlineData(1, "2026-07-01: 2026-07-02=50, 2026-07-03=48.01", false)]
    // The third day after 17 January is the 20th: half a year ago. The window begins a day later.
    [InlineData(1, "2026-01-17:", false)]
    [InlineData(1, "2026-01-18:", true)]
    // A payment that came back was none; one that came back later was one on that day.
    [InlineData(1, "2026-07-01: 2026-07-02=100-2026-07-03", true)]
    [InlineData(1, "2026-07-01: 2026-07-02=100-2026-07-09", false)]
    public void A_rule_counts_what_was_owing_on_the_day(int atLeast, string invoices, bool holds) =>
        Assert.Equal(
            holds,
            PaymentHistory.Holds(
                new ResponsiveTermsRule(atLeast, 2m, 3, 6, 4),
                [.. invoices.Split(';').Select(Invoice)],
                new DateOnly(2026, 7, 20),
                Sydney,
                "AUD"
            )
        );

    [Fact]
    public void What_was_put_on_the_balance_later_was_not_owing() =>
        Assert.False(
            PaymentHistory.Holds(
                new ResponsiveTermsRule(1, 2m, 3, 6, 4),
                [Invoice("2026-07-01:") with { Logged = At("2026-07-10") }],
                new DateOnly(2026, 7, 20),
                Sydney,
                "AUD"
            )
        );

    private static PastInvoice Invoice(string text)
    {
        var parts = text.Split(": ", StringSplitOptions.TrimEntries);
        return new PastInvoice(
            DateOnly.Parse(parts[0].TrimEnd(':'), CultureInfo.InvariantCulture),
            At("2025-01-01"),
            100m,
            [.. parts.Skip(1).SelectMany(paid => paid.Split(", ")).Select(Paid)]
        );
    }

    /// <summary><c>day=amount-day on which it came back</c>.</summary>
    private static Allocation Paid(string text)
    {
        var parts = text.Split('=');
        var amount = parts.ElementAtOrDefault(1)?.Split('-', 2);
        return new Allocation
        {
            AccountUsn = Account,
            DebitNumber = "1",
            CreditNumber = "2",
            Amount = decimal.Parse(amount?[0] ?? "100", CultureInfo.InvariantCulture),
            Allocated = At(parts[0]),
            Deallocated = amount?.Length > 1 ? At(amount[1]) : null,
            ChangedBy = Account,
        };
    }

    private static DateTimeOffset At(string text)
    {
        var time = DateTime.Parse(text, CultureInfo.InvariantCulture);
        return Sydney.StartOf(DateOnly.FromDateTime(time)) + time.TimeOfDay;
    }
}
