using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Smile.Kernel;
using Smile.Payments;

namespace Smile.Gateways.Stripe;

/// <summary>How to reach Stripe.</summary>
/// <param name="SecretKey">Authenticates every call. Not to be written anywhere.</param>
public sealed record StripeOptions(Uri Address, string SecretKey)
{
    public override string ToString() => $"Stripe at {Address}";
}

/// <summary>
/// Stripe over HTTPS. Our reference is the idempotency key of a charge and stands in its metadata, by which it is found again. An answer
/// that does not come, that is an error of theirs or that cannot be read says nothing about the money.
/// </summary>
/// <param name="clients">Gives the client of a call; it verifies the certificate, has a timeout and logs no content.</param>
public sealed class StripeGateway(Func<HttpClient> clients, TimeProvider clock, StripeOptions options) : IPaymentGateway
{
    private const int LargestAnswer = 256 * 1024;
    private static readonly TimeSpan ProcessingFor = TimeSpan.FromHours(1);

    public const string GatewayName = "stripe";

    public string Name => GatewayName;

    public GatewayCapabilities Capabilities =>
        GatewayCapabilities.Validate
        | GatewayCapabilities.Charge
        | GatewayCapabilities.Tokenise
        | GatewayCapabilities.Refund
        | GatewayCapabilities.Inquire;

    /// <summary>A card that a payment method can be made of is good as far as can be known without charging it.</summary>
    public async Task<GatewayOutcome> ValidateAsync(PaymentInstrument instrument, CancellationToken cancellation) =>
        instrument.Token is not null
            ? new GatewayOutcome.Approved(null)
            : Read(await PostAsync("v1/payment_methods", Card(instrument, ""), null, cancellation), _ => new GatewayOutcome.Approved(null));

    public async Task<GatewayOutcome> ChargeAsync(ChargeRequest request, CancellationToken cancellation)
    {
        List<KeyValuePair<string, string>> form =
        [
            new("amount", MinorUnits(request.Amount)),
            new("currency", Lower(request.Amount.Currency.Code)),
            new("confirm", "true"),
            new("error_on_requires_action", "true"),
            new("payment_method_types[]", "card"),
            new("metadata[reference]", request.Reference),
            new("metadata[account]", request.AccountUsn),
            .. request
                .Instrument.Properties.Fields.Where(field => field.Value is not null && field.Name is not ("reference" or "account"))
                .Select(field => new KeyValuePair<string, string>($"metadata[{field.Name}]", field.Value!)),
            .. request.Instrument.Token is { } token ? Stored(token) : Card(request.Instrument, "payment_method_data"),
        ];
        return Read(await PostAsync("v1/payment_intents", form, request.Reference, cancellation), Intent);
    }

    /// <summary>A payment method is used again only with a customer that it belongs to: the token names both.</summary>
    public async Task<GatewayOutcome> TokeniseAsync(PaymentInstrument instrument, CancellationToken cancellation)
    {
        var made = await PostAsync("v1/payment_methods", Card(instrument, ""), null, cancellation);
        if (Read(made, answer => new GatewayOutcome.Approved(Id(answer))) is not GatewayOutcome.Approved { GatewayReference: { } method })
        {
            return Read(made, _ => new GatewayOutcome.Unknown("Stripe's answer has no payment method."));
        }

        var customer = await PostAsync("v1/customers", [new("payment_method", method)], null, cancellation);
        return Read(
            customer,
            answer =>
                Id(answer) is { } id
                    ? new GatewayOutcome.Approved($"{id}/{method}")
                    : new GatewayOutcome.Unknown("Stripe's answer has no customer.")
        );
    }

    public async Task<GatewayOutcome> RefundAsync(RefundRequest request, CancellationToken cancellation)
    {
        if (request.GatewayReference is not { } intent)
        {
            return new GatewayOutcome.Declined("The charge has no reference of Stripe's.");
        }

        List<KeyValuePair<string, string>> form =
        [
            new("payment_intent", intent),
            new("amount", MinorUnits(request.Amount)),
            new("metadata[reference]", request.Reference),
        ];
        return Read(
            await PostAsync("v1/refunds", form, request.Reference, cancellation),
            answer =>
                Text(answer, "status") switch
                {
                    "succeeded" => new GatewayOutcome.Approved(Id(answer)),
                    "pending" => new GatewayOutcome.Pending(clock.GetUtcNow() + ProcessingFor, Id(answer)),
                    "failed" or "canceled" => new GatewayOutcome.Declined("The refund failed."),
                    _ => new GatewayOutcome.Unknown("Stripe's answer has no status that is known."),
                }
        );
    }

    public async Task<GatewayOutcome> InquireAsync(string reference, CancellationToken cancellation)
    {
        var query = Uri.EscapeDataString($"metadata['reference']:'{reference}'");
        var answer = await SendAsync(
            new HttpRequestMessage(HttpMethod.Get, new Uri(options.Address, "v1/payment_intents/search?query=" + query)),
            cancellation
        );
        return answer.Status != HttpStatusCode.OK
            || answer.Body is not { } body
            || !body.TryGetProperty("data", out var found)
            || found.ValueKind != JsonValueKind.Array
                ? new GatewayOutcome.Unknown("Stripe gave no answer that can be read.")
            : found.GetArrayLength() == 0 ? new GatewayOutcome.NeverCharged()
            : Intent(found[0]);
    }

