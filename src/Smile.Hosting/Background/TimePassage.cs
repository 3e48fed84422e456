using Smile.Hosting.Billing;
using Smile.Hosting.Stages;
using Smile.Kernel;
using Smile.Storage;

namespace Smile.Hosting.Background;

/// <summary>
/// Lets time pass on a stage whose clock may be moved: goes from one thing that is due to the next, and does each at its own time, so that
/// everything happens in the order in which it would have.
/// </summary>
public sealed class TimePassage(
    DueWorkProcessor dueWork,
    BillingRunner billing,
    CreditControlService creditControl,
    DispatchProcessor dispatch,
    ServerSettings settings
)
{
    private static readonly Usn Operator = new("clock");
    private static readonly TimeSpan HourOfBilling = TimeSpan.FromHours(1);

    /// <summary>Moves the clock forward to a time.</summary>
    /// <param name="report">Is told what happened on the way.</param>
    public async Task AdvanceAsync(
        Stage stage,
        DateTimeOffset target,
        string changedBy,
        Action<string> report,
        CancellationToken cancellation
    )
    {
        if (target < stage.Clock.GetUtcNow())
        {
            throw new ArgumentOutOfRangeException(nameof(target), target, "Time passes forward only.");
        }

        while (true)
        {
            var next = await NextAsync(stage, cancellation);
            var isLast = next >= target;
            await MoveAsync(stage, isLast ? target : next, changedBy, cancellation);
            await DoAsync(stage, report, cancellation);
            if (isLast)
            {
                return;
            }
        }
    }

    /// <summary>Sets the clock to a time, back too, without doing anything.</summary>
    public static async Task MoveAsync(Stage stage, DateTimeOffset instant, string changedBy, CancellationToken cancellation)
    {
        var clock = (StageClock)stage.Clock;
        var ahead = instant - (clock.GetUtcNow() - clock.Ahead);
        await ClockStore.SaveAsync(stage.Store.Source, ahead, changedBy, cancellation);
        clock.Ahead = ahead;
    }

    /// <summary>Does what is due now.</summary>
    private async Task DoAsync(Stage stage, Action<string> report, CancellationToken cancellation)
    {
        var done = await dueWork.RunOnceAsync(stage, cancellation);
        if (done > 0)
        {
            Tell(Counted.Of(done, "piece of due work", "pieces of due work"));
        }

        if (await BillingRunner.IsAnythingDueAsync(stage, 0, cancellation))
        {
            var billed = await billing.RunAsync(stage, new BillingRequest(null, settings.BillingApproval), Operator, null, cancellation);
            Tell(
                $"{Counted.Of(billed.Billed, "period")} billed, {Counted.Of(billed.Invoices, "invoice")}, "
                    + $"{Counted.Of(billed.Errors, "error")}"
            );
        }

        await creditControl.RunOnceAsync(stage, cancellation);
        await dispatch.RunOnceAsync(stage, cancellation);

        void Tell(string what) =>
            report(
                string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{stage.Clock.GetUtcNow():yyyy-MM-dd HH:mm}Z  {what}")
            );
    }

    /// <summary>
    /// The next time at which something may happen: a piece of due work, or an hour of each company's day at which bills and credit control
    /// are done.
    /// </summary>
    private async Task<DateTimeOffset> NextAsync(Stage stage, CancellationToken cancellation)
    {
        var now = stage.Clock.GetUtcNow();
        var next = now.AddDays(1);
        foreach (var zone in stage.Catalogue.Content.TimeZones.Select(zone => stage.Catalogue.Zone(zone.Id)))
        {
            var day = zone.StartOf(zone.DateOf(now));
            foreach (var hour in new[] { HourOfBilling, TimeSpan.FromHours(creditControl.Hour ?? 0) })
            {
                var today = day + hour;
                var then = today > now ? today : zone.StartOf(zone.DateOf(now).AddDays(1)) + hour;
                next = then < next ? then : next;
            }
        }

        var due = await ClockStore.NextDueAsync(stage.Store.Source, now, cancellation);
        return due < next ? due.Value : next;
    }
}
