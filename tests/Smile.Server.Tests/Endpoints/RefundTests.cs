using Smile.Kernel;
using Smile.Payments;
using Smile.Server.Tests.Commands;
using Smile.Server.Tests.Fixture;
using Smile.Server.Tests.Ledger;
using static Smile.Server.Tests.Fixture.Orders;
using static Smile.Server.Tests.Fixture.PaymentHelp;
using static Smile.Server.Tests.Fixture.SoapCaller;

namespace Smile.Server.Tests.Endpoints;

/// <summary>
/// L2: refunds through the gateway, and payments whose outcome nobody knows, as an operator deals with them. The bank and the books agree.
/// </summary>
[Collection(PaymentServerTests.Name)]
public sealed class RefundTests(ServerFixture server)
{
    private const int TimeoutAfterCharge = 9006;
    private const string AskAgain = "ask-again";

    private SoapCaller Api => server.Administrator;

    [Fact]
    public async Task A_payment_that_goes_back_whole_takes_receipt_and_surcharge_back()
    {
        var (usn, invoice, payment) = await PaidAsync(10m, "2.00", "0.90");
        Assert.Equal(9.10m, await BalanceAsync(server, usn));
        var refund = await RefundAsync(payment, null);
        Assert.Equal((PaymentRefundStatus.Accepted, 2.00m), (refund.Status, refund.Amount));
        Assert.Equal(2.00m, await RefundedAsync(payment));
        Assert.Equal((10m, 10m), (await BalanceAsync(server, usn), await UnallocatedAsync(server, invoice)));
        Assert.Equal(
            "Invoice 10.00, Receipt -2.00 reversed, ReceiptReversal 2.00, Surcharge 1.10 reversed, SurchargeReversal -1.10",
            await server.QueryAsync<string>(
                """
                SELECT string_agg(type || ' ' || round(amount, 2) || CASE WHEN reversed_by IS NULL THEN '' ELSE ' reversed' END, ', '
                ORDER BY type)
                FROM financial_transaction WHERE account_usn = $1
                """,
                usn
            )
        );
        Assert.Equal(
            refund.TransactionNumber,
            await server.QueryAsync<string>(
                "SELECT number FROM financial_transaction WHERE account_usn = $1 AND type = 'ReceiptReversal'",
                usn
            )
        );

        // The bank account that the money came into is the one that it leaves.
        Assert.Equal(
            "0",
            await server.QueryAsync<string>(
                "SELECT trim_scale(sum(amount))::text FROM ledger_entry WHERE account_usn = $1 AND ledger_account = '082'",
                usn
            )
        );
        Assert.Equal("", await LedgerInvariants.BrokenAsync(server, [usn]));
        await RefusedAsync(payment, null);
    }

    [Fact]
    public async Task Parts_of_a_payment_are_reimbursed_until_nothing_is_left()
    {
        var (usn, invoice, payment) = await PaidAsync(20m, "21.10", "20.00");
        Assert.Equal(0m, await BalanceAsync(server, usn));
        var first = await RefundAsync(payment, 5m);
        Assert.Equal((5m, 0m), (await BalanceAsync(server, usn), await UnallocatedAsync(server, invoice)));
        Assert.Equal(
            "Reimbursement 5.00",
            await server.QueryAsync<string>(
                "SELECT type || ' ' || round(amount, 2) FROM financial_transaction WHERE number = $1",
                first.TransactionNumber!
            )
        );
        await RefusedAsync(payment, 16.11m, "Of the payment, $16.10 can be given back.");
        await RefusedAsync(payment, 0m, "An amount is more than zero and has at most 2 decimals.");
        await RefusedAsync(payment, -5m, "An amount is more than zero and has at most 2 decimals.");
        await RefusedAsync(payment, 1.005m, "has at most 2 decimals.");

        // What the account has in credit goes first.
        await Api.CallAsync(
            "account",
            "raiseAdjustment",
            P("usn", usn),
            P("adjustmentType", "1"),
            P("effective", server.Clock.GetUtcNow().ToString("yyyy-MM-ddTHH:mm:ssZ", System.Globalization.CultureInfo.InvariantCulture)),
            P("amount", "-16.10"),
            P("gst", "0")
        );
        var rest = await RefundAsync(payment, null);
        Assert.Equal((16.10m, 3.90m), (rest.Amount, await BalanceAsync(server, usn)));
        Assert.Equal(0m, await UnallocatedAsync(server, rest.TransactionNumber!));
        Assert.Equal(21.10m, await RefundedAsync(payment));
        Assert.Equal("", await LedgerInvariants.BrokenAsync(server, [usn]));
        await RefusedAsync(payment, 0.01m);
    }

