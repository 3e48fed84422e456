using System.Security.Cryptography;
using System.Xml.Linq;
using Microsoft.Extensions.DependencyInjection;
using Smile.Cli;
using Smile.Hosting;
using Smile.Hosting.Payments;
using Smile.Hosting.Security;
using Smile.Hosting.Stages;
using Smile.Kernel;
using Smile.Payments;
using Smile.Server.Tests.Fixture;
using static Smile.Server.Tests.Fixture.Orders;
using static Smile.Server.Tests.Fixture.PaymentHelp;
using static Smile.Server.Tests.Fixture.SoapCaller;

namespace Smile.Server.Tests.Commands;

[Collection(PaymentServerTests.Name)]
public sealed class PaymentCommandTests(ServerFixture server)
{
    private static readonly string First = Convert.ToBase64String([.. Enumerable.Repeat((byte)7, 32)]);
    private static readonly string Second = Convert.ToBase64String([.. Enumerable.Repeat((byte)8, 32)]);

    [Fact]
    public async Task Reencrypting_takes_all_details_to_the_newest_key()
    {
        var usn = (await PortalCustomerAsync(server)).Usn;
        await server.Administrator.CallAsync(
            "payment",
            "addStoredPaymentDetails",
            P("usn", usn),
            Details("mastercard", "5105105105105100")
        );
        var id = await server.QueryAsync<Guid>("SELECT id FROM stored_payment_details WHERE account_usn = $1", usn);
        var both = new PaymentDetailsVault(new Dictionary<int, string> { [1] = First, [2] = Second });
        var old = new PaymentDetailsVault(new Dictionary<int, string> { [1] = First });
        var isolated = await server.QueryAsync<byte[]>("SELECT payment_secret FROM stored_payment_details WHERE id = $1", id);
        Assert.True(both.IsStale(isolated));
        Assert.InRange(await CardKeysCommand.ReencryptAsync(server.Stage, both, CancellationToken.None), 1, int.MaxValue);
        Assert.Equal(0, await CardKeysCommand.ReencryptAsync(server.Stage, both, CancellationToken.None));
        var encrypted = await server.QueryAsync<byte[]>("SELECT payment_secret FROM stored_payment_details WHERE id = $1", id);
        Assert.Equal(
            "5105105105105100",
            new PaymentDetailsVault(new Dictionary<int, string> { [2] = Second }).Decrypt(id, encrypted).Value
        );
        Assert.Throws<CryptographicException>(() => old.Decrypt(id, encrypted));
        Assert.Throws<AuthenticationTagMismatchException>(() => both.Decrypt(Guid.NewGuid(), encrypted));

        // The server of the other tests knows the first key alone.
        await ExecuteAsync(server, "DELETE FROM stored_payment_details");
    }

    [Fact]
    public void Without_a_key_nothing_is_kept()
    {
        var vault = new PaymentDetailsVault(new Dictionary<int, string>());
        Assert.False(vault.HasKey);
        Assert.Throws<CryptographicException>(() => vault.Encrypt(Guid.NewGuid(), new DetailsSecret("x", null)));
        Assert.Throws<ArgumentException>(() => new PaymentDetailsVault(new Dictionary<int, string> { [1] = "short" }));
    }

    [Fact]
    public async Task An_operator_makes_and_ends_a_payment_plan()
    {
        var usn = (await PortalCustomerAsync(server)).Usn;
        var invoice = await InvoiceAsync(server, usn, 90m);
        var today = DateOnly.FromDateTime(server.Clock.GetUtcNow().UtcDateTime).AddDays(1);
        var plan = await WithPlansAsync(plans => plans.CreateAsync(new NewPaymentPlan(usn, [invoice], 9, today), CancellationToken.None));
        var text = PaymentCommand.Describe(plan);
        Assert.StartsWith($"Payment plan {plan.Number} of account {usn}: Active", text, StringComparison.Ordinal);
        Assert.Contains($"{today:yyyy-MM-dd} 10 no stored details: pay by hand", text, StringComparison.Ordinal);
        await Assert.ThrowsAsync<SmileException>(() =>
            WithPlansAsync(plans => plans.CreateAsync(new NewPaymentPlan(usn, [invoice], 2, today), CancellationToken.None))
        );
        await Assert.ThrowsAsync<SmileException>(() =>
            WithPlansAsync(plans => plans.CreateAsync(new NewPaymentPlan(usn, ["1"], 2, today), CancellationToken.None))
        );
        await WithPlansAsync(async plans =>
        {
            await plans.CancelAsync(plan.Number, CancellationToken.None);
            return true;
        });
        Assert.Equal(
            PaymentPlanState.Cancelled,
            (await WithPlansAsync(plans => plans.GetAsync(plan.Number, CancellationToken.None))).State
        );
        await Assert.ThrowsAsync<SmileException>(() => WithPlansAsync(plans => plans.GetAsync("1", CancellationToken.None)));
    }

    [Fact]
    public void A_stage_has_the_gateways_that_its_settings_name()
    {
        var settings = new ServerSettings();
        settings.Stages["live"] = new StageSettings();
        Assert.Null(Gateways(settings).Find("sandbox"));
        Assert.Null(Gateways(settings).Find("stripe"));
        settings.Stages["live"].AllowSandbox = true;
        settings.Stages["live"].Stripe.SecretKey = "sk_test";
        Assert.NotNull(Gateways(settings).Find("sandbox"));
        Assert.NotNull(Gateways(settings).Find("stripe"));
        Assert.Null(Gateways(settings).Find("other"));
    }

