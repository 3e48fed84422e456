using System.Xml.Linq;
using Smile.Gateways.Sandbox;
using Smile.Server.Tests.Fixture;
using static Smile.Server.Tests.Fixture.Orders;
using static Smile.Server.Tests.Fixture.PaymentHelp;
using static Smile.Server.Tests.Fixture.SoapCaller;

namespace Smile.Server.Tests.Endpoints;

/// <summary>Whatever stops a payment on its way, the ledger and the bank agree in the end, and nothing is charged twice.</summary>
[Collection(PaymentServerTests.Name)]
public sealed class PaymentRecoveryTests(ServerFixture server)
{
    private const int TimeoutBeforeCharge = 9005;
    private const int TimeoutAfterCharge = 9006;
    private const int NetworkError = 9007;

    private SoapCaller Api => server.Administrator;

    [Theory]
    [InlineData(TimeoutBeforeCharge, false)]
    [InlineData(NetworkError, false)]
    [InlineData(TimeoutAfterCharge, true)]
    public async Task An_answer_that_does_not_come_is_asked_for_until_it_is_known(int card, bool charged)
    {
        var usn = (await PortalCustomerAsync(server)).Usn;
        var invoice = await InvoiceAsync(server, usn, 10m);
        var answer = await Api.CallAsync(
            "payment",
            "processPayment",
            P("usn", usn),
            Request("visa", "2.00", "1.10", Card(card)),
            AllocateTo((invoice, "0.90"))
        );
        var number = answer.At("Payment/PaymentNumber")!;
        Assert.Equal("Waiting", answer.At("Payment/Status"));
        Assert.Equal(10m, await BalanceAsync(server, usn));
        await RecoverAsync();
        Assert.Equal(charged ? "Accepted" : "Declined", await StatusAsync(server, number));
        await AssertAgreementAsync(usn, number, charged, invoice);

        // The bank did not refuse what never reached it: no fee.
        Assert.Equal(charged ? 9.10m : 10m, await BalanceAsync(server, usn));
        await RecoverAsync();
        await AssertAgreementAsync(usn, number, charged, invoice);
    }

    [Theory]
    [InlineData(SandboxMoment.BeforeCharge, false)]
    [InlineData(SandboxMoment.AfterCharge, true)]
    public async Task A_server_that_stops_around_the_charge_is_made_up_for(SandboxMoment moment, bool charged)
    {
        var usn = (await PortalCustomerAsync(server)).Usn;
        var invoice = await InvoiceAsync(server, usn, 10m);
        using var stopped = new CancellationTokenSource();
        var reached = new TaskCompletionSource();
        server.SandboxHook = async (at, _) =>
        {
            if (at == moment)
            {
                // As good as dead: the answer never comes back from here while the test looks.
                reached.TrySetResult();
                await Task.Delay(Timeout.Infinite, stopped.Token);
            }
        };
        var call = CallAsync(usn, invoice);
        await reached.Task.WaitAsync(Smile.Testing.Until.Patience);
        server.SandboxHook = null;
        var number = await NewestPaymentAsync(server, usn);
        Assert.Equal("Waiting", await StatusAsync(server, number));
        await RecoverAsync();
        Assert.Equal(charged ? "Accepted" : "Declined", await StatusAsync(server, number));
        await AssertAgreementAsync(usn, number, charged, invoice);

        // The server that was thought dead comes back to a payment that is settled, and settles nothing again.
        await stopped.CancelAsync();
        await call;
        await AssertAgreementAsync(usn, number, charged, invoice);
    }

    [Fact]
    public async Task A_database_that_fails_while_the_outcome_is_recorded_loses_nothing()
    {
        var usn = (await PortalCustomerAsync(server)).Usn;
        var invoice = await InvoiceAsync(server, usn, 10m);
        server.SandboxHook = async (at, _) =>
        {
            if (at == SandboxMoment.AfterCharge)
            {
                await ExecuteAsync(
                    server,
                    $"""
                    CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.account_usn = '{usn}'
                    THEN RAISE 'broken'; END IF; RETURN NEW; END $$;
                    CREATE TRIGGER fail BEFORE INSERT ON allocation FOR EACH ROW EXECUTE FUNCTION fail()
                    """
                );
            }
        };
        var answer = await Api.CallAsync(
            "payment",
            "processPayment",
            P("usn", usn),
            Request("visa", "2.00", "1.10", GoodCard),
            AllocateTo((invoice, "0.90"))
        );
        server.SandboxHook = null;
        var number = answer.At("Payment/PaymentNumber")!;
        Assert.Equal("Waiting", answer.At("Payment/Status"));
        Assert.Equal(10m, await BalanceAsync(server, usn));
        await ExecuteAsync(server, "DROP TRIGGER fail ON allocation; DROP FUNCTION fail()");
        await RecoverAsync();
        Assert.Equal("Accepted", await StatusAsync(server, number));
        await AssertAgreementAsync(usn, number, true, invoice);
    }

