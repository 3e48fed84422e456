using System.Globalization;
using System.Xml.Linq;
using FsCheck;
using FsCheck.Fluent;
using Smile.Catalogue;
using Smile.Kernel;
using Smile.Payments;
using Smile.Server.Tests.Fixture;
using Smile.Server.Tests.Ledger;
using Smile.Testing;
using static Smile.Server.Tests.Fixture.Orders;
using static Smile.Server.Tests.Fixture.PaymentHelp;
using static Smile.Server.Tests.Fixture.SoapCaller;

namespace Smile.Server.Tests.Endpoints;

/// <summary>
/// Random lives of accounts that pay by themselves, with everything that meets it: payment plans, details that come, go and change,
/// gateways that answer late or not, disputes, reversals and payments by hand. It has a server of its own, since it moves the clock by
/// years.
/// </summary>
public sealed class AutomaticPaymentPropertyTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    private const int StepsOfALife = 16;

    /// <summary>Days after which a faithful payer's invoice is paid: it is due, and a late answer takes a day.</summary>
    private const int DaysToPay = 3;

    private static readonly int Lives = Verification.IsFull ? 300 : 12;

    /// <summary>Good; declined; answers a day later: yes, and no; never answers, with and without a charge.</summary>
    private static readonly int[] Codes = [1, 9001, 9003, 9003, 9004, 9005, 9006];

    /// <summary>What meets most.</summary>
    private static readonly PaymentAction[] Often =
    [
        PaymentAction.Invoice,
        PaymentAction.Refund,
        PaymentAction.Refund,
        PaymentAction.Plan,
        PaymentAction.Plan,
        PaymentAction.DeleteInvoice,
        PaymentAction.DeleteInvoice,
    ];

    private static readonly PaymentAction[] Faithful =
    [
        PaymentAction.Invoice,
        PaymentAction.Invoice,
        PaymentAction.Quote,
        PaymentAction.CloseQuote,
        PaymentAction.PayByHand,
        PaymentAction.Wait,
    ];

    /// <summary>A tax that changes twice a year, for as long as the lives last.</summary>
    private static readonly GstRate[] Rates =
    [
        .. Enumerable.Range(0, 400).Select(half => new GstRate(new DateOnly(2000, 1, 1).AddMonths(6 * half), half % 2 == 0 ? 10m : 15m)),
    ];

    private SoapCaller Api => server.Administrator;

    private enum PaymentAction
    {
        Invoice,
        PayByHand,
        PayInvoiceByHand,
        Quote,
        CloseQuote,
        Refund,
        Plan,
        CancelPlan,
        Delete,
        Store,
        StoreOther,
        StoreOtherType,
        Choose,
        Dispute,
        Settle,
        Reverse,
        Reopen,
        DeleteInvoice,
        Wait,
    }

    /// <summary>
    /// What is taken by itself never brings an account into credit, whatever is under way: what is owed less what gateways were asked for
    /// and have not answered is not below zero after any day's work, unless something else had brought it there before.
    /// </summary>
    [Fact]
    public Task Nothing_is_taken_twice() =>
        CheckAsync(
            [.. Enum.GetValues<PaymentAction>(), .. Often],
            async (option, steps) =>
            {
                var usn = await PayerAsync(option, CodeOf(steps.FirstOrDefault()));
                foreach (var step in steps)
                {
                    await TryAsync(usn, step);
                    var before = await FreeAsync(usn);
                    server.Clock.Advance(TimeSpan.FromDays(step.Second % 6));
                    await server.CarryOutDueWorkAsync();
                    var after = await FreeAsync(usn);
                    Assert.True(after >= Math.Min(0m, before), $"option {option}, after {step}: {before} became {after} of account {usn}");
                }

                await RequireBooksAsync(usn);

                // What is disputed, or asked for in vain, would be work of every day of the next lives.
                await server.ExecuteAsync("DELETE FROM due_work WHERE account_usn = $1", usn);
            }
        );

    /// <summary>Who has good details is never late, however often invoices come: nothing is put off for ever.</summary>
    [Fact]
    public Task Who_pays_by_himself_is_never_late() =>
        CheckAsync(
            Faithful,
            async (option, steps) =>
            {
                var usn = await PayerAsync(Math.Max(1, option), Codes[0]);
                foreach (var step in steps)
                {
                    await TryAsync(usn, step);
                    for (var day = 0; day < step.Second % 12; day++)
                    {
                        server.Clock.Advance(TimeSpan.FromDays(1));
                        await server.CarryOutDueWorkAsync();
                        Assert.True(
                            await LateAsync(usn) <= 0m,
                            $"option {option}, {day + 1} days after {step}: {await LateAsync(usn)} of account {usn} is late"
                        );
                    }
                }

                await RequireBooksAsync(usn);
            }
        );

    private DateOnly Today => server.Stage.Catalogue.Zone("Australia/Sydney").DateOf(server.Clock.GetUtcNow());

    /// <summary>The lives play one after the other, for years.</summary>
    private string Expiry => Today.AddYears(5).ToString("yyyy-MM", CultureInfo.InvariantCulture);

    private async Task CheckAsync(PaymentAction[] actions, Func<int, PaymentStep[], Task> live)
    {
        await using var rising = await ChangedCatalogue.ApplyAsync(
            server,
            content => content with { GstSchedules = [.. content.GstSchedules.Select(schedule => schedule with { Rates = Rates })] }
        );
        var step =
            from action in Gen.Elements(actions)
            from first in Gen.Choose(0, 1_000)
            from second in Gen.Choose(0, 1_000)
            from amount in Gen.Choose(1, 300)
            select new PaymentStep(action, first, second, amount);
        var life = from option in Gen.Choose(0, 2) from steps in Gen.ArrayOf(step, StepsOfALife) select (Option: option, Steps: steps);
        var lives = Arb.From(
            life,
            each =>
                Enumerable
                    .Range(0, each.Steps.Length)
                    .Select(index => (each.Option, each.Steps.Where((_, position) => position != index).ToArray()))
        );
        Prop.ForAll(lives, each => live(each.Option, each.Steps).GetAwaiter().GetResult())
            .Check(Config.QuickThrowOnFailure.WithMaxTest(Lives));
    }

    /// <summary>The books of the account hold, and each surcharge has the tax of the day on which the payment was asked for.</summary>
    private async Task RequireBooksAsync(string usn)
    {
        Assert.Equal("", await LedgerInvariants.BrokenAsync(server, [usn]));

        // What a plan pays stays on the balance while the plan is active.
        Assert.Equal(
            0L,
            await server.QueryAsync<long>(
                """
                SELECT count(*) FROM payment_plan plan JOIN payment_plan_invoice paid ON paid.payment_plan_number = plan.number
                JOIN financial_transaction invoice ON invoice.number = paid.transaction_number
                WHERE plan.account_usn = $1 AND plan.state = 'Active' AND invoice.state <> 'Closed'
                """,
                usn
            )
        );
        var surcharges = await server.QueryAsync<string[]>(
            """
            SELECT coalesce(array_agg(concat_ws('|', payment.number, surcharge_amount, surcharge_tax, surcharge.amount,
                surcharge.gst_amount,
                coalesce((SELECT max(started) FROM payment_attempt
                    WHERE payment_number = payment.number), surcharge.effective) AT TIME ZONE 'Australia/Sydney')), '{}')
            FROM payment JOIN financial_transaction surcharge ON surcharge.number = surcharge_number WHERE payment.account_usn = $1
            """,
            usn
        );
        foreach (var each in surcharges.Select(text => text.Split('|')))
        {
            var (amount, tax) = (
                decimal.Parse(each[1], CultureInfo.InvariantCulture),
                decimal.Parse(each[2], CultureInfo.InvariantCulture)
            );
            Assert.Equal((each[1], each[2]), (each[3], each[4]));
            var percent = Rates
                .Last(rate => rate.From <= DateOnly.ParseExact(each[5][..10], "yyyy-MM-dd", CultureInfo.InvariantCulture))
                .Percent;
            Assert.True(
                tax == Math.Round((amount - tax) * percent / 100m, 2, MidpointRounding.AwayFromZero),
                $"Payment {each[0]} of {each[5]} has a surcharge of {amount} with {tax} in tax, at {percent} %"
            );
        }
    }

    /// <summary>What is open of invoices that were due some days ago, less what the account has in credit.</summary>
    private Task<decimal> LateAsync(string usn) =>
        server.QueryAsync<decimal>(
            """
            SELECT coalesce(sum(unallocated_amount) FILTER (WHERE due_date < $2 OR unallocated_amount < 0), 0)
            FROM financial_transaction WHERE account_usn = $1 AND state = 'Closed'
            """,
            usn,
            Today.AddDays(-DaysToPay)
        );

    /// <summary>What is owed less what is under way at gateways, without surcharges.</summary>
    private Task<decimal> FreeAsync(string usn) =>
        server.QueryAsync<decimal>(
            """
            SELECT balance - coalesce((SELECT sum(amount - surcharge_amount) FROM payment WHERE account_usn = usn AND status = 'Waiting'
                AND EXISTS (SELECT FROM payment_attempt WHERE payment_number = payment.number AND outcome IS NULL)), 0)
            FROM account WHERE usn = $1
            """,
            usn
        );

    private async Task<string> PayerAsync(int option, int code)
    {
        var usn = (await PortalCustomerAsync(server)).Usn;
        await Api.CallAsync("payment", "addStoredPaymentDetails", P("usn", usn), Details("visa", Card(code), Expiry));
        await ChooseAsync(usn, option);
        return usn;
    }

    /// <summary>Does it, or is refused: random steps often are.</summary>
    private async Task TryAsync(string usn, PaymentStep step)
    {
        try
        {
            await DoAsync(usn, step);
        }
        catch (SmileException)
        {
            // Refused: nothing was changed, and the life goes on.
        }
    }

    private Task DoAsync(string usn, PaymentStep step) =>
        step.Action switch
        {
            PaymentAction.Invoice => CallAsync(
                "account",
                "raiseInvoice",
                P("usn", usn),
                Fixture.Money.Invoice(
                    [Fixture.Money.Charge(usn, "cst", Text(step.Amount), chargeGst: false)],
                    $"<dueDate>{Today.AddDays(step.First % 15):yyyy-MM-dd}</dueDate>"
                )
            ),
            PaymentAction.Quote => CallAsync(
                "account",
                "raiseInvoice",
                P("usn", usn),
                Fixture.Money.Invoice(
                    [Fixture.Money.Charge(usn, "cst", Text(step.Amount), chargeGst: false)],
                    step.First % 2 == 0 ? "" : $"<dueDate>{Today.AddDays(step.First % 15):yyyy-MM-dd}</dueDate>",
                    "<InvoiceOperation>LeaveOpen</InvoiceOperation>"
                )
            ),
            PaymentAction.CloseQuote => OnAsync(
                "SELECT number FROM financial_transaction WHERE account_usn = $1 AND state = 'Open' ORDER BY number",
                usn,
                step,
                CloseAsync
            ),
            PaymentAction.Refund => OnAsync(
                "SELECT number FROM payment WHERE account_usn = $1 AND status = 'Accepted' AND payment_type_code <> 'cash' ORDER BY number",
                usn,
                step,
                number => RefundAsync(number, step)
            ),
            PaymentAction.PayByHand => CallAsync("payment", "processPayment", P("usn", usn), Request("cash", Text(step.Amount), null)),
            PaymentAction.PayInvoiceByHand => OnInvoiceAsync(
                usn,
                step,
                number =>
                    CallAsync(
                        "payment",
                        "processPayment",
                        P("usn", usn),
                        Request("cash", Text(step.Amount), null),
                        AllocateTo((number, Text(step.Amount)))
                    )
            ),
            PaymentAction.Plan => OnInvoiceAsync(
                usn,
                step,
                number =>
                    RunAsync<PaymentPlans, PaymentPlan>(
                        server,
                        plans =>
                            plans.CreateAsync(
                                new NewPaymentPlan(usn, [number], 1 + step.Second % 3, Today.AddDays(step.Second % 4))
                                {
                                    Every = InstalmentFrequency.Week,
                                },
                                default
                            )
                    )
            ),
            PaymentAction.CancelPlan => OnAsync(
                "SELECT number FROM payment_plan WHERE account_usn = $1 AND state = 'Active' ORDER BY number",
                usn,
                step,
                number =>
                    RunAsync<PaymentPlans, bool>(
                        server,
                        async plans =>
                        {
                            await plans.CancelAsync(number, default);
                            return true;
                        }
                    )
            ),
            PaymentAction.Delete => DeleteAsync(usn, step),
            PaymentAction.Store => CallAsync(
                "payment",
                "addStoredPaymentDetails",
                P("usn", usn),
                Details("visa", Card(CodeOf(step)), Expiry)
            ),
            PaymentAction.StoreOther => OnDetailsAsync(
                usn,
                step,
                id =>
                    CallAsync(
                        "payment",
                        "updateStoredPaymentDetails",
                        P("usn", usn),
                        P("storedPaymentDetailsId", id),
                        Details("visa", Card(CodeOf(step)), Expiry)
                    )
            ),
            PaymentAction.StoreOtherType => OnDetailsAsync(
                usn,
                step,
                id =>
                    CallAsync(
                        "payment",
                        "updateStoredPaymentDetails",
                        P("usn", usn),
                        P("storedPaymentDetailsId", id),
                        Details("mastercard", "5105105105105100", Expiry)
                    )
            ),
            PaymentAction.Choose => ChooseAsync(usn, step.First % 3),
            PaymentAction.Dispute => server.ExecuteAsync(
                """
                INSERT INTO account_dispute (account_usn, reason, opened, changed_by) VALUES ($1, 'wrong', $2, 'tests')
                ON CONFLICT DO NOTHING
                """,
                usn,
                server.Clock.GetUtcNow()
            ),
            PaymentAction.Settle => server.ExecuteAsync(
                "UPDATE account_dispute SET settled = $2 WHERE account_usn = $1 AND settled IS NULL",
                usn,
                server.Clock.GetUtcNow()
            ),
            PaymentAction.Reverse => OnInvoiceAsync(
                usn,
                step,
                number =>
                    CallAsync(
                        "account",
                        "reverseTransaction",
                        P("usn", usn),
                        Fixture.Money.Reversal(number, date: $"{Today:yyyy-MM-dd}+10:00")
                    )
            ),
            PaymentAction.DeleteInvoice => OnInvoiceAsync(
                usn,
                step,
                number => UseAsync(lifecycle => lifecycle.DeleteAsync(number, default))
            ),
            PaymentAction.Reopen => OnInvoiceAsync(
                usn,
                step,
                async number =>
                {
                    await UseAsync(lifecycle => lifecycle.ReopenAsync(number, default));
                    await CloseAsync(number);
                }
            ),
            _ => Task.CompletedTask,
        };

    /// <summary>Gives a payment back, whole, or a part, or a part and then the rest.</summary>
    private async Task RefundAsync(string number, PaymentStep step)
    {
        decimal?[] parts = (step.Second % 4) switch
        {
            0 => [null],
            1 => [step.Amount / 10m],
            _ => [step.Amount / 100m, null],
        };
        foreach (var part in parts)
        {
            await RunAsync<RefundPayment, PaymentRefund>(server, refunds => refunds.RefundAsync(number, part, "wrong", default));
        }
    }

    private Task CloseAsync(string number) => UseAsync(lifecycle => lifecycle.CloseAsync(number, default));

    private Task UseAsync(Func<Smile.Receivables.TransactionLifecycle, Task> work) =>
        RunAsync<Smile.Receivables.TransactionLifecycle, bool>(
            server,
            async lifecycle =>
            {
                await work(lifecycle);
                return true;
            }
        );

    /// <summary>Calls, and takes a refusal for an answer; a failure of the server's own is none.</summary>
    private async Task CallAsync(string endpoint, string operation, params XElement[] parameters)
    {
        if (await Api.TryAsync(endpoint, Wrapper(operation, parameters)) is { } fault)
        {
            Assert.True(fault.Element is not null, $"{operation}: {fault}");
        }
    }

    private Task DeleteAsync(string usn, PaymentStep step) =>
        OnDetailsAsync(usn, step, id => CallAsync("payment", "deleteStoredPaymentDetails", P("usn", usn), P("storedPaymentDetailsId", id)));

    private Task OnDetailsAsync(string usn, PaymentStep step, Func<string, Task> work) =>
        OnAsync("SELECT id::text FROM stored_payment_details WHERE account_usn = $1", usn, step, work);

    private Task OnInvoiceAsync(string usn, PaymentStep step, Func<string, Task> work) =>
        OnAsync(
            """
            SELECT number FROM financial_transaction WHERE account_usn = $1 AND type = 'Invoice' AND state = 'Closed'
                AND reversed_by IS NULL ORDER BY number
            """,
            usn,
            step,
            work
        );

    /// <summary>Works on one of what there is; on nothing where there is none.</summary>
    private async Task OnAsync(string query, string usn, PaymentStep step, Func<string, Task> work)
    {
        var found = await server.QueryAsync<string[]>($"SELECT coalesce(array_agg(found), '{{}}') FROM ({query}) AS each (found)", usn);
        if (found.Length > 0)
        {
            await work(found[step.First % found.Length]);
        }
    }

    private Task ChooseAsync(string usn, int option) =>
        RunAsync<AutomaticPayments, bool>(
            server,
            async automatic =>
            {
                await automatic.ChooseAsync(usn, option, default);
                return true;
            }
        );

    private static int CodeOf(PaymentStep? step) => Codes[(step?.First ?? 0) % Codes.Length];

    private static string Text(int amount) => amount.ToString(CultureInfo.InvariantCulture) + ".00";

    private sealed record PaymentStep(PaymentAction Action, int First, int Second, int Amount);
}