    /// <summary>
    /// A copy that was restored neither charges nor refunds, whoever asks: it has no gateway that moves money until it is opened.
    /// </summary>
    [Fact]
    public async Task A_quiet_stage_has_no_gateway_that_moves_money()
    {
        await using var stage = await server.NewStageAsync("copied");
        var settings = new ServerSettings
        {
            Stages =
            {
                ["copied"] = new StageSettings { AllowSandbox = true, Stripe = { SecretKey = "sk_test" } },
            },
        };
        var gateways = new GatewayRegistry(
            [stage],
            settings,
            server.Services.GetRequiredService<IHttpClientFactory>(),
            server.Services.GetRequiredService<IPaymentDetailsVault>()
        ).Of(stage);
        stage.Gate.Set(false);
        Assert.Null(gateways.Find("stripe"));
        Assert.NotNull(gateways.Find("sandbox"));
        Assert.True(gateways.IsQuiet("stripe", GatewayCapabilities.Refund));
        Assert.False(gateways.IsQuiet("sandbox", GatewayCapabilities.Refund));
        Assert.True(gateways.IsQuiet("batch", GatewayCapabilities.Charge));
        Assert.False(gateways.IsQuiet("batch", GatewayCapabilities.Refund));
        stage.Gate.Set(true);
        Assert.NotNull(gateways.Find("stripe"));
        Assert.False(gateways.IsQuiet("stripe", GatewayCapabilities.Refund));
    }

    /// <summary>Who wants money moved on a quiet stage hears that it is quiet, not that it has no gateway: it has one.</summary>
    [Fact]
    public async Task A_quiet_stage_says_that_it_is_quiet()
    {
        const string Quiet = "The stage is quiet: it moves no money until an operator opens it with smile stage open.";
        var usn = (await PortalCustomerAsync(server)).Usn;
        var card = Request("visa", "2.00", "1.10", GoodCard);
        var payment = (await server.Administrator.CallAsync("payment", "processPayment", P("usn", usn), card)).At("Payment/PaymentNumber")!;
        await using var catalogue = await ChangedCatalogue.ApplyAsync(
            server,
            content =>
                content with
                {
                    PaymentTypes =
                    [
                        .. content.PaymentTypes.Select(type =>
                            type.Code switch
                            {
                                "visa" => type with { Gateway = "stripe" },
                                "directDebit" => type with { Gateway = "batch" },
                                _ => type,
                            }
                        ),
                    ],
                }
        );
        var stage = new StageSettings { Stripe = { SecretKey = "sk_test" } };
        var settings = new ServerSettings { CardKeys = { [1] = First }, Stages = { ["live"] = stage } };
        server.Stage.Gate.Set(false);
        try
        {
            Assert.EndsWith(Quiet, await RefundAsync(), StringComparison.Ordinal);
            var debit = Request("directDebit", "10.00", null, "12345678");
            Assert.EndsWith(Quiet, await RefusedAsync("processPayment", debit), StringComparison.Ordinal);
            var details = Details("directDebit", "12345678");
            Assert.EndsWith(Quiet, await RefusedAsync("addStoredPaymentDetails", details), StringComparison.Ordinal);

            // What an open stage could not do either, is told as there.
            Assert.Contains("No gateway that could do this", await RefusedAsync("processPayment", card), StringComparison.Ordinal);
            stage.Stripe.SecretKey = "";
            Assert.Contains("have no gateway that gives money back", await RefundAsync(), StringComparison.Ordinal);
        }
        finally
        {
            server.Stage.Gate.Set(true);
        }

        async Task<string> RefusedAsync(string operation, XElement document) =>
            (await server.Administrator.RefusedAsync("payment", operation, P("usn", usn), document)).Message;

        // As the command does it.
        async Task<string> RefundAsync()
        {
            await using var services = CommandSupport.UseCasesWithGateways(server.Stage, settings);
            var refused = await Assert.ThrowsAsync<SmileException>(() =>
                services
                    .GetRequiredService<IServiceScopeFactory>()
                    .RunAsync<RefundPayment, PaymentRefund>(
                        server.Stage,
                        CommandSupport.Caller,
                        refunds => refunds.RefundAsync(payment, null, "Wrong", CancellationToken.None)
                    )
            );
            return refused.Message;
        }
    }

    private IPaymentGateways Gateways(ServerSettings settings) =>
        new GatewayRegistry(
            [server.Stage],
            settings,
            server.Services.GetRequiredService<IHttpClientFactory>(),
            server.Services.GetRequiredService<IPaymentDetailsVault>()
        ).Of(server.Stage);

    private async Task<TResult> WithPlansAsync<TResult>(Func<PaymentPlans, Task<TResult>> work)
    {
        await using var services = CommandSupport.UseCases();
        await using var scope = UseCaseScope.Begin(
            services.GetRequiredService<IServiceScopeFactory>(),
            server.Stage,
            CommandSupport.Caller
        );
        return await work(scope.Use<PaymentPlans>());
    }
}
