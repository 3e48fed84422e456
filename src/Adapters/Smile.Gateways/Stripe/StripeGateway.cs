using System.Globalization;
using System.Net;
using System.Text.Json;
using Smile.Kernel;
using Smile.Payments;
using Stripe;

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
    private const string CardType = "card";
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
            : await ReadAsync(CreateMethodAsync(instrument, cancellation), _ => new GatewayOutcome.Approved(null));

    public Task<GatewayOutcome> ChargeAsync(ChargeRequest request, CancellationToken cancellation)
    {
        var intent = new PaymentIntentCreateOptions
        {
            Amount = MinorUnits(request.Amount),
            Currency = request.Amount.Currency.Code.ToLowerInvariant(),
            Confirm = true,
            ErrorOnRequiresAction = true,
            Metadata = Metadata(request),
        };
        intent.AddExtraParam("payment_method_types[]", CardType);
        if (request.Instrument.Token is { } token)
        {
            (intent.Customer, intent.PaymentMethod, intent.OffSession) = token.Split('/') is [var customer, var method]
                ? (customer, method, (bool?)true)
                : (null, token, null);
        }
        else
        {
            // The library types cards in payment methods only.
            intent.AddExtraParam("payment_method_data", Card(request.Instrument));
        }

        return ReadAsync(Stripe().V1.PaymentIntents.CreateAsync(intent, Once(request.Reference), cancellation), Intent);
    }

    /// <summary>A payment method is used again only with a customer that it belongs to: the token names both.</summary>
    public async Task<GatewayOutcome> TokeniseAsync(PaymentInstrument instrument, CancellationToken cancellation)
    {
        var made = await ReadAsync(
            CreateMethodAsync(instrument, cancellation),
            method =>
                method.Id is { } id ? new GatewayOutcome.Approved(id) : new GatewayOutcome.Unknown("Stripe's answer has no payment method.")
        );
        if (made is not GatewayOutcome.Approved { GatewayReference: { } method })
        {
            return made;
        }

        var options = new CustomerCreateOptions { PaymentMethod = method };
        return await ReadAsync(
            Stripe().V1.Customers.CreateAsync(options, cancellationToken: cancellation),
            customer =>
                customer.Id is { } id
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

        var options = new RefundCreateOptions
        {
            PaymentIntent = intent,
            Amount = MinorUnits(request.Amount),
            Metadata = new Dictionary<string, string> { ["reference"] = request.Reference },
        };
        return await ReadAsync(
            Stripe().V1.Refunds.CreateAsync(options, Once(request.Reference), cancellation),
            refund =>
                refund.Status switch
                {
                    "succeeded" => new GatewayOutcome.Approved(refund.Id),
                    "pending" => new GatewayOutcome.Pending(clock.GetUtcNow() + ProcessingFor, refund.Id),
                    "failed" or "canceled" => new GatewayOutcome.Declined("The refund failed."),
                    _ => UnknownStatus,
                }
        );
    }

    public async Task<GatewayOutcome> InquireAsync(string reference, CancellationToken cancellation)
    {
        var search = new PaymentIntentSearchOptions { Query = $"metadata['reference']:'{reference}'" };
        try
        {
            var found = await Stripe().V1.PaymentIntents.SearchAsync(search, cancellationToken: cancellation);
            return found.Data switch
            {
                null => Unread,
                [] => new GatewayOutcome.NeverCharged(),
                [var intent, ..] => Intent(intent),
            };
        }
        catch (StripeException)
        {
            return Unread;
        }
    }

    private static GatewayOutcome.Unknown UnknownStatus => new("Stripe's answer has no status that is known.");

    private static GatewayOutcome.Unknown Unread => new("Stripe gave no answer that can be read.");

    private GatewayOutcome Intent(PaymentIntent intent) =>
        intent.Status switch
        {
            "succeeded" => new GatewayOutcome.Approved(intent.Id),
            "processing" => new GatewayOutcome.Pending(clock.GetUtcNow() + ProcessingFor, intent.Id),
            "requires_payment_method" or "requires_action" or "canceled" => new GatewayOutcome.Declined(Refusal(intent.LastPaymentError)),
            _ => UnknownStatus,
        };

    /// <summary>402 is a refusal of the card, 400 one of the request; neither has charged. All else may have.</summary>
    private static async Task<GatewayOutcome> ReadAsync<TAnswer>(Task<TAnswer> answer, Func<TAnswer, GatewayOutcome> read)
    {
        try
        {
            return read(await answer);
        }
        catch (StripeException exception)
        {
            return exception switch
            {
                { HttpStatusCode: HttpStatusCode.PaymentRequired } when IsObject(exception.StripeResponse) => new GatewayOutcome.Declined(
                    Refusal(exception.StripeError)
                ),
                { HttpStatusCode: HttpStatusCode.BadRequest, StripeError: { Type: "invalid_request_error" or "card_error" } error } =>
                    new GatewayOutcome.Declined(Refusal(error)),
                _ => new GatewayOutcome.Unknown(
                    string.Create(CultureInfo.InvariantCulture, $"Stripe answered with status {(int)exception.HttpStatusCode}.")
                ),
            };
        }
    }

    /// <summary>A proxy on the way may also answer 402; only an answer in Stripe's form is a refusal of theirs.</summary>
    private static bool IsObject(StripeResponse? answer)
    {
        try
        {
            using var document = JsonDocument.Parse(answer?.Content ?? "");
            return document.RootElement.ValueKind == JsonValueKind.Object;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private Task<PaymentMethod> CreateMethodAsync(PaymentInstrument instrument, CancellationToken cancellation)
    {
        var options = new PaymentMethodCreateOptions
        {
            Type = CardType,
            Card = new PaymentMethodCardOptions
            {
                Number = instrument.Number ?? "",
                ExpMonth = instrument.Expiry?.Month,
                ExpYear = instrument.Expiry?.Year,
                Cvc = instrument.Cvv,
            },
            BillingDetails = instrument.HolderName is { } name ? new PaymentMethodBillingDetailsOptions { Name = name } : null,
        };
        return Stripe().V1.PaymentMethods.CreateAsync(options, cancellationToken: cancellation);
    }

    private StripeClient Stripe() =>
        new(
            new StripeClientOptions
            {
                ApiKey = options.SecretKey,
                ApiBase = options.Address.ToString().TrimEnd('/'),
                HttpClient = new StripeTransport(clients()),
            }
        );

    private static RequestOptions Once(string reference) => new() { IdempotencyKey = reference };

    private static Dictionary<string, string> Metadata(ChargeRequest request)
    {
        var metadata = request
            .Instrument.Properties.Fields.Where(field => field.Value is not null)
            .DistinctBy(field => field.Name)
            .ToDictionary(field => field.Name, field => field.Value!);
        metadata["reference"] = request.Reference;
        metadata["account"] = request.AccountUsn;
        return metadata;
    }

    private static Dictionary<string, object> Card(PaymentInstrument instrument)
    {
        var card = new Dictionary<string, object> { ["number"] = instrument.Number ?? "" };
        if (instrument.Expiry is { } expiry)
        {
            card["exp_month"] = expiry.Month;
            card["exp_year"] = expiry.Year;
        }

        if (instrument.Cvv is { } code)
        {
            card["cvc"] = code;
        }

        var data = new Dictionary<string, object> { ["type"] = CardType, ["card"] = card };
        if (instrument.HolderName is { } name)
        {
            data["billing_details"] = new Dictionary<string, object> { ["name"] = name };
        }

        return data;
    }

    private static long MinorUnits(Money money) => (long)(money.Amount * (decimal)Math.Pow(10, money.Currency.Decimals));

    private static string Refusal(StripeError? error) => error?.Message ?? "The payment was declined.";
}