    /// <summary>Details that came with the request are not kept; stored ones are sent again when nothing had arrived.</summary>
    [Fact]
    public async Task What_never_reached_the_gateway_is_sent_again_from_stored_details()
    {
        var usn = (await PortalCustomerAsync(server)).Usn;
        await Api.CallAsync("payment", "addStoredPaymentDetails", P("usn", usn), Details("visa", GoodCard));
        var isFirst = true;
        server.SandboxHook = (at, _) =>
        {
            var fails = isFirst && at == SandboxMoment.BeforeCharge;
            isFirst = false;
            return fails ? throw new HttpRequestException("down") : Task.CompletedTask;
        };
        var number = (await Api.CallAsync("payment", "processPayment", P("usn", usn), Stored("2.00", "1.10"))).At("Payment/PaymentNumber")!;
        Assert.Equal("Waiting", await StatusAsync(server, number));
        await RecoverAsync();
        server.SandboxHook = null;
        Assert.Equal("Accepted", await StatusAsync(server, number));
        Assert.Equal(2.00m, await ChargedAsync(server, number));
        Assert.Equal(
            [$"{number}-1", $"{number}-2"],
            await server.QueryAsync<string[]>(
                "SELECT array_agg(reference ORDER BY id) FROM payment_attempt WHERE payment_number = $1",
                number
            )
        );
    }

    [Fact]
    public async Task A_gateway_that_never_answers_leaves_the_payment_to_an_operator_who_may_cancel_it()
    {
        var usn = (await PortalCustomerAsync(server)).Usn;
        var number = (
            await Api.CallAsync("payment", "processPayment", P("usn", usn), Request("visa", "2.00", "1.10", Card(TimeoutAfterCharge)))
        ).At("Payment/PaymentNumber")!;
        Assert.Equal(
            "InvalidRequestException",
            (await Api.RefusedAsync("payment", "cancelScheduledPayment", P("paymentNumber", number))).Element
        );
        Assert.Equal(
            "InvalidRequestException",
            (
                await Api.RefusedAsync(
                    "payment",
                    "reschedulePaymentWithNewDetails",
                    P("paymentNumber", number),
                    Document("<PaymentDetailsRequest><DefaultStoredPaymentDetails/></PaymentDetailsRequest>")
                )
            ).Element
        );
        await ExecuteAsync(server, "ALTER TABLE sandbox.charge RENAME TO charge_away");
        try
        {
            await RecoverAsync(rounds: 40);
        }
        finally
        {
            await ExecuteAsync(server, "ALTER TABLE sandbox.charge_away RENAME TO charge");
        }

        Assert.Equal("Attention", await StatusAsync(server, number));
        Assert.Equal(
            "InvalidRequestException",
            (
                await Api.RefusedAsync(
                    "payment",
                    "reschedulePaymentWithNewDetails",
                    P("paymentNumber", number),
                    Document("<PaymentDetailsRequest><DefaultStoredPaymentDetails/></PaymentDetailsRequest>")
                )
            ).Element
        );
        var cancelled = await Api.CallAsync("payment", "cancelScheduledPayment", P("paymentNumber", number));
        Assert.Equal(("Cancelled", "true"), (cancelled.At("Status"), cancelled.At("ManuallyDeclined")));
        Assert.Equal(
            "InvalidRequestException",
            (await Api.RefusedAsync("payment", "cancelScheduledPayment", P("paymentNumber", number))).Element
        );
    }

    [Fact]
    public async Task Several_servers_settle_a_payment_once()
    {
        var usn = (await PortalCustomerAsync(server)).Usn;
        var number = (
            await Api.CallAsync("payment", "processPayment", P("usn", usn), Request("visa", "2.00", "1.10", Card(TimeoutAfterCharge)))
        ).At("Payment/PaymentNumber")!;
        server.Clock.Advance(TimeSpan.FromHours(1));
        await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => server.CarryOutDueWorkAsync()));
        Assert.Equal("Accepted", await StatusAsync(server, number));
        Assert.Equal(-0.90m, await BalanceAsync(server, usn));
        Assert.Equal(
            1L,
            await server.QueryAsync<long>("SELECT count(*) FROM financial_transaction WHERE account_usn = $1 AND type = 'Receipt'", usn)
        );
    }

    private async Task<XElement?> CallAsync(string usn, string invoice) =>
        await Api.CallAsync(
            "payment",
            "processPayment",
            P("usn", usn),
            Request("visa", "2.00", "1.10", GoodCard),
            AllocateTo((invoice, "0.90"))
        );

    private async Task RecoverAsync(int rounds = 6)
    {
        for (var round = 0; round < rounds; round++)
        {
            server.Clock.Advance(TimeSpan.FromMinutes(round < 6 ? 15 : 361));
            await server.CarryOutDueWorkAsync();
        }
    }

    private async Task AssertAgreementAsync(string usn, string number, bool charged, string invoice)
    {
        Assert.Equal(charged ? 2.00m : 0m, await ChargedAsync(server, number));
        Assert.Equal(
            charged ? 1L : 0L,
            await server.QueryAsync<long>(
                "SELECT count(*) FROM financial_transaction WHERE account_usn = $1 AND type = 'Receipt' AND number = $2",
                usn,
                number
            )
        );
        Assert.Equal(charged ? 9.10m : 10m, await UnallocatedAsync(server, invoice));
        Assert.Equal(
            await server.QueryAsync<decimal>(
                "SELECT sum(amount) FROM financial_transaction WHERE account_usn = $1 AND state = 'Closed'",
                usn
            ),
            await BalanceAsync(server, usn)
        );
    }
}