    /// <summary>A surcharge on what was given back would be dunned.</summary>
    [Fact]
    public async Task Who_has_everything_back_in_parts_owes_no_surcharge()
    {
        var (usn, invoice, payment) = await PaidAsync(20m, "21.10", "20.00");
        await RefundAsync(payment, 15m);
        Assert.Equal(15m, await BalanceAsync(server, usn));
        await RefundAsync(payment, null);
        Assert.Equal((20m, 21.10m), (await BalanceAsync(server, usn), await RefundedAsync(payment)));
        Assert.Equal(
            "Surcharge 1.10, SurchargeReversal -1.10",
            await server.QueryAsync<string>(
                """
                SELECT string_agg(type || ' ' || round(amount, 2), ', ' ORDER BY type) FROM financial_transaction
                WHERE account_usn = $1 AND type LIKE 'Surcharge%'
                """,
                usn
            )
        );
        Assert.Equal(0m, await UnallocatedAsync(server, invoice));
        Assert.Equal("", await LedgerInvariants.BrokenAsync(server, [usn]));
    }

    [Fact]
    public async Task What_the_gateway_refuses_changes_nothing_in_the_books()
    {
        var (usn, _, payment) = await PaidAsync(10m, "2.00", "0.90");
        await server.ExecuteAsync("DELETE FROM sandbox.charge WHERE reference LIKE $1 || '-%'", payment);
        var refund = await RefundAsync(payment, 1m);
        Assert.Equal((PaymentRefundStatus.Declined, "There is no such charge, or less of it is left."), (refund.Status, refund.Message));
        Assert.Equal(9.10m, await BalanceAsync(server, usn));
        Assert.Equal(0m, await RefundedAsync(payment));
    }

    [Fact]
    public async Task A_refund_without_an_answer_is_asked_for_again_and_made_once()
    {
        var (usn, _, payment) = await PaidAsync(10m, "2.00", "0.90");
        await RefundedAsync(payment);
        await ExecuteAsync(server, "ALTER TABLE sandbox.refund RENAME TO refund_away");
        PaymentRefund refund;
        try
        {
            refund = await RefundAsync(payment, 0.50m);
        }
        finally
        {
            await ExecuteAsync(server, "ALTER TABLE sandbox.refund_away RENAME TO refund");
        }

        Assert.Equal((PaymentRefundStatus.Waiting, 9.10m), (refund.Status, await BalanceAsync(server, usn)));
        await RefusedAsync(payment, 0.50m);

        // The money went back while the answer was lost: the gateway says so, and gives it once.
        await server.ExecuteAsync(
            "INSERT INTO sandbox.refund (reference, charge_reference, amount) VALUES ($1, $2 || '-1', 0.50)",
            refund.Number,
            payment
        );
        var again = await AgainAsync(refund.Number);
        Assert.Equal((PaymentRefundStatus.Accepted, 9.60m), (again.Status, await BalanceAsync(server, usn)));
        Assert.Equal(0.50m, await RefundedAsync(payment));
        await Assert.ThrowsAsync<SmileException>(() => AgainAsync(refund.Number));
        Assert.Equal("", await LedgerInvariants.BrokenAsync(server, [usn]));
    }

