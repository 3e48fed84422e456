using System.Text.Json;
using Smile.Catalogue;
using Smile.Kernel;
using Smile.Ordering.Services;

namespace Smile.Server.Services;

/// <summary>
/// Asks an upstream provider over HTTP: posts the arguments as a flat JSON object to the address that the catalogue names, and answers with
/// the fields of the JSON object that comes back. An example of a qualification module; others implement <see cref="IServiceQualifier"/>.
/// </summary>
internal sealed class HttpServiceQualifier(IHttpClientFactory clients) : IServiceQualifier
{
    public const string ClientName = "qualifier";
    private const int MaxAnswerBytes = 256 * 1024;

    public string Kind => "http";

    public async Task<FieldValues> QualifyAsync(
        Service service,
        QualifierItem settings,
        FieldValues arguments,
        CancellationToken cancellation
    )
    {
        var address = settings.Address ?? throw new QualificationFailedException("The qualifier has no address.");
        var client = clients.CreateClient(ClientName);
        client.MaxResponseContentBufferSize = MaxAnswerBytes;
        try
        {
            using var response = await client.PostAsJsonAsync(
                address,
                new { sid = service.Id, arguments = arguments.Fields.ToDictionary(field => field.Name, field => field.Value) },
                cancellation
            );
            if (!response.IsSuccessStatusCode)
            {
                throw new QualificationFailedException($"The upstream provider answered with status {(int)response.StatusCode}.");
            }

            var answer = await response.Content.ReadFromJsonAsync<Dictionary<string, JsonElement>>(cancellation);
            return new FieldValues([.. (answer ?? []).Select(field => Value(field.Key, field.Value))]);
        }
        catch (Exception exception)
            when (exception is HttpRequestException or JsonException
                || (exception is TaskCanceledException && !cancellation.IsCancellationRequested)
            )
        {
            throw new QualificationFailedException("The upstream provider did not give an answer.", exception);
        }
    }

    private static FieldValue Value(string name, JsonElement value) =>
        value.ValueKind switch
        {
            JsonValueKind.True => new FieldValue(name, FieldKind.Boolean, "true"),
            JsonValueKind.False => new FieldValue(name, FieldKind.Boolean, "false"),
            JsonValueKind.Number when value.TryGetInt64(out var whole) => new FieldValue(
                name,
                FieldKind.Integer,
                whole.ToString(System.Globalization.CultureInfo.InvariantCulture)
            ),
            JsonValueKind.Number => new FieldValue(name, FieldKind.Decimal, value.GetRawText()),
            JsonValueKind.Null => new FieldValue(name, FieldKind.String),
            JsonValueKind.String => new FieldValue(name, FieldKind.String, value.GetString()),
            _ => new FieldValue(name, FieldKind.String, value.GetRawText()),
        };
}