    private GatewayOutcome Intent(JsonElement intent) =>
        Text(intent, "status") switch
        {
            "succeeded" => new GatewayOutcome.Approved(Id(intent)),
            "processing" => new GatewayOutcome.Pending(clock.GetUtcNow() + ProcessingFor, Id(intent)),
            "requires_payment_method" or "requires_action" or "canceled" => new GatewayOutcome.Declined(
                Refusal(intent, "last_payment_error")
            ),
            _ => new GatewayOutcome.Unknown("Stripe's answer has no status that is known."),
        };

    /// <summary>402 is a refusal of the card, 400 one of the request; neither has charged. All else may have.</summary>
    private static GatewayOutcome Read((HttpStatusCode Status, JsonElement? Body) answer, Func<JsonElement, GatewayOutcome> read) =>
        answer switch
        {
            { Status: HttpStatusCode.OK, Body: { ValueKind: JsonValueKind.Object } body } => read(body),
            { Status: HttpStatusCode.PaymentRequired, Body: { ValueKind: JsonValueKind.Object } body } => new GatewayOutcome.Declined(
                Refusal(body, "error")
            ),
            { Status: HttpStatusCode.BadRequest, Body: { ValueKind: JsonValueKind.Object } body }
                when ErrorType(body) is "invalid_request_error" or "card_error" => new GatewayOutcome.Declined(Refusal(body, "error")),
            _ => new GatewayOutcome.Unknown(
                string.Create(CultureInfo.InvariantCulture, $"Stripe answered with status {(int)answer.Status}.")
            ),
        };

    private Task<(HttpStatusCode Status, JsonElement? Body)> PostAsync(
        string path,
        IEnumerable<KeyValuePair<string, string>> form,
        string? idempotencyKey,
        CancellationToken cancellation
    )
    {
        var request = new HttpRequestMessage(HttpMethod.Post, new Uri(options.Address, path)) { Content = new FormUrlEncodedContent(form) };
        if (idempotencyKey is not null)
        {
            request.Headers.Add("Idempotency-Key", idempotencyKey);
        }

        return SendAsync(request, cancellation);
    }

    private async Task<(HttpStatusCode Status, JsonElement? Body)> SendAsync(HttpRequestMessage request, CancellationToken cancellation)
    {
        using var owned = request;
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", options.SecretKey);
        var client = clients();
        using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
        await response.Content.LoadIntoBufferAsync(LargestAnswer, cancellation);
        var text = await response.Content.ReadAsStringAsync(cancellation);
        return (response.StatusCode, Parse(text));
    }

    /// <summary>Null for what is no JSON: then nothing was said.</summary>
    private static JsonElement? Parse(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            return document.RootElement.Clone();
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static IEnumerable<KeyValuePair<string, string>> Card(PaymentInstrument instrument, string under)
    {
        string Key(string path) =>
            under.Length == 0
                ? path
                : under
                    + "["
                    + path.Replace("[", "][", StringComparison.Ordinal)
                    + (path.Contains('[', StringComparison.Ordinal) ? "" : "]");
        yield return new(Key("type"), "card");
        yield return new(Key("card[number]"), instrument.Number ?? "");
        if (instrument.Expiry is { } expiry)
        {
            yield return new(Key("card[exp_month]"), expiry.Month.ToString(CultureInfo.InvariantCulture));
            yield return new(Key("card[exp_year]"), expiry.Year.ToString(CultureInfo.InvariantCulture));
        }

        if (instrument.Cvv is { } code)
        {
            yield return new(Key("card[cvc]"), code);
        }

        if (instrument.HolderName is { } name)
        {
            yield return new(Key("billing_details[name]"), name);
        }
    }

    private static IEnumerable<KeyValuePair<string, string>> Stored(string token) =>
        token.Split('/') is [var customer, var method]
            ? [new("customer", customer), new("payment_method", method), new("off_session", "true")]
            : [new("payment_method", token)];

    private static string MinorUnits(Money money) =>
        ((long)(money.Amount * (decimal)Math.Pow(10, money.Currency.Decimals))).ToString(CultureInfo.InvariantCulture);

    private static string Lower(string code) => code.ToLower(CultureInfo.InvariantCulture);

    private static string? Id(JsonElement answer) => Text(answer, "id");

    private static string? ErrorType(JsonElement answer) =>
        answer.TryGetProperty("error", out var error) && error.ValueKind == JsonValueKind.Object ? Text(error, "type") : null;

    private static string Refusal(JsonElement answer, string member) =>
        (answer.TryGetProperty(member, out var error) && error.ValueKind == JsonValueKind.Object ? Text(error, "message") : null)
        ?? "The payment was declined.";

    private static string? Text(JsonElement answer, string member) =>
        answer.ValueKind == JsonValueKind.Object && answer.TryGetProperty(member, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;
}