    [Theory]
    [InlineData("accept", "Accepted", "-0.90", "is accepted: its receipt is on the account's balance, which is -0.90 AUD now.")]
    [InlineData("give-up", "Declined", "0.00", "is declined: there is no receipt, and no fee.")]
    [InlineData(AskAgain, "Accepted", "-0.90", "waits: a running server asks its gateway at once.")]
    public async Task A_payment_in_attention_is_decided_with_a_reason_or_asked_for_again(
        string decision,
        string status,
        string balance,
        string said
    )
    {
        var usn = (await PortalCustomerAsync(server)).Usn;
        var number = (
            await Api.CallAsync("payment", "processPayment", P("usn", usn), Request("visa", "2.00", "1.10", Card(TimeoutAfterCharge)))
        ).At("Payment/PaymentNumber")!;
        await Assert.ThrowsAsync<SmileException>(() => DecideAsync("accept", number, "Seen at the bank"));
        await ExecuteAsync(server, "ALTER TABLE sandbox.charge RENAME TO charge_away");
        try
        {
            for (var round = 0; round < 40; round++)
            {
                server.Clock.Advance(TimeSpan.FromMinutes(round < 6 ? 15 : 361));
                await server.CarryOutDueWorkAsync();
            }
        }
        finally
        {
            await ExecuteAsync(server, "ALTER TABLE sandbox.charge_away RENAME TO charge");
        }

        Assert.Contains(
            number,
            (
                await RunAsync<PaymentAdministration, List<Payment>>(
                    server,
                    payments => payments.ListAsync(Smile.Payments.PaymentStatus.Attention, 1_000, CancellationToken.None)
                )
            ).Select(payment => payment.Number)
        );
        if (decision != AskAgain)
        {
            await Assert.ThrowsAsync<SmileException>(() => DecideAsync(decision, number, " "));
            await Assert.ThrowsAsync<SmileException>(() => DecideAsync(decision, number, $"It was {GoodCard}"));
        }

        Assert.Equal($"Payment {number} of 2.00 AUD by account {usn} {said}", await DecideAsync(decision, number, "Seen at the bank"));
        await server.CarryOutDueWorkAsync();
        Assert.Equal(status, await StatusAsync(server, number));
        Assert.Equal(decimal.Parse(balance, System.Globalization.CultureInfo.InvariantCulture), await BalanceAsync(server, usn));
        if (decision != AskAgain)
        {
            Assert.Equal(
                "tests: Seen at the bank",
                await server.QueryAsync<string>(
                    "SELECT message FROM payment_attempt WHERE payment_number = $1 ORDER BY id DESC LIMIT 1",
                    number
                )
            );
        }

        await Assert.ThrowsAsync<SmileException>(() => DecideAsync(decision, number, "Again"));
        Assert.Equal("", await LedgerInvariants.BrokenAsync(server, [usn]));
    }

    /// <summary>
    /// S13. Whoever has a stored number decrypted leaves a row, also where the bank declines; what pays without one leaves none.
    /// </summary>
    [Fact]
    public async Task Each_use_of_a_stored_number_is_kept()
    {
        var usn = (await PortalCustomerAsync(server)).Usn;
        await Api.CallAsync("payment", "processPayment", P("usn", usn), Request("visa", "2.00", "1.10", GoodCard));
        await Api.CallAsync("payment", "addStoredPaymentDetails", P("usn", usn), Details("visa", GoodCard));
        await Api.CallAsync("payment", "processPayment", P("usn", usn), Stored("2.00", "1.10"));
        Assert.Equal(
            $"{await server.QueryAsync<Guid>("SELECT id FROM stored_payment_details WHERE account_usn = $1", usn)} Token processPayment",
            await server.QueryAsync<string>(
                """
                SELECT string_agg(payment_details_id || ' ' || secret_kind || ' ' || purpose, ', ') FROM payment_secret_access
                WHERE account_usn = $1
                """,
                usn
            )
        );
    }

