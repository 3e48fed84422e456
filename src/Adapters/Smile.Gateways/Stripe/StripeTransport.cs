using Stripe;

namespace Smile.Gateways.Stripe;

/// <summary>
/// Sends the requests of Stripe's library by our client. The library's own sender tries again by itself, tells Stripe how long calls take
/// and reads answers of any length; here a call is made once, and what becomes of it is asked later.
/// </summary>
internal sealed class StripeTransport(HttpClient client) : IHttpClient
{
    private const int LargestAnswer = 256 * 1024;

    public async Task<StripeResponse> MakeRequestAsync(StripeRequest request, CancellationToken cancellationToken = default)
    {
        using var message = new HttpRequestMessage(request.Method, Escaped(request.Uri)) { Content = request.Content };
        message.Headers.Authorization = request.AuthorizationHeader;
        foreach (var (name, value) in request.StripeHeaders)
        {
            message.Headers.Add(name, value);
        }

        using var response = await client.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        await response.Content.LoadIntoBufferAsync(LargestAnswer, cancellationToken);
        return new StripeResponse(response.StatusCode, response.Headers, await response.Content.ReadAsStringAsync(cancellationToken));
    }

    /// <summary>The library leaves brackets as they are in a query, where RFC 3986 wants them escaped.</summary>
    private static Uri Escaped(Uri address) =>
        new UriBuilder(address)
        {
            Query = address.Query.Replace("[", "%5B", StringComparison.Ordinal).Replace("]", "%5D", StringComparison.Ordinal),
        }.Uri;

    public Task<StripeStreamedResponse> MakeStreamingRequestAsync(StripeRequest request, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException("Nothing is streamed from Stripe.");
}
