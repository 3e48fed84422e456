using Microsoft.Extensions.DependencyInjection;
using Smile.Contracts;
using Smile.Correspondence.Documents;
using Smile.Payments;
using Smile.Receivables;
using Smile.Receivables.Storage;
using Smile.Server.Tests.Fixture;
using Smile.Session;
using static Smile.Server.Tests.Fixture.Orders;
using static Smile.Server.Tests.Fixture.PaymentHelp;
using static Smile.Server.Tests.Fixture.SoapCaller;

namespace Smile.Server.Tests.Endpoints;

/// <summary>Payments with a date: automatic ones, those of payment plans, and what may be done to them before.</summary>
[Collection(PaymentServerTests.Name)]
public sealed class PaymentScheduleTests(ServerFixture server)
{
    private static readonly TimeZoneInfo Sydney = TimeZoneInfo.FindSystemTimeZoneById("Australia/Sydney");

    private SoapCaller Api => server.Administrator;

    private DateOnly Today => DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(server.Clock.GetUtcNow(), Sydney).DateTime);

    [Fact]
    public async Task The_automatic_payment_option_comes_from_the_terms_or_the_account()
    {
        var usn = (await PortalCustomerAsync(server)).Usn;
        var option = await Api.CallAsync("payment", "getAutoPaymentOption", P("usn", usn));
        Assert.Equal(("true", "0"), (option!.Attribute("fromAccountTerms")!.Value, option.Attribute("key")!.Value));
        await ChooseAsync(usn, 2);
        option = await Api.CallAsync("payment", "getAutoPaymentOption", P("usn", usn));
        Assert.Equal(
            ("false", "2", "Schedule Payment of Account Balance"),
            (option!.Attribute("fromAccountTerms")!.Value, option.Attribute("key")!.Value, option.Value)
        );
        await ChooseAsync(usn, 1);
        Assert.Equal("Schedule Payment of Invoice Amount", (await Api.CallAsync("payment", "getAutoPaymentOption", P("usn", usn)))!.Value);
        await ChooseAsync(usn, null);
        Assert.Equal("true", (await Api.CallAsync("payment", "getAutoPaymentOption", P("usn", usn)))!.Attribute("fromAccountTerms")!.Value);
        Assert.Equal("NoSuchItemException", (await Api.RefusedAsync("payment", "getAutoPaymentOption", P("usn", "1"))).Element);
        Assert.Equal("InvalidRequestException", (await Api.RefusedAsync("payment", "getAutoPaymentOption")).Element);
        Assert.Equal("InvalidRequestException", (await Api.RefusedAsync("payment", "getAutoPaymentOption", P("usn", ""))).Element);
    }

    [Fact]
    public async Task An_invoice_is_paid_on_its_due_date_as_far_as_it_is_still_owed()
    {
        var usn = await PayerAsync(1);
        var invoice = await ScheduledInvoiceAsync(usn, 50m);
        var pending = await Api.CallAsync("payment", "getPendingPayments", P("accountUsn", usn));
        var number = pending.At("Payment/PaymentNumber")!;

        // 50.00 costs 1.00 (the least) and its GST.
        Assert.Equal(
            ("51.10", "1.10", "Waiting", "false", "0"),
            (
                pending.At("Payment/Amount"),
                pending.At("Payment/Surcharge/Amount"),
                pending.At("Payment/Status"),
                pending.At("Payment/ManuallyEntered"),
                pending.At("Payment/AttemptCount")
            )
        );
        Assert.Equal(
            Midnight(Today.AddDays(14)),
            DateTimeOffset.Parse(pending.At("Payment/NextTransfer")!, System.Globalization.CultureInfo.InvariantCulture)
        );
        Assert.Equal("4111  11", pending.At("Payment/PaymentDetails/AccountNumber"));
        Assert.Equal(50m, await TakenCareOfAsync(usn));
        var byHand = await Api.RefusedAsync("account", "allocate", P("usn", usn), Fixture.Money.Allocations(invoice, (invoice, "1")));
        Assert.Equal("InvalidRequestException", byHand.Element);
        Assert.Contains("pending payment", byHand.Message, StringComparison.Ordinal);

        await Api.CallAsync("payment", "processPayment", P("usn", usn), Request("cash", "20.00", null), AllocateTo((invoice, "20.00")));
        server.Clock.Advance(TimeSpan.FromDays(15));
        await server.CarryOutDueWorkAsync();
        Assert.Equal("Accepted", await StatusAsync(server, number));
        Assert.Equal(31.10m, await ChargedAsync(server, number));
        Assert.Equal(0m, await UnallocatedAsync(server, invoice));
        Assert.Equal(0m, await BalanceAsync(server, usn));
    }

    [Fact]
    public async Task An_invoice_that_is_closed_again_has_one_scheduled_payment_still()
    {
        var usn = await PayerAsync(1);
        var invoice = await ScheduledInvoiceAsync(usn, 50m);
        var first = await NewestPaymentAsync(server, usn);
        await OnAccountAsync(
            server,
            usn,
            async (services, account) =>
            {
                var again = await services.GetRequiredService<Smile.Session.StageSession>().Database.Transactions.FindAsync(invoice);
                await services.GetRequiredService<AutomaticPayments>().OnInvoiceClosedAsync(account, again!, CancellationToken.None);
                return true;
            }
        );
        Assert.Equal("Cancelled", await StatusAsync(server, first));
        Assert.Single((await Api.CallAsync("payment", "getPendingPayments", P("accountUsn", usn))).AllAt("Payment"));
    }

    [Fact]
    public async Task A_payment_of_what_was_paid_meanwhile_is_called_off()
    {
        var usn = await PayerAsync(1);
        var invoice = await ScheduledInvoiceAsync(usn, 50m);
        var number = await NewestPaymentAsync(server, usn);
        await Api.CallAsync("payment", "processPayment", P("usn", usn), Request("cash", "50.00", null), AllocateTo((invoice, "50.00")));
        server.Clock.Advance(TimeSpan.FromDays(15));
        await server.CarryOutDueWorkAsync();
        Assert.Equal("Cancelled", await StatusAsync(server, number));
        Assert.Equal(0m, await ChargedAsync(server, number));
    }

    [Fact]
    public async Task Of_the_balance_there_is_one_scheduled_payment_which_pays_the_oldest_debits()
    {
        var usn = await PayerAsync(2);
        var first = await ScheduledInvoiceAsync(usn, 50m);
        server.Clock.Advance(TimeSpan.FromDays(1));
        var second = await ScheduledInvoiceAsync(usn, 30m);
        Assert.Equal(
            "81.43",
            Assert.Single((await Api.CallAsync("payment", "getPendingPayments", P("accountUsn", usn))).AllAt("Payment/Amount")).Value
        );
        server.Clock.Advance(TimeSpan.FromDays(15));
        await server.CarryOutDueWorkAsync();
        Assert.Equal(0m, await UnallocatedAsync(server, first));
        Assert.Equal(0m, await UnallocatedAsync(server, second));
        Assert.Equal(0m, await BalanceAsync(server, usn));
    }

    [Fact]
    public async Task Nothing_is_scheduled_without_details_or_for_an_invoice_that_suppresses_it()
    {
        var without = (await PortalCustomerAsync(server)).Usn;
        await ChooseAsync(without, 1);
        await ScheduledInvoiceAsync(without, 50m);
        var usn = await PayerAsync(1);
        await ScheduledInvoiceAsync(usn, 50m, suppress: true);
        Assert.Equal(0L, await server.QueryAsync<long>("SELECT count(*) FROM payment WHERE account_usn IN ($1, $2)", without, usn));
    }

    [Fact]
    public async Task A_declined_scheduled_payment_is_tried_again_on_the_types_days_and_costs_one_fee()
    {
        var usn = await PayerAsync(1, Card(9001));
        await ScheduledInvoiceAsync(usn, 50m);
        var number = await NewestPaymentAsync(server, usn);
        foreach (var (days, status, balance) in new[] { (15, "Waiting", 50m), (4, "Waiting", 50m), (6, "Declined", 55.50m) })
        {
            server.Clock.Advance(TimeSpan.FromDays(days));
            await server.CarryOutDueWorkAsync();
            Assert.Equal(status, await StatusAsync(server, number));
            Assert.Equal(balance, await BalanceAsync(server, usn));
        }

        Assert.Equal(
            3L,
            await server.QueryAsync<long>("SELECT count(*) FROM payment_attempt WHERE payment_number = $1 AND outcome = 'Declined'", number)
        );
    }

    /// <summary>The guide's example (line 13989): a new number, the old payment off.</summary>
    [Fact]
    public async Task A_payment_is_rescheduled_with_new_details_under_a_new_number()
    {
        var usn = await PayerAsync(1, Card(9001));
        var invoice = await ScheduledInvoiceAsync(usn, 50m);
        var old = await NewestPaymentAsync(server, usn);
        foreach (var days in new[] { 15, 4, 6 })
        {
            server.Clock.Advance(TimeSpan.FromDays(days));
            await server.CarryOutDueWorkAsync();
        }

        var id = await DetailsIdAsync(usn);
        await Api.CallAsync(
            "payment",
            "updateStoredPaymentDetails",
            P("usn", usn),
            P("storedPaymentDetailsId", id),
            Details("mastercard", "5105105105105100")
        );
        var before = await TracesAsync(server, usn);
        var latest = Document("<PaymentDetailsRequest><DefaultStoredPaymentDetails/></PaymentDetailsRequest>");
        Assert.Equal(
            "InvalidRequestException",
            (
                await Api.RefusedAsync(
                    "payment",
                    "reschedulePaymentWithNewDetails",
                    P("paymentNumber", old),
                    Document("<PaymentDetailsRequest/>")
                )
            ).Element
        );
        Assert.Equal(
            "InvalidRequestException",
            (
                await Api.RefusedAsync(
                    "payment",
                    "reschedulePaymentWithNewDetails",
                    P("paymentNumber", old),
                    Document(
                        $"<PaymentDetailsRequest><DefaultStoredPaymentDetails/><StoredPaymentDetailsId>{id}</StoredPaymentDetailsId>"
                            + $"</PaymentDetailsRequest>"
                    )
                )
            ).Element
        );
        Assert.Equal(
            "NoSuchItemException",
            (
                await Api.RefusedAsync(
                    "payment",
                    "reschedulePaymentWithNewDetails",
                    P("paymentNumber", old),
                    Document(
                        $"<PaymentDetailsRequest><StoredPaymentDetailsId>{Guid.NewGuid()}</StoredPaymentDetailsId></PaymentDetailsRequest>"
                    )
                )
            ).Element
        );
        Assert.Equal(
            "InvalidRequestException",
            (
                await Api.RefusedAsync(
                    "payment",
                    "reschedulePaymentWithNewDetails",
                    P("paymentNumber", old),
                    latest,
                    P("timestamp", "2001-01-01")
                )
            ).Element
        );
        Assert.Equal(before, await TracesAsync(server, usn));

        var day = Today.AddDays(3);
        var answer = await Api.CallAsync(
            "payment",
            "reschedulePaymentWithNewDetails",
            P("paymentNumber", old),
            Document($"<PaymentDetailsRequest><StoredPaymentDetailsId>{id}</StoredPaymentDetailsId></PaymentDetailsRequest>"),
            P("timestamp", day.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture))
        );
        var number = answer.At("PaymentNumber")!;
        Assert.NotEqual(old, number);
        Assert.Equal(
            ("Waiting", "Mastercard", "51.10", "0", "false"),
            (
                answer.At("Status"),
                answer.At("PaymentType/Name"),
                answer.At("Amount"),
                answer.At("AttemptCount"),
                answer.At("ManuallyDeclined")
            )
        );
        Assert.Null(answer.At("PaymentDetails/AccountNumber"));
        Assert.Equal(Midnight(day), DateTimeOffset.Parse(answer.At("NextTransfer")!, System.Globalization.CultureInfo.InvariantCulture));
        Assert.Equal("Cancelled", await StatusAsync(server, old));
        server.Clock.Advance(TimeSpan.FromDays(4));
        await server.CarryOutDueWorkAsync();
        Assert.Equal("Accepted", await StatusAsync(server, number));
        Assert.Equal(0m, await UnallocatedAsync(server, invoice));
        Assert.Equal(
            "InvalidRequestException",
            (await Api.RefusedAsync("payment", "reschedulePaymentWithNewDetails", P("paymentNumber", number), latest)).Element
        );
        Assert.Equal(
            "InvalidRequestException",
            (await Api.RefusedAsync("payment", "cancelScheduledPayment", P("paymentNumber", number))).Element
        );
    }

    /// <summary>The guide's example (line 14080).</summary>
    [Fact]
    public async Task A_scheduled_payment_is_cancelled()
    {
        var usn = await PayerAsync(1);
        await ScheduledInvoiceAsync(usn, 50m);
        var number = await NewestPaymentAsync(server, usn);
        var answer = await Api.CallAsync("payment", "cancelScheduledPayment", P("paymentNumber", number));
        Assert.Equal(
            [
                "PaymentNumber",
                "PaymentType",
                "Account",
                "Amount",
                "Surcharge",
                "Status",
                "PaymentDetails",
                "ManuallyEntered",
                "ManuallyDeclined",
                "AttemptCount",
                "AttemptLogs",
            ],
            answer!.Elements().Select(each => each.Name.LocalName)
        );
        Assert.Equal(
            ("Cancelled", "false", "true", "0"),
            (answer.At("Status"), answer.At("ManuallyEntered"), answer.At("ManuallyDeclined"), answer.At("AttemptCount"))
        );
        server.Clock.Advance(TimeSpan.FromDays(15));
        await server.CarryOutDueWorkAsync();
        Assert.Equal("Cancelled", await StatusAsync(server, number));
        Assert.Equal(0m, await ChargedAsync(server, number));
    }

    [Fact]
    public async Task A_payment_whose_details_are_gone_needs_attention_and_can_be_given_others()
    {
        var usn = await PayerAsync(1);
        await ScheduledInvoiceAsync(usn, 50m);
        var number = await NewestPaymentAsync(server, usn);
        await DeleteDetailsAsync(usn);
        server.Clock.Advance(TimeSpan.FromDays(15));
        await server.CarryOutDueWorkAsync();
        Assert.Equal("Attention", await StatusAsync(server, number));
        var latest = Document("<PaymentDetailsRequest><DefaultStoredPaymentDetails/></PaymentDetailsRequest>");
        Assert.Equal(
            "NoSuchItemException",
            (await Api.RefusedAsync("payment", "reschedulePaymentWithNewDetails", P("paymentNumber", number), latest)).Element
        );
        await Api.CallAsync("payment", "addStoredPaymentDetails", P("usn", usn), Details("visa", GoodCard));
        var again = (await Api.CallAsync("payment", "reschedulePaymentWithNewDetails", P("paymentNumber", number), latest)).At(
            "PaymentNumber"
        )!;
        await server.CarryOutDueWorkAsync();
        Assert.Equal("Accepted", await StatusAsync(server, again));
    }

    [Fact]
    public async Task A_payment_plan_splits_invoices_into_scheduled_instalments()
    {
        var usn = await PayerAsync(0);
        var first = await InvoiceAsync(server, usn, 60m);
        var second = await InvoiceAsync(server, usn, 40m);
        var plan = await RunAsync<PaymentPlans, PaymentPlan>(
            server,
            plans => plans.CreateAsync(new NewPaymentPlan(usn, [first, second], 3, Today), CancellationToken.None)
        );
        Assert.Equal([33.33m, 33.33m, 33.34m], plan.Instalments.Select(instalment => instalment.Amount));
        Assert.Equal(3, (await Api.CallAsync("payment", "getPendingPayments", P("accountUsn", usn))).AllAt("Payment").Count());
        Assert.Equal(100m, await TakenCareOfAsync(usn));
        await server.CarryOutDueWorkAsync();
        Assert.Equal(26.67m, await UnallocatedAsync(server, first));

        // Whoever pays by hand names the plan; its invoices are paid in their order (guide, line 13590).
        await Api.CallAsync("payment", "processPayment", P("usn", usn), Request("cash", "30.00", null, plan: plan.Number));
        Assert.Equal(0m, await UnallocatedAsync(server, first));
        Assert.Equal(36.67m, await UnallocatedAsync(server, second));
        server.Clock.Advance(TimeSpan.FromDays(65));
        await server.CarryOutDueWorkAsync();
        Assert.Equal(0m, await UnallocatedAsync(server, second));
        Assert.Equal(0m, await BalanceAsync(server, usn));
        var other = (await PortalCustomerAsync(server)).Usn;
        Assert.Equal(
            "InvalidRequestException",
            (await Api.RefusedAsync("payment", "processPayment", P("usn", other), Request("cash", "1.00", null, plan: plan.Number))).Element
        );
        await RunAsync<PaymentPlans, bool>(
            server,
            async plans =>
            {
                await plans.CancelAsync(plan.Number, CancellationToken.None);
                return true;
            }
        );
        Assert.Equal(
            "InvalidRequestException",
            (await Api.RefusedAsync("payment", "processPayment", P("usn", usn), Request("cash", "1.00", null, plan: plan.Number))).Element
        );
    }

    [Fact]
    public async Task An_instalment_goes_with_the_payment_that_takes_its_payments_place()
    {
        var usn = await PayerAsync(0);
        var invoice = await InvoiceAsync(server, usn, 60m);
        var plan = await RunAsync<PaymentPlans, PaymentPlan>(
            server,
            plans => plans.CreateAsync(new NewPaymentPlan(usn, [invoice], 2, Today), CancellationToken.None)
        );
        var day = Today.AddDays(5).ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture);
        var again = (
            await Api.CallAsync(
                "payment",
                "reschedulePaymentWithNewDetails",
                P("paymentNumber", plan.Instalments[0].PaymentNumber!),
                Document("<PaymentDetailsRequest><DefaultStoredPaymentDetails/></PaymentDetailsRequest>"),
                P("timestamp", day)
            )
        ).At("PaymentNumber");
        var shown = await RunAsync<PaymentPlans, PaymentPlan>(server, plans => plans.GetAsync(plan.Number, CancellationToken.None));
        Assert.Equal(
            [again, plan.Instalments[1].PaymentNumber],
            shown.Instalments.OrderBy(instalment => instalment.Position).Select(instalment => instalment.PaymentNumber)
        );

        // Its day is over, but it is still to be paid. Called off, it is missed.
        server.Clock.Advance(TimeSpan.FromDays(2));
        Assert.Equal(60m, await TakenCareOfAsync(usn));
        await Api.CallAsync("payment", "cancelScheduledPayment", P("paymentNumber", again!));
        Assert.Equal(0m, await TakenCareOfAsync(usn));
    }

    [Fact]
    public async Task A_disputed_accounts_automatic_payment_waits()
    {
        var usn = await PayerAsync(1);
        await ScheduledInvoiceAsync(usn, 50m);
        var number = await NewestPaymentAsync(server, usn);
        await ExecuteAsync(
            server,
            $"INSERT INTO account_dispute (account_usn, reason, opened, changed_by) VALUES ('{usn}', 'wrong', now(), 'tests')"
        );
        server.Clock.Advance(TimeSpan.FromDays(15));
        await server.CarryOutDueWorkAsync();
        Assert.Equal("Waiting", await StatusAsync(server, number));
        Assert.Equal(0m, await ChargedAsync(server, number));
    }

    /// <summary>An order's first invoice is there before the customer can store anything.</summary>
    [Theory]
    [InlineData(1, "51.10 31.10")]
    [InlineData(2, "142.09")]
    [InlineData(0, "")]
    public async Task Details_schedule_what_is_open_and_not_yet_due(int option, string scheduled)
    {
        var usn = (await PortalCustomerAsync(server)).Usn;
        await ChooseAsync(usn, option);
        await ScheduledInvoiceAsync(usn, 20m, due: 0);
        server.Clock.Advance(TimeSpan.FromDays(1));
        await ScheduledInvoiceAsync(usn, 50m, due: 3);
        await ScheduledInvoiceAsync(usn, 30m, due: 9);
        await ScheduledInvoiceAsync(usn, 40m, suppress: true);
        await Api.CallAsync("payment", "addStoredPaymentDetails", P("usn", usn), Details("visa", GoodCard));
        Assert.Equal(scheduled, await WaitingAsync(usn));
        Assert.Equal(
            option switch
            {
                1 => [Today.AddDays(3), Today.AddDays(9)],
                2 => [Today.AddDays(3)],
                _ => (DateOnly[])[],
            },
            await server.QueryAsync<DateOnly[]>(
                """
                SELECT coalesce(array_agg((next_transfer AT TIME ZONE 'Australia/Sydney')::date ORDER BY next_transfer), '{}')
                FROM payment WHERE account_usn = $1 AND status = 'Waiting'
                """,
                usn
            )
        );
    }

    /// <summary>Other details of another type take over what waits; the same type's stay.</summary>
    [Fact]
    public async Task Details_of_another_type_take_over_what_waits()
    {
        var usn = await PayerAsync(1);
        await ScheduledInvoiceAsync(usn, 50m);
        var first = await NewestPaymentAsync(server, usn);
        var id = await DetailsIdAsync(usn);
        await Api.CallAsync(
            "payment",
            "updateStoredPaymentDetails",
            P("usn", usn),
            P("storedPaymentDetailsId", id),
            Details("visa", Card(17))
        );
        Assert.Equal("Waiting", await StatusAsync(server, first));
        await Api.CallAsync(
            "payment",
            "updateStoredPaymentDetails",
            P("usn", usn),
            P("storedPaymentDetailsId", id),
            Details("mastercard", "5105105105105100")
        );
        Assert.Equal("Cancelled", await StatusAsync(server, first));
        server.Clock.Advance(TimeSpan.FromDays(15));
        await server.CarryOutDueWorkAsync();
        Assert.Equal("Accepted", await StatusAsync(server, await NewestPaymentAsync(server, usn)));
        Assert.Equal(0m, await BalanceAsync(server, usn));
    }

    /// <summary>Who is debited must not be asked to pay.</summary>
    [Fact]
    public async Task The_document_of_what_will_be_debited_says_so_and_has_no_payment_slip()
    {
        var usn = await PayerAsync(1);
        var invoice = await ScheduledInvoiceAsync(usn, 50m);
        var document = await DocumentAsync();
        Assert.Null(document.PaymentSlip);
        Assert.Equal(
            (Today.AddDays(14), 51.10m, "Visa, 4111  11"),
            (document.Debit!.Day, document.Debit.Amount.Amount, document.Debit.From)
        );
        Assert.Contains(
            document.Facts,
            fact => fact.Label == "To be debited" && fact.Value.EndsWith(", $51.10, Visa, 4111  11", StringComparison.Ordinal)
        );
        await Api.CallAsync("payment", "cancelScheduledPayment", P("paymentNumber", await NewestPaymentAsync(server, usn)));
        document = await DocumentAsync();
        Assert.NotNull(document.PaymentSlip);
        Assert.Null(document.Debit);

        Task<Smile.Correspondence.Documents.CustomerDocument> DocumentAsync() =>
            RunAsync<Smile.Correspondence.Documents.IDocumentSource, Smile.Correspondence.Documents.CustomerDocument>(
                server,
                async source => (await source.FindTransactionAsync(invoice, CancellationToken.None))!
            );
    }

    /// <summary>What a gateway was asked for and has not answered is as good as taken.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task What_is_under_way_is_not_taken_again(int option)
    {
        var usn = await PayerAsync(option);
        var first = await ScheduledInvoiceAsync(usn, 100m, due: 0);
        await BeginAsync(await NewestPaymentAsync(server, usn));
        if (option == 1)
        {
            // A plan's instalment beside it, and the invoice closed again.
            await RunAsync<PaymentPlans, PaymentPlan>(
                server,
                plans => plans.CreateAsync(new NewPaymentPlan(usn, [first], 2, Today), CancellationToken.None)
            );
        }

        await ScheduledInvoiceAsync(usn, 50m, due: 0);
        await server.CarryOutDueWorkAsync();
        Assert.Equal(
            50m,
            await server.QueryAsync<decimal>(
                "SELECT coalesce(sum(amount - surcharge_amount), 0) FROM payment WHERE account_usn = $1 AND status = 'Accepted'",
                usn
            )
        );

        Task BeginAsync(string number) =>
            server.ExecuteAsync(
                """
                INSERT INTO payment_attempt (payment_number, reference, started, inquiries, changed_by)
                VALUES ($1, $1 || '-1', now(), 0, 'tests')
                """,
                number
            );
    }

    /// <summary>Each invoice of every ten days with a fortnight to pay would put the debit off for ever.</summary>
    [Fact]
    public async Task Later_invoices_do_not_put_the_debit_of_the_balance_off()
    {
        var usn = await PayerAsync(2);
        await ScheduledInvoiceAsync(usn, 50m);
        var due = Today.AddDays(14);
        server.Clock.Advance(TimeSpan.FromDays(10));
        await ScheduledInvoiceAsync(usn, 30m);
        Assert.Equal("81.43", await WaitingAsync(usn));
        Assert.Equal(
            due,
            await server.QueryAsync<DateOnly>(
                "SELECT (next_transfer AT TIME ZONE 'Australia/Sydney')::date FROM payment WHERE account_usn = $1 AND status = 'Waiting'",
                usn
            )
        );
    }

    /// <summary>Who has agreed to instalments is not debited for the whole.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task A_payment_plan_takes_its_invoices_out_of_automatic_payment(int option)
    {
        var usn = await PayerAsync(option);
        var invoice = await ScheduledInvoiceAsync(usn, 90m, due: 5);
        await ScheduledInvoiceAsync(usn, 20m, due: 5);
        await RunAsync<PaymentPlans, PaymentPlan>(
            server,
            plans => plans.CreateAsync(new NewPaymentPlan(usn, [invoice], 3, Today.AddDays(3)), CancellationToken.None)
        );
        server.Clock.Advance(TimeSpan.FromDays(6));
        await server.CarryOutDueWorkAsync();
        Assert.Equal(60m, await BalanceAsync(server, usn));

        // A payment of the balance pays the oldest debits first, those of a plan too.
        Assert.Equal(option == 1 ? 60m : 40m, await UnallocatedAsync(server, invoice));
    }

    /// <summary>
    /// Who agrees to instalments first and stores a card then, or another one, or one again, is debited on the plan's days.
    /// </summary>
    [Theory]
    [InlineData("none", "31.10 31.10 31.10")]
    [InlineData("none, and ahead", "16.10 31.10")]
    [InlineData("deleted", "31.10 31.10 31.10")]
    [InlineData("deleted, and late", "31.10 31.10 31.10")]
    [InlineData("called off", "31.10 31.10")]
    [InlineData("another type", "31.10 31.10 31.10")]
    public async Task Details_schedule_the_instalments_to_come(string before, string scheduled)
    {
        var usn = before.StartsWith("none", StringComparison.Ordinal) ? (await PortalCustomerAsync(server)).Usn : await PayerAsync(0);
        var invoice = await ScheduledInvoiceAsync(usn, 90m);
        var plan = await RunAsync<PaymentPlans, PaymentPlan>(
            server,
            plans => plans.CreateAsync(new NewPaymentPlan(usn, [invoice], 3, Today.AddDays(3)), CancellationToken.None)
        );
        switch (before)
        {
            case "none, and ahead":
                await Api.CallAsync("payment", "processPayment", P("usn", usn), Request("cash", "45.00", null, plan: plan.Number));
                break;
            case "called off":
                await Api.CallAsync("payment", "cancelScheduledPayment", P("paymentNumber", plan.Instalments[0].PaymentNumber!));
                await DeleteDetailsAsync(usn);
                break;
            case "deleted" or "deleted, and late":
                await DeleteDetailsAsync(usn);
                break;
            default:
                break;
        }

        if (before == "another type")
        {
            await Api.CallAsync(
                "payment",
                "updateStoredPaymentDetails",
                P("usn", usn),
                P("storedPaymentDetailsId", await DetailsIdAsync(usn)),
                Details("mastercard", "5105105105105100")
            );
        }
        else
        {
            server.Clock.Advance(TimeSpan.FromDays(before == "deleted, and late" ? 2 : 0));
            await Api.CallAsync("payment", "addStoredPaymentDetails", P("usn", usn), Details("visa", GoodCard));
        }

        Assert.Equal(scheduled, await WaitingAsync(usn));
        Assert.Equal(before == "none, and ahead" ? 45m : 90m, await TakenCareOfAsync(usn));
        server.Clock.Advance(TimeSpan.FromDays(70));
        await server.CarryOutDueWorkAsync();
        Assert.Equal(before == "called off" ? 30m : 0m, await BalanceAsync(server, usn));
    }

    /// <summary>What a plan had is debited as if it had never been in one.</summary>
    [Theory]
    [InlineData(1, "51.10 31.10")]
    [InlineData(2, "81.43")]
    [InlineData(0, "")]
    public async Task The_invoices_of_a_plan_that_is_cancelled_are_paid_automatically_again(int option, string scheduled)
    {
        var usn = await PayerAsync(option);
        var invoices = new[] { await ScheduledInvoiceAsync(usn, 50m, due: 5), await ScheduledInvoiceAsync(usn, 30m, due: 9) };
        var plan = await RunAsync<PaymentPlans, PaymentPlan>(
            server,
            plans => plans.CreateAsync(new NewPaymentPlan(usn, invoices, 2, Today.AddDays(20)), CancellationToken.None)
        );
        await RunAsync<PaymentPlans, bool>(
            server,
            async plans =>
            {
                await plans.CancelAsync(plan.Number, CancellationToken.None);
                return true;
            }
        );
        Assert.Equal(scheduled, await WaitingAsync(usn));
        server.Clock.Advance(TimeSpan.FromDays(10));
        await server.CarryOutDueWorkAsync();
        Assert.Equal(option == 0 ? 80m : 0m, await BalanceAsync(server, usn));
    }

    /// <summary>The surcharge was worked out when the rate was another.</summary>
    [Fact]
    public async Task A_scheduled_payment_costs_the_surcharge_and_the_tax_of_its_day()
    {
        var usn = await PayerAsync(1);
        await ScheduledInvoiceAsync(usn, 50m, due: 5);
        await server.ExecuteAsync(
            "UPDATE payment SET surcharge_amount = 1.19, surcharge_tax = 0.19, amount = 51.19 WHERE account_usn = $1",
            usn
        );
        server.Clock.Advance(TimeSpan.FromDays(6));
        await server.CarryOutDueWorkAsync();
        Assert.Equal(51.10m, await ChargedAsync(server, await NewestPaymentAsync(server, usn)));
        Assert.Equal(
            "1.10 0.10",
            await server.QueryAsync<string>(
                """
                SELECT round(amount, 2) || ' ' || round(gst_amount, 2) FROM financial_transaction WHERE account_usn = $1
                    AND type = 'Surcharge'
                """,
                usn
            )
        );
    }

    /// <summary>What is paid ahead is taken off the next instalment: who has paid does not expect to pay tomorrow.</summary>
    [Fact]
    public async Task What_is_paid_ahead_of_a_plan_is_taken_off_the_next_instalment()
    {
        var usn = await PayerAsync(0);
        var invoice = await ScheduledInvoiceAsync(usn, 90m);
        var plan = await RunAsync<PaymentPlans, PaymentPlan>(
            server,
            plans =>
                plans.CreateAsync(
                    new NewPaymentPlan(usn, [invoice], 3, Today.AddDays(3)) { Every = InstalmentFrequency.Week },
                    CancellationToken.None
                )
        );
        await Api.CallAsync("payment", "processPayment", P("usn", usn), Request("cash", "45.00", null, plan: plan.Number));
        foreach (var (days, left) in new[] { (4, 45m), (7, 30m), (7, 0m) })
        {
            server.Clock.Advance(TimeSpan.FromDays(days));
            await server.CarryOutDueWorkAsync();
            Assert.Equal(left, await BalanceAsync(server, usn));
        }
    }

    /// <summary>
    /// Who is sent an invoice has its days to pay, however long it was a quote; a day that was asked for is kept while it is to come.
    /// </summary>
    [Theory]
    [InlineData(false, 0, 14)]
    [InlineData(false, 3, 17)]
    [InlineData(false, 40, 54)]
    [InlineData(true, 0, 5)]
    [InlineData(true, 3, 5)]
    [InlineData(true, 40, 40)]
    public async Task A_quote_that_is_closed_later_is_due_as_an_invoice_of_that_day(bool isAsked, int later, int due)
    {
        var usn = (await PortalCustomerAsync(server)).Usn;
        var day = Today;
        var quote = (
            await Api.CallAsync(
                "account",
                "raiseInvoice",
                P("usn", usn),
                Fixture.Money.Invoice(
                    [Fixture.Money.Charge(usn, "cst", "1.00")],
                    isAsked ? $"<dueDate>{day.AddDays(5):yyyy-MM-dd}</dueDate>" : "",
                    "<InvoiceOperation>LeaveOpen</InvoiceOperation>"
                )
            )
        ).At("transactionNumber")!;
        server.Clock.Advance(TimeSpan.FromDays(later));
        await RunAsync<TransactionLifecycle, bool>(
            server,
            async lifecycle =>
            {
                await lifecycle.CloseAsync(quote, CancellationToken.None);
                return true;
            }
        );
        Assert.Equal(
            day.AddDays(due),
            await server.QueryAsync<DateOnly>("SELECT due_date FROM financial_transaction WHERE number = $1", quote)
        );
    }

    /// <summary>Who has paid without saying what for does not pay again.</summary>
    [Fact]
    public async Task No_more_is_debited_than_the_account_owes()
    {
        var usn = await PayerAsync(1);
        await ScheduledInvoiceAsync(usn, 50m, due: 5);
        await Api.CallAsync("payment", "processPayment", P("usn", usn), Request("cash", "35.00", null));
        server.Clock.Advance(TimeSpan.FromDays(6));
        await server.CarryOutDueWorkAsync();
        Assert.Equal(0m, await BalanceAsync(server, usn));
    }

    private static DateTimeOffset Midnight(DateOnly day) =>
        new(day.ToDateTime(TimeOnly.MinValue), Sydney.GetUtcOffset(day.ToDateTime(TimeOnly.MinValue)));

    private async Task<string> PayerAsync(int option, string card = GoodCard)
    {
        var usn = (await PortalCustomerAsync(server)).Usn;
        await Api.CallAsync("payment", "addStoredPaymentDetails", P("usn", usn), Details("visa", card));
        await ChooseAsync(usn, option);
        return usn;
    }

    private Task<bool> ChooseAsync(string usn, int? option) =>
        RunAsync<AutomaticPayments, bool>(
            server,
            async automatic =>
            {
                await automatic.ChooseAsync(usn, option, CancellationToken.None);
                return true;
            }
        );

    private async Task DeleteDetailsAsync(string usn) =>
        await Api.CallAsync("payment", "deleteStoredPaymentDetails", P("usn", usn), P("storedPaymentDetailsId", await DetailsIdAsync(usn)));

    private async Task<string> DetailsIdAsync(string usn) =>
        (await Api.CallAsync("payment", "getStoredPaymentDetailsList", P("usn", usn))).At("StoredPaymentDetails/StoredPaymentDetailsId")!;

    /// <summary>The amounts that wait, in the order of their days.</summary>
    private Task<string> WaitingAsync(string usn) =>
        server.QueryAsync<string>(
            """
            SELECT coalesce(string_agg(amount::numeric(18, 2)::text, ' ' ORDER BY next_transfer), '') FROM payment
            WHERE account_usn = $1 AND status = 'Waiting'
            """,
            usn
        );

    /// <summary>An invoice that is due in a fortnight, or in so many days, and what its closing schedules.</summary>
    private async Task<string> ScheduledInvoiceAsync(string usn, decimal amount, bool suppress = false, int due = 14) =>
        (
            await Api.CallAsync(
                "account",
                "raiseInvoice",
                P("usn", usn),
                Fixture.Money.Invoice(
                    [
                        Fixture.Money.Charge(
                            usn,
                            "cst",
                            amount.ToString(System.Globalization.CultureInfo.InvariantCulture),
                            chargeGst: false
                        ),
                    ],
                    $"<dueDate>{Today.AddDays(due):yyyy-MM-dd}</dueDate>",
                    $"<suppressAutoPayment>{(suppress ? "true" : "false")}</suppressAutoPayment>"
                )
            )
        ).At("transactionNumber")!;

    /// <summary>What credit control leaves alone of an account's debts.</summary>
    private async Task<decimal> TakenCareOfAsync(string usn)
    {
        await using var database = server.Stage.Store.CreateDatabase();
        var standing = await database.AgedBalanceAsync(new Smile.Kernel.Usn(usn), Today, [0], byDueDate: true, [1], CancellationToken.None);
        return standing.Groups.Where(group => group.Excluded).Sum(group => group.Amount);
    }
}
