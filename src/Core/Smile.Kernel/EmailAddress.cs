using System.Globalization;
using System.Net.Mail;
using System.Text;

namespace Smile.Kernel;

/// <summary>
/// Knows to which addresses a mail can be sent: a wrong one is refused to who enters it, and not found when the first bill is sent.
/// </summary>
public static class EmailAddress
{
    /// <summary>What a mail server takes (RFC 5321, 4.5.3.1.3, without its angle brackets).</summary>
    private const int MostLength = 254;

    /// <summary>
    /// Whether it is one address and nothing beside it, neither a name nor a comment. Letters beyond ASCII may stand behind the @ alone:
    /// the server asks for no extension of SMTP.
    /// </summary>
    public static bool CanBeSentTo(string text) =>
        text.Length <= MostLength
        && MailAddress.TryCreate(text, out var address)
        && address.Address == text.Trim()
        && Ascii.IsValid(address.User)
        && HasName(address.Host);

    private static bool HasName(string host)
    {
        if (Ascii.IsValid(host))
        {
            return true;
        }

        try
        {
            return !host.Any(char.IsWhiteSpace) && new IdnMapping().GetAscii(host).Length > 0;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}
