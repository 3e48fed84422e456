using System.Text;

namespace Smile.Hosting.Mail;

/// <summary>The charsets that mail had before UTF-8, which .NET knows only when it is told to.</summary>
public static class MailCharsets
{
    /// <summary>To be called before anything of MimeKit is: what it does not find at its first use, it never looks for again.</summary>
    public static void Register() => Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);
}
