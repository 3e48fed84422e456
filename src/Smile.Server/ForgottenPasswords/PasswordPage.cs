using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Unicode;
using Smile.Catalogue.Wording;
using Smile.Customers.Access;

namespace Smile.Server.ForgottenPasswords;

/// <summary>The page that a link to a new password leads to, as HTML: no scripts, nothing from elsewhere.</summary>
internal static class PasswordPage
{
    public const string Password = "password";
    public const string Repeated = "repeated";

    private const string Style =
        "body{font:1rem/1.5 system-ui,sans-serif;margin:2rem auto;max-width:26rem;padding:0 1rem}"
        + "label,input,button{display:block;font:inherit}label{margin-top:1rem}input{box-sizing:border-box;padding:.4rem;width:100%}"
        + "button{margin-top:1.5rem;padding:.4rem 1rem}[role=alert]{font-weight:bold}";

    private static readonly HtmlEncoder Encoder = HtmlEncoder.Create(UnicodeRanges.All);

    /// <summary>What browsers may do with the page: show it with its own style, and send its form back.</summary>
    public static string SecurityPolicy { get; } =
        $"default-src 'none'; style-src 'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(Style)))}'; "
        + "form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

    /// <summary>The form.</summary>
    /// <param name="problem">What was wrong with what was sent; null for nothing.</param>
    public static string Form(Language language, string username, string? problem)
    {
        var alert = problem is null ? "" : $"<p role=\"alert\">{Encoder.Encode(problem)}</p>\n";
        return Page(
            language,
            $"""
            <p>{Encoder.Encode(language.Fill(Word.PasswordOf, username))}</p>
            {alert}<form method="post">
            <input type="text" name="username" value="{Encoder.Encode(username)}" autocomplete="username" readonly hidden>
            {Field(language, Word.PasswordNew, Password)}
            {Field(language, Word.PasswordRepeated, Repeated)}
            <p>{Encoder.Encode(Rule(language))}</p>
            <button>{Encoder.Encode(language[Word.PasswordSet])}</button>
            </form>
            """
        );
    }

    /// <summary>A sentence instead of the form.</summary>
    public static string Message(Language language, Word sentence) =>
        Page(language, $"<p role=\"alert\">{Encoder.Encode(language[sentence])}</p>");

    /// <summary>What a password must be.</summary>
    public static string Rule(Language language) => language.Fill(Word.PasswordRule, Passwords.MinLength, Passwords.MaxLength);

    private static string Field(Language language, Word label, string name) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"<label for=\"{name}\">{Encoder.Encode(language[label])}</label>\n"
                + $"<input type=\"password\" id=\"{name}\" name=\"{name}\" autocomplete=\"new-password\" "
                + $"minlength=\"{Passwords.MinLength}\" maxlength=\"{Passwords.MaxLength}\" required>"
        );

    private static string Page(Language language, string content)
    {
        var title = Encoder.Encode(language[Word.PasswordTitle]);
        return $"""
            <!DOCTYPE html>
            <html lang="{Encoder.Encode(language.Code)}">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>{title}</title>
            <style>{Style}</style>
            </head>
            <body>
            <main>
            <h1>{title}</h1>
            {content}
            </main>
            </body>
            </html>

            """;
    }
}
