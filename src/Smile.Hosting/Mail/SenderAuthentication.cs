using System.Text;
using MimeKit;
using MimeKit.Cryptography;

namespace Smile.Hosting.Mail;

/// <summary>What the receiving mail server says of where a mail comes from (RFC 8601).</summary>
internal static class SenderAuthentication
{
    /// <summary>
    /// Whether the server vouches for the domain of a sender. It puts its field above those that came with the mail, so that the first one
    /// with its name is its own; it must take away those that others have written in its name.
    /// </summary>
    public static bool Passes(MimeMessage message, string sender, string server)
    {
        var domain = sender[(sender.LastIndexOf('@') + 1)..];
        foreach (var field in message.Headers.Where(field => field.Id == HeaderId.AuthenticationResults))
        {
            if (
                AuthenticationResults.TryParse(Encoding.UTF8.GetBytes(field.Value), out var results)
                && string.Equals(results.AuthenticationServiceIdentifier, server, StringComparison.OrdinalIgnoreCase)
            )
            {
                return results.Results.Any(result => Vouches(result, domain));
            }
        }

        return false;
    }

    private static bool Vouches(AuthenticationMethodResult result, string domain) =>
        string.Equals(result.Result, "pass", StringComparison.OrdinalIgnoreCase)
        && result.Method?.ToLowerInvariant() switch
        {
            "dmarc" => Property(result, "header", "from") is not { } from || IsOf(domain, from),
            "dkim" => (Property(result, "header", "d") ?? Property(result, "header", "i")) is { } signed && IsOf(domain, signed),
            "spf" => (Property(result, "smtp", "mailfrom") ?? Property(result, "smtp", "mail")) is { } from && IsOf(domain, from),
            _ => false,
        };

    private static string? Property(AuthenticationMethodResult result, string type, string name) =>
        result
            .Properties.FirstOrDefault(property =>
                string.Equals(property.PropertyType, type, StringComparison.OrdinalIgnoreCase)
                && string.Equals(property.Property, name, StringComparison.OrdinalIgnoreCase)
            )
            ?.Value;

    /// <summary>Whether the sender's domain is that of an address or domain, or below it.</summary>
    private static bool IsOf(string domain, string vouched)
    {
        var above = vouched[(vouched.LastIndexOf('@') + 1)..].Trim('.', '<', '>', ' ');
        return above.Contains('.', StringComparison.Ordinal)
            && (
                domain.Equals(above, StringComparison.OrdinalIgnoreCase) || domain.EndsWith("." + above, StringComparison.OrdinalIgnoreCase)
            );
    }
}
