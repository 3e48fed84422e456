using System.Text;
using System.Text.RegularExpressions;
using Smile.Hosting;
using Smile.Server.Tests.Fixture;
using static Smile.Server.Tests.Fixture.SoapCaller;

namespace Smile.Server.Tests.ForgottenPasswords;

/// <summary>A customer's browser, mailbox and portal, while the server mails links.</summary>
internal sealed partial class PasswordLinkHelp : IAsyncDisposable
{
    private readonly ServerFixture _server;
    private readonly MailServer _mail;
    private int _mails;

    private PasswordLinkHelp(ServerFixture server, MailServer mail)
    {
        (_server, _mail) = (server, mail);
        Reach(isThere: true);
        server.Settings.ForgottenPasswords.Mail = ForgottenPasswordMail.Link;
        server.Settings.ForgottenPasswords.LinkAddress = server.Address.ToString();
    }

    public HttpClient Browser { get; } = new();

    /// <summary>Has the server mail links, to a mailbox of the test's own, until this is disposed of.</summary>
    public static async Task<PasswordLinkHelp> StartAsync(ServerFixture server)
    {
        Assert.True(MailServer.IsInstalled, "python3-aiosmtpd is not installed: apt-get install python3-aiosmtpd");
        return new PasswordLinkHelp(server, await MailServer.StartAsync());
    }

    public async ValueTask DisposeAsync()
    {
        _server.Settings.ForgottenPasswords.Mail = ForgottenPasswordMail.Password;
        _server.Settings.ForgottenPasswords.LinkAddress = null;
        _server.Settings.Smtp.Port = 1;
        Browser.Dispose();
        await _mail.DisposeAsync();
    }

    /// <summary>Breaks the way to the mail server, or mends it.</summary>
    public void Reach(bool isThere) => _server.Settings.Smtp.Port = isThere ? _mail.Port : 1;

    public static string LoginOf(OrderedAccount customer) => customer.Username + "@example.com";

    public static string OldPasswordOf(OrderedAccount customer) => "pa55-" + customer.Username;

    /// <summary>Asks for help with a password, and gives the mail that comes, its text readable.</summary>
    public async Task<string> MailAsync(OrderedAccount customer)
    {
        Assert.Null(await _server.Administrator.CallAsync("cat", "triggerCatForgotPasswordEmail", P("catUsername", LoginOf(customer))));
        return Readable((await _mail.ReceiveMailsAsync(++_mails))[^1]);
    }

    /// <summary>Asks for help with a password, and gives the link that is mailed.</summary>
    public async Task<Uri> LinkAsync(OrderedAccount customer) => new(Link().Match(await MailAsync(customer)).Value);

    /// <summary>Asks for help, which is refused.</summary>
    public Task<SoapFault> RefusedAsync(OrderedAccount customer) =>
        _server.Administrator.RefusedAsync("cat", "triggerCatForgotPasswordEmail", P("catUsername", LoginOf(customer)));

    public async Task<(int Status, string Page)> OpenAsync(Uri link)
    {
        using var answer = await Browser.GetAsync(link);
        return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    public Task<(int Status, string Page)> ChooseAsync(Uri link, string password, string? repeated = null) =>
        SendAsync(link, new FormUrlEncodedContent([new("password", password), new("repeated", repeated ?? password)]));

    public async Task<(int Status, string Page)> SendAsync(Uri link, HttpContent? content)
    {
        using var answer = await Browser.PostAsync(link, content);
        return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    /// <summary>Whether a portal lets the customer in.</summary>
    public async Task<bool> MayEnterAsync(OrderedAccount customer, string password)
    {
        var fields = $"<String name='username'>{LoginOf(customer)}</String><String name='password'>{password}</String>";
        var parameters = $"<AuthenticationRequestType>1</AuthenticationRequestType><Parameters><Object>{fields}</Object></Parameters>";
        var answer = await _server.Administrator.CallAsync(
            "authentication",
            "authenticate",
            Document($"<AuthenticationRequest>{parameters}</AuthenticationRequest>")
        );
        return answer.At("Success") == "true";
    }

    /// <summary>A mail without what its way through SMTP has made of it.</summary>
    private static string Readable(string mail)
    {
        var (head, body) = mail.ReplaceLineEndings("\n").Split("\n\n", 2) is [var first, var second] ? (first, second) : (mail, "");
        var text = head.Contains("base64", StringComparison.OrdinalIgnoreCase)
            ? Encoding.UTF8.GetString(Convert.FromBase64String(body.Split("------------")[0].Replace("\n", "", StringComparison.Ordinal)))
            : Octets().Replace(body.Replace("=\n", "", StringComparison.Ordinal), Decoded);
        return head + "\n\n" + text;

        static string Decoded(Match octets) =>
            Encoding.UTF8.GetString(Convert.FromHexString(octets.Value.Replace("=", "", StringComparison.Ordinal)));
    }

    [GeneratedRegex(@"(=[0-9A-F]{2})+", RegexOptions.CultureInvariant)]
    private static partial Regex Octets();

    [GeneratedRegex(@"^http://\S+/password/[A-Za-z0-9_-]{43}$", RegexOptions.CultureInvariant | RegexOptions.Multiline)]
    private static partial Regex Link();
}