    /// <summary>
    /// L3. Kept with the payment or the details, and told to the gateway with each charge; never a place for a card number.
    /// </summary>
    [Fact]
    public async Task Custom_fields_of_payments_and_details_are_kept_and_reach_the_gateway()
    {
        const string fields =
            "<Properties><Object><String name='campaign'>spring</String><Integer name='terminal'>7</Integer></Object></Properties>";
        var usn = (await PortalCustomerAsync(server)).Usn;
        var charged = new List<string>();
        server.SandboxHook = (at, charge) =>
        {
            charged.AddRange(
                at == Smile.Gateways.Sandbox.SandboxMoment.BeforeCharge
                    ? [string.Join(",", charge.Instrument.Properties.Fields.Select(field => $"{field.Name}={field.Value}"))]
                    : []
            );
            return Task.CompletedTask;
        };
        try
        {
            var answer = await Api.CallAsync("payment", "processPayment", P("usn", usn), Request("visa", "2.00", "1.10", GoodCard, fields));
            Assert.Equal(
                "campaign spring, terminal 7",
                await server.QueryAsync<string>(
                    """
                    SELECT string_agg((field ->> 'n') || ' ' || (field ->> 'v'), ', ')
                    FROM payment, jsonb_array_elements(properties) AS field WHERE number = $1
                    """,
                    answer.At("Payment/PaymentNumber")!
                )
            );
            await Api.CallAsync(
                "payment",
                "addStoredPaymentDetails",
                P("usn", usn),
                Document(
                    $"<PaymentDetails><PaymentType>visa</PaymentType><AccountName>Test User</AccountName>"
                        + $"<AccountNumber>{GoodCard}</AccountNumber>"
                        + $"<ExpiryDate>2030-12</ExpiryDate>{fields.Replace("spring", "stored", StringComparison.Ordinal)}</PaymentDetails>"
                )
            );
            await Api.CallAsync("payment", "processPayment", P("usn", usn), Stored("2.00", "1.10"));
        }
        finally
        {
            server.SandboxHook = null;
        }

        Assert.Equal(["campaign=spring,terminal=7", "campaign=stored,terminal=7"], charged);
        foreach (
            var wrong in new[] { $"<String name='note'>{GoodCard}</String>", "<String name='note'>" + new string('x', 201) + "</String>" }
        )
        {
            var before = await TracesAsync(server, usn);
            var refused = await Api.RefusedAsync(
                "payment",
                "processPayment",
                P("usn", usn),
                Request("visa", "2.00", "1.10", GoodCard, $"<Properties><Object>{wrong}</Object></Properties>")
            );
            Assert.Equal("InvalidRequestException", refused.Element);
            Assert.Equal(before, await TracesAsync(server, usn));
        }
    }

    private async Task<(string Usn, string Invoice, string Payment)> PaidAsync(decimal invoiced, string amount, string allocated)
    {
        var usn = (await PortalCustomerAsync(server)).Usn;
        var invoice = await InvoiceAsync(server, usn, invoiced);
        var answer = await Api.CallAsync(
            "payment",
            "processPayment",
            P("usn", usn),
            Request("visa", amount, "1.10", GoodCard),
            AllocateTo((invoice, allocated))
        );
        Assert.Equal("Accepted", answer.At("Payment/Status"));
        return (usn, invoice, answer.At("Payment/PaymentNumber")!);
    }

    private Task<PaymentRefund> RefundAsync(string payment, decimal? amount) =>
        RunAsync<RefundPayment, PaymentRefund>(
            server,
            refunds => refunds.RefundAsync(payment, amount, "The customer has changed his mind", CancellationToken.None)
        );

    private Task<PaymentRefund> AgainAsync(string refund) =>
        RunAsync<RefundPayment, PaymentRefund>(server, refunds => refunds.AgainAsync(refund, CancellationToken.None));

    private async Task RefusedAsync(string payment, decimal? amount, string why = "")
    {
        var before = await server.QueryAsync<long>("SELECT count(*) FROM payment_refund WHERE payment_number = $1", payment);
        var refusal = await Assert.ThrowsAsync<SmileException>(() => RefundAsync(payment, amount));
        Assert.EndsWith(why, refusal.Message, StringComparison.Ordinal);
        Assert.Equal(before, await server.QueryAsync<long>("SELECT count(*) FROM payment_refund WHERE payment_number = $1", payment));
    }

    /// <returns>What the command says.</returns>
    private Task<string?> DecideAsync(string decision, string number, string reason)
    {
        string[] line = ["payment", decision, number];
        return CommandTree.GiveAsync(server, decision == AskAgain ? line : [.. line, "--reason", reason]);
    }

    /// <summary>What the sandbox's bank has given back of a payment.</summary>
    private async Task<decimal> RefundedAsync(string payment) =>
        await server.QueryAsync<decimal>(
            "SELECT coalesce(sum(amount), 0) FROM sandbox.refund WHERE charge_reference LIKE $1 || '-%'",
            payment
        );
}
