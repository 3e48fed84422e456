using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Http;
using Smile.Catalogue;
using Smile.Gateways.Stripe;
using Smile.Kernel;
using Smile.Payments;
using Smile.Testing;

namespace Smile.Gateways.Tests;

public sealed class StripeGatewayTests : IAsyncLifetime
{
    private const string Key = "sk_test_very_secret";

    private static readonly ManualClock Clock = new(new DateTimeOffset(2015, 1, 14, 0, 0, 0, TimeSpan.Zero));

    private StripeServer _server = null!;
    private HttpClient _client = null!;

    public async Task InitializeAsync()
    {
        _server = await StripeServer.StartAsync();
        _client = Client(TimeSpan.FromSeconds(30), isTrusted: true);
    }

    public async Task DisposeAsync()
    {
        _client.Dispose();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task A_charge_is_one_confirmed_payment_intent_with_our_reference_as_its_key()
    {
        _server.Always(200, """{"id":"pi_1","status":"succeeded"}""");
        var approved = Assert.IsType<GatewayOutcome.Approved>(await ChargeAsync());
        Assert.Equal("pi_1", approved.GatewayReference);
        var call = Assert.Single(_server.Calls);
        Assert.Equal(
            ("POST", "/v1/payment_intents", "21430005-1", "Bearer " + Key),
            (call.Method, call.PathAndQuery, call.IdempotencyKey, call.Authorization)
        );
        Assert.Equal(
            new Dictionary<string, string>
            {
                ["amount"] = "210",
                ["currency"] = "aud",
                ["confirm"] = "true",
                ["error_on_requires_action"] = "true",
                ["payment_method_types[]"] = "card",
                ["metadata[reference]"] = "21430005-1",
                ["metadata[account]"] = "2140000007",
                ["payment_method_data[type]"] = "card",
                ["payment_method_data[card][number]"] = "4111111111111111",
                ["payment_method_data[card][exp_month]"] = "12",
                ["payment_method_data[card][exp_year]"] = "2030",
                ["payment_method_data[card][cvc]"] = "123",
                ["payment_method_data[billing_details][name]"] = "Joe Smith",
            },
            call.Form.OrderBy(field => field.Key, StringComparer.Ordinal).ToDictionary()
        );
    }

    [Theory]
    [InlineData(200, """{"id":"pi_1","status":"processing"}""", typeof(GatewayOutcome.Pending))]
    [InlineData(200, """{"id":"pi_1","status":"requires_action"}""", typeof(GatewayOutcome.Declined))]
    [InlineData(402, """{"error":{"type":"card_error","message":"Your card was declined."}}""", typeof(GatewayOutcome.Declined))]
    [InlineData(400, """{"error":{"type":"invalid_request_error","message":"Amount too small."}}""", typeof(GatewayOutcome.Declined))]
    [InlineData(400, """{"error":{"type":"idempotency_error","message":"Keys."}}""", typeof(GatewayOutcome.Unknown))]
    [InlineData(401, """{"error":{"type":"invalid_request_error"}}""", typeof(GatewayOutcome.Unknown))]
    [InlineData(409, "{}", typeof(GatewayOutcome.Unknown))]
    [InlineData(429, "{}", typeof(GatewayOutcome.Unknown))]
    [InlineData(500, """{"error":{"type":"api_error"}}""", typeof(GatewayOutcome.Unknown))]
    [InlineData(503, "<html>", typeof(GatewayOutcome.Unknown))]
    [InlineData(302, "", typeof(GatewayOutcome.Unknown))]
    [InlineData(402, "{}", typeof(GatewayOutcome.Declined))]
    [InlineData(402, "no JSON", typeof(GatewayOutcome.Unknown))]
    [InlineData(200, "no JSON", typeof(GatewayOutcome.Unknown))]
    [InlineData(200, "{\"id\":\"pi_1\",\"sta", typeof(GatewayOutcome.Unknown))]
    [InlineData(200, "[]", typeof(GatewayOutcome.Unknown))]
    [InlineData(200, "{}", typeof(GatewayOutcome.Unknown))]
    [InlineData(200, """{"status":7}""", typeof(GatewayOutcome.Unknown))]
    public async Task Answers_say_what_is_known_and_no_more(int status, string body, Type outcome)
    {
        _server.Always(status, body);
        Assert.IsType(outcome, await ChargeAsync());
    }

    [Fact]
    public async Task The_refusals_words_are_stripes()
    {
        _server.Always(402, """{"error":{"type":"card_error","message":"Your card has insufficient funds."}}""");
        Assert.Equal("Your card has insufficient funds.", Assert.IsType<GatewayOutcome.Declined>(await ChargeAsync()).Reason);
    }

    [Fact]
    public async Task An_answer_that_takes_too_long_or_breaks_off_throws_and_never_says_declined()
    {
        _server.Answer = (_, context) => Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
        using var hurried = Client(TimeSpan.FromMilliseconds(500), isTrusted: true);
        await Assert.ThrowsAsync<TaskCanceledException>(() => ChargeAsync(Gateway(hurried)));
        _server.Answer = (_, context) =>
        {
            context.Abort();
            return Task.CompletedTask;
        };
        await Assert.ThrowsAsync<HttpRequestException>(() => ChargeAsync());
        _server.Answer = async (_, context) => await context.Response.WriteAsync(new string('x', 300 * 1024));
        await Assert.ThrowsAsync<HttpRequestException>(() => ChargeAsync());
    }

    [Fact]
    public async Task A_certificate_that_nobody_vouches_for_is_refused_before_anything_is_sent()
    {
        using var strict = Client(TimeSpan.FromSeconds(30), isTrusted: false);
        await Assert.ThrowsAsync<HttpRequestException>(() => ChargeAsync(Gateway(strict)));
        Assert.Empty(_server.Calls);
    }

    [Fact]
    public async Task An_inquiry_searches_by_our_reference()
    {
        _server.Always(200, """{"data":[{"id":"pi_1","status":"succeeded"}]}""");
        Assert.IsType<GatewayOutcome.Approved>(await Gateway(_client).InquireAsync("21430005-1", CancellationToken.None));
        Assert.Equal(
            "/v1/payment_intents/search?query=metadata%5B%27reference%27%5D%3A%2721430005-1%27",
            _server.Calls.Single().PathAndQuery
        );
        _server.Always(200, """{"data":[]}""");
        Assert.IsType<GatewayOutcome.NeverCharged>(await Gateway(_client).InquireAsync("x", CancellationToken.None));
        _server.Always(200, """{"data":7}""");
        Assert.IsType<GatewayOutcome.Unknown>(await Gateway(_client).InquireAsync("x", CancellationToken.None));
        _server.Always(404, """{"data":[]}""");
        Assert.IsType<GatewayOutcome.Unknown>(await Gateway(_client).InquireAsync("x", CancellationToken.None));
        foreach (
            var (status, body) in new[] { (500, ""), (200, "no JSON"), (200, "{\"data\":[{\"id\":\"pi_1\","), (200, "[]"), (503, "<html>") }
        )
        {
            _server.Always(status, body);
            Assert.IsType<GatewayOutcome.Unknown>(await Gateway(_client).InquireAsync("x", CancellationToken.None));
        }
    }

    [Fact]
    public async Task A_token_names_customer_and_payment_method_and_is_charged_off_session()
    {
        _server.Answer = (call, context) =>
            context.Response.WriteAsync(
                call.PathAndQuery switch
                {
                    "/v1/payment_methods" => """{"id":"pm_1"}""",
                    "/v1/customers" => """{"id":"cus_1"}""",
                    _ => """{"id":"pi_1","status":"succeeded"}""",
                }
            );
        var token = Assert
            .IsType<GatewayOutcome.Approved>(await Gateway(_client).TokeniseAsync(Instrument, CancellationToken.None))
            .GatewayReference;
        Assert.Equal("cus_1/pm_1", token);
        Assert.Equal("4111111111111111", _server.Calls.First().Form["card[number]"]);
        var charge = new ChargeRequest(
            "r",
            new Money(7m, new Currency("JPY", 0, "¥")),
            "1",
            new PaymentInstrument { Kind = PaymentTypeKind.Card, Token = token }
        );
        Assert.IsType<GatewayOutcome.Approved>(await Gateway(_client).ChargeAsync(charge, CancellationToken.None));
        var form = _server.Calls.Last().Form;
        Assert.Equal(("cus_1", "pm_1", "true", "7"), (form["customer"], form["payment_method"], form["off_session"], form["amount"]));
        _server.Always(402, """{"error":{"message":"Your card number is incorrect."}}""");
        Assert.IsType<GatewayOutcome.Declined>(await Gateway(_client).TokeniseAsync(Instrument, CancellationToken.None));
        _server.Always(500, "");
        Assert.IsType<GatewayOutcome.Unknown>(await Gateway(_client).TokeniseAsync(Instrument, CancellationToken.None));
    }

    [Fact]
    public async Task Details_are_validated_and_money_is_refunded()
    {
        _server.Always(200, """{"id":"pm_1"}""");
        Assert.IsType<GatewayOutcome.Approved>(await Gateway(_client).ValidateAsync(Instrument, CancellationToken.None));
        _server.Always(402, """{"error":{"message":"Your card number is incorrect."}}""");
        Assert.IsType<GatewayOutcome.Declined>(await Gateway(_client).ValidateAsync(Instrument, CancellationToken.None));
        _server.Always(200, """{"id":"re_1","status":"succeeded"}""");
        Assert.IsType<GatewayOutcome.Approved>(
            await Gateway(_client).RefundAsync(new RefundRequest("r1", "c1", "pi_1", Dollars(2.10m)), CancellationToken.None)
        );
        Assert.Equal(
            ("pi_1", "210", "r1"),
            (_server.Calls.Last().Form["payment_intent"], _server.Calls.Last().Form["amount"], _server.Calls.Last().IdempotencyKey)
        );
        Assert.IsType<GatewayOutcome.Declined>(
            await Gateway(_client).RefundAsync(new RefundRequest("r1", "c1", null, Dollars(2.10m)), CancellationToken.None)
        );
    }

    [Fact]
    public void Nothing_secret_is_in_the_text_of_what_is_passed_around()
    {
        var request = new ChargeRequest("r", Dollars(1m), "1", Instrument);
        var text =
            $"{request} {Instrument} {new StripeOptions(new Uri("https://api.example.com"), Key)} "
            + $"{new GatewayOutcome.Approved("cus_1/pm_1")} {new DetailsSecret("4111111111111111", null)}";
        foreach (var secret in new[] { "4111", "123", Key, "pm_1" })
        {
            Assert.DoesNotContain(secret, text, StringComparison.Ordinal);
        }
    }

    private static PaymentInstrument Instrument =>
        new()
        {
            Kind = PaymentTypeKind.Card,
            Number = "4111111111111111",
            HolderName = "Joe Smith",
            Expiry = new DateOnly(2030, 12, 1),
            Cvv = "123",
        };

    private static Money Dollars(decimal amount) => new(amount, new Currency("AUD", 2, "$"));

    private Task<GatewayOutcome> ChargeAsync(StripeGateway? gateway = null) =>
        (gateway ?? Gateway(_client)).ChargeAsync(
            new ChargeRequest("21430005-1", Dollars(2.10m), "2140000007", Instrument),
            CancellationToken.None
        );

    private StripeGateway Gateway(HttpClient client) => new(() => client, Clock, new StripeOptions(_server.Address, Key));

    private HttpClient Client(TimeSpan timeout, bool isTrusted)
    {
        var handler = new SocketsHttpHandler { AllowAutoRedirect = false };
        if (isTrusted)
        {
            var policy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck,
            };
            policy.CustomTrustStore.Add(_server.Certificate);
            handler.SslOptions.CertificateChainPolicy = policy;
        }

        return new HttpClient(handler) { Timeout = timeout };
    }
}
