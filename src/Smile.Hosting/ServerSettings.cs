using Npgsql;
using Smile.Billing;
using Smile.Hosting.Security;
using Smile.Storage;

namespace Smile.Hosting;

/// <summary>One stage's settings.</summary>
public sealed class StageSettings
{
    /// <summary>Connection string of its PostgreSQL database.</summary>
    public string Database { get; set; } = "";

    /// <summary>
    /// Connection string of the PostgreSQL or Citus database of usage, where it has outgrown the stage's; empty for the stage's own.
    /// </summary>
    public string? UsageDatabase { get; set; }

    /// <summary>Folder with a folder for each usage source that is watched; empty for none.</summary>
    public string? UsageFolder { get; set; }

    /// <summary>
    /// Addresses of its broker, such as <c>tcp://host:61616</c> or <c>ssl://host:61617</c>, separated by commas; empty for none.
    /// </summary>
    public string? Broker { get; set; }

    /// <summary>The user that the server is to the broker.</summary>
    public string? BrokerUser { get; set; }

    /// <summary>The password of that user.</summary>
    public string? BrokerPassword { get; set; }

    /// <summary>File with the certificate authority that signed the broker's certificate, where it is a private one.</summary>
    public string? BrokerCertificateAuthority { get; set; }

    /// <summary>
    /// Whether payments may go to the sandbox gateway, which takes no money. Off: a stage that bills real customers must not lose theirs.
    /// </summary>
    public bool AllowSandbox { get; set; }

    /// <summary>Whether 'smile clock' may move the stage's time. Only for a stage that bills nobody for real.</summary>
    public bool ClockMayMove { get; set; }

    /// <summary>Whether the sandbox stops the server dead on the charge that asks for it, to try recovery.</summary>
    public bool SandboxMayCrash { get; set; }

    /// <summary>The payment gateway Stripe.</summary>
    public StripeSettings Stripe { get; set; } = new();

    /// <summary>Whether the day's billing run is done at the hour of the settings.</summary>
    public bool Billing { get; set; } = true;

    /// <summary>Whether the day's credit control run is done at the hour of the settings.</summary>
    public bool CreditControl { get; set; } = true;

    /// <summary>Whether messages are published on the stage's broker and provisioning responses are heard; otherwise they wait.</summary>
    public bool UseBroker { get; set; } = true;

    /// <summary>
    /// Whether the dispatch queue is sent. Off for a copy of another stage: its customers are real, and must not hear from it.
    /// </summary>
    public bool Dispatch { get; set; } = true;

    /// <summary>Folder for the documents of accounts that are sent files; empty for none.</summary>
    public string? DispatchFolder { get; set; }

    /// <summary>The mailbox from which customers' mail comes to tickets.</summary>
    public TicketMailSettings TicketMail { get; set; } = new();

    /// <summary>Where usage is kept.</summary>
    public string DatabaseOfUsage() => string.IsNullOrEmpty(UsageDatabase) ? Database : UsageDatabase;
}

/// <summary>The payment gateway Stripe.</summary>
public sealed class StripeSettings
{
    /// <summary>The secret key of the account at Stripe. Empty: the stage has no Stripe.</summary>
    public string? SecretKey { get; set; }

    /// <summary>Where the gateway is; an https address.</summary>
    public string Address { get; set; } = "https://api.stripe.com/";

    /// <summary>File with the certificate authority that signed the address's certificate, where it is a private one.</summary>
    public string? CertificateAuthority { get; set; }

    /// <summary>How long an answer is waited for.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(30);
}

/// <summary>Mail.</summary>
public sealed class SmtpSettings
{
    /// <summary>The mail server. Empty: no mail is sent.</summary>
    public string? Host { get; set; }

    /// <summary>Its port.</summary>
    public int Port { get; set; } = 25;

    /// <summary>Whether the connection is encrypted: by STARTTLS, on port 465 from the first byte.</summary>
    public bool UseTls { get; set; }

    /// <summary>The user that the server is to the mail server; empty for none.</summary>
    public string? User { get; set; }

    /// <summary>The password of that user.</summary>
    public string? Password { get; set; }

    /// <summary>The address that mail comes from.</summary>
    public string From { get; set; } = "";
}

/// <summary>What is mailed to who has forgotten a password.</summary>
public enum ForgottenPasswordMail
{
    Password,
    Link,
}

/// <summary>Forgotten passwords.</summary>
public sealed class ForgottenPasswordSettings
{
    /// <summary>
    /// What triggerCatForgotPasswordEmail() mails: the <c>Password</c>, as the guide says, or a <c>Link</c> that works once and leads to a
    /// page where the customer chooses a new one.
    /// </summary>
    public ForgottenPasswordMail Mail { get; set; }

    /// <summary>
    /// Address under which customers' browsers reach the server, such as <c>https://my.example.com</c>; that of <c>PublicAddress</c> where
    /// empty. Links need https.
    /// </summary>
    public string? LinkAddress { get; set; }
}

/// <summary>The server's settings, from appsettings.json and environment variables (<c>Smile__Stages__live__Database</c> …).</summary>
public sealed class ServerSettings
{
    public const string Section = "Smile";

    public Dictionary<string, StageSettings> Stages { get; set; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>The stage of addresses that name none.</summary>
    public string DefaultStage { get; set; } = "live";

    /// <summary>
    /// Keys that passwords are encrypted with, 32 bytes as base64 (<c>openssl rand -base64 32</c>), by number; the highest number encrypts.
    /// </summary>
    public Dictionary<int, string> PasswordKeys { get; set; } = [];

    /// <summary>
    /// File with lines <c>number=key</c> and, where it says which one encrypts, <c>use=number</c>, instead of or beside <see
    /// cref="PasswordKeys"/>; read again when it changes.
    /// </summary>
    public string? PasswordKeyFile { get; set; }

    /// <summary>Number of the key that encrypts; the highest where absent. Names the old one until every server has the new one.</summary>
    public int? PasswordKeyInUse { get; set; }

    /// <summary>
    /// Number and key of what payment details are kept with, 32 bytes as base64; the highest number encrypts. None: no details can be
    /// stored.
    /// </summary>
    public Dictionary<int, string> CardKeys { get; set; } = [];

    /// <summary>File with lines <c>number=key</c>, instead of or beside <see cref="CardKeys"/>.</summary>
    public string? CardKeyFile { get; set; }

    /// <summary>As <see cref="PasswordKeyInUse"/>.</summary>
    public int? CardKeyInUse { get; set; }

    /// <summary>How long a server that starts waits for its databases.</summary>
    public TimeSpan StartupWait { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Least level of the log: Verbose, Debug, Information, Warning, Error or Fatal.</summary>
    public Serilog.Events.LogEventLevel LogLevel { get; set; } = Serilog.Events.LogEventLevel.Warning;

    /// <summary>Mail.</summary>
    public SmtpSettings Smtp { get; set; } = new();

    /// <summary>Folder with mail templates; the built-in ones where empty.</summary>
    public string? MailTemplates { get; set; }

    /// <summary>Forgotten passwords.</summary>
    public ForgottenPasswordSettings ForgottenPasswords { get; set; } = new();

    /// <summary>What links to new passwords begin with; null for nothing.</summary>
    public string? PasswordLinkAddress =>
        ForgottenPasswords.LinkAddress is { Length: > 0 } own ? own
        : PublicAddress is { Length: > 0 } shared ? shared
        : null;

    /// <summary>How often due work is looked for.</summary>
    public TimeSpan DueWorkInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How often usage is looked for that has come, or is to be rated.</summary>
    public TimeSpan UsageInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Months of usage that 'smile usage archive' leaves, besides the one that goes on: a year of usage that is billed once a year, and
    /// time to bill and contest it.
    /// </summary>
    public int UsageKeepMonths { get; set; } = 15;

    /// <summary>How often the dispatch queue is looked at.</summary>
    public TimeSpan DispatchInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// The hour, from 0 to 23 in each company's time zone, at which a day's credit control run begins; none for only by command.
    /// </summary>
    public int? CreditControlHour { get; set; } = 6;

    /// <summary>
    /// The hour, from 0 to 23 in the companies' time zones, from which on ended periods are billed every day; none for only by command.
    /// </summary>
    public int? BillingHour { get; set; }

    /// <summary>Whether the invoices of that run enter the balances at once.</summary>
    public BillApproval BillingApproval { get; set; }

    /// <summary>Days that published messages are kept for replay.</summary>
    public int KeepMessagesDays { get; set; } = 14;

    /// <summary>How long rows are kept that grow with use.</summary>
    public RetentionSettings Retention { get; set; } = new();

    /// <summary>Who is told by mail, once a day, of what failed and waits for somebody; nobody where empty.</summary>
    public string? OperatorAddress { get; set; }

    /// <summary>Most mails and files of a stage that this server sends at a time.</summary>
    public int DispatchWorkers { get; set; } = 8;

    /// <summary>Most USNs of one reserveUsns() (guide, line 1646).</summary>
    public int MaxUsnCount { get; set; } = 10_000;

    /// <summary>Most USNs that a login which is limited to its own account has reserved within a day and not used.</summary>
    public int MaxReservedUsns { get; set; } = 1_000;

    /// <summary>Most bytes of a file that is attached to a ticket. A text of a call has 3 MB, and a file is a third longer in it.</summary>
    public int MaxAttachmentBytes { get; set; } = 2_000_000;

    /// <summary>Proxies whose forwarded headers count, as addresses or networks; loopback always does.</summary>
    public List<string> TrustedProxies { get; set; } = [];

    /// <summary>
    /// Address under which clients reach the server, such as <c>https://smile.example.com</c>; where empty, what each request says.
    /// </summary>
    public string? PublicAddress { get; set; }

    /// <summary>Most calls that are being answered at a time; more are told to come back (503).</summary>
    public int MaxCalls { get; set; } = 1_000;

    /// <summary>Most of them of one login. Fewer than the database has connections for the stage: one login cannot take them all.</summary>
    public int MaxCallsOfLogin { get; set; } = 64;

    /// <summary>How long an answer may take, reading it included; then the connection is closed.</summary>
    public TimeSpan AnswerTimeout { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>Address of an OpenTelemetry collector; nothing is exported where empty.</summary>
    public string? OtlpEndpoint { get; set; }

    /// <summary>Reads and checks the settings.</summary>
    /// <exception cref="SettingsException">Says everything that is wrong, and what would be right.</exception>
    public static ServerSettings Read(IConfiguration configuration)
    {
        var (wrong, unknown) = SettingsNames.Check(configuration.GetSection(Section), typeof(ServerSettings));
        if (wrong.Count > 0)
        {
            throw new SettingsException([.. wrong, .. unknown]);
        }

        var settings = new ServerSettings();
        configuration.GetSection(Section).Bind(settings);
        var ofFiles = new List<string>();
        settings.PasswordKeyInUse = ReadKeyFile(settings.PasswordKeyFile, settings.PasswordKeys, settings.PasswordKeyInUse, ofFiles);
        settings.CardKeyInUse = ReadKeyFile(settings.CardKeyFile, settings.CardKeys, settings.CardKeyInUse, ofFiles);
        var problems = unknown.Concat(ofFiles).Concat(settings.Check()).ToList();
        return problems.Count == 0 ? settings : throw new SettingsException(problems);
    }

    /// <summary>Adds the keys of a file to those of the settings.</summary>
    /// <returns>Number of the key that encrypts: what the settings say, else the file.</returns>
    private static int? ReadKeyFile(string? path, Dictionary<int, string> keys, int? inUse, List<string> problems)
    {
        var content = KeyFile.Read(path);
        problems.AddRange(content?.Problems ?? (string.IsNullOrEmpty(path) ? [] : [$"There is no key file {path}."]));
        foreach (var (number, key) in content?.Keys ?? new Dictionary<int, string>())
        {
            if (!keys.TryAdd(number, key) && keys[number] != key)
            {
                problems.Add($"The key file {path} has another key {number} than the settings. Give the new key a number of its own.");
            }
        }

        return inUse ?? content?.Use;
    }

    private IEnumerable<string> Check()
    {
        if (Stages.Count == 0)
        {
            yield return "Smile:Stages is empty. Name at least one stage with its database, for example "
                + "Smile__Stages__live__Database='Host=localhost;Database=smile;Username=smile'.";
        }
        else if (!Stages.ContainsKey(DefaultStage))
        {
            yield return $"Smile:DefaultStage is '{DefaultStage}', which is not among Smile:Stages ({string.Join(", ", Stages.Keys)}).";
        }

        foreach (var (name, stage) in Stages)
        {
            foreach (var problem in CheckStage(name, stage).Concat(CheckStripe(name, stage.Stripe)))
            {
                yield return problem;
            }
        }

        foreach (var problem in TicketMailSettings.Check(Stages))
        {
            yield return problem;
        }

        if (PasswordKeys.Count == 0)
        {
            yield return "No password key. Set Smile__PasswordKeys__1 to 32 bytes as base64 (openssl rand -base64 32), or "
                + "Smile__PasswordKeyFile to a file with the line 1=KEY.";
        }

        foreach (var problem in CheckKeys("Password", PasswordKeys, PasswordKeyInUse).Concat(CheckKeys("Card", CardKeys, CardKeyInUse)))
        {
            yield return problem;
        }

        foreach (
            var proxy in TrustedProxies.Where(proxy =>
                proxy.Length > 0 && !System.Net.IPNetwork.TryParse(proxy, out _) && !System.Net.IPAddress.TryParse(proxy, out _)
            )
        )
        {
            yield return $"Smile:TrustedProxies has '{proxy}', which is neither an address nor a network such as 10.0.0.0/8.";
        }

        if (
            PublicAddress is { Length: > 0 }
            && !(Uri.TryCreate(PublicAddress, UriKind.Absolute, out var address) && address.Scheme is "http" or "https")
        )
        {
            yield return $"Smile:PublicAddress is '{PublicAddress}'. Give an address such as https://smile.example.com.";
        }

        if (CheckPasswordLinks() is { } wrongLinks)
        {
            yield return wrongLinks;
        }

        if (MaxCalls < 1 || MaxCallsOfLogin < 1 || AnswerTimeout <= TimeSpan.Zero || AnswerTimeout > TimeSpan.FromDays(1))
        {
            yield return "Smile:MaxCalls and Smile:MaxCallsOfLogin must be at least 1, Smile:AnswerTimeout more than nothing and at "
                + "most a day.";
        }

        if (MaxAttachmentBytes is < 1 or > 2_250_000)
        {
            yield return $"Smile:MaxAttachmentBytes is {MaxAttachmentBytes}. Give 1 to 2250000: a text of a call has 3 MB, and a file is a "
                + "third longer in it.";
        }

        if (DispatchWorkers is < 1 or > 100)
        {
            yield return $"Smile:DispatchWorkers is {DispatchWorkers}. Give a number from 1 to 100.";
        }

        if (BillingHour is < 0 or > 23)
        {
            yield return $"Smile:BillingHour is {BillingHour}. Give an hour from 0 to 23, or nothing.";
        }

        if (CreditControlHour is < 0 or > 23)
        {
            yield return $"Smile:CreditControlHour is {CreditControlHour}. Give an hour from 0 to 23, or nothing.";
        }

        if (Smtp is { Host.Length: > 0, From.Length: 0 })
        {
            yield return "Smile:Smtp:From is empty. Name the address that mail comes from.";
        }
    }

    private string? CheckPasswordLinks()
    {
        const string example = "Give an https address without a query, such as https://my.example.com (http only for this machine).";
        var isAsked = ForgottenPasswords.Mail == ForgottenPasswordMail.Link;
        return (ForgottenPasswords.LinkAddress, PublicAddress) switch
        {
            ({ Length: > 0 } own, _) when !CanBeginLinks(own) => $"Smile:ForgottenPasswords:LinkAddress cannot begin links. {example}",
            ({ Length: > 0 }, _) => null,
            (_, { Length: > 0 } shared) when isAsked && !CanBeginLinks(shared) =>
                $"Smile:ForgottenPasswords:Mail is Link, and Smile:PublicAddress cannot begin links. {example}"
                    + " Where customers come by another address, name that in Smile:ForgottenPasswords:LinkAddress.",
            (_, null or "") when isAsked => "Smile:ForgottenPasswords:Mail is Link, and nothing says where customers reach the server."
                + $" Set Smile:ForgottenPasswords:LinkAddress, or Smile:PublicAddress. {example}",
            _ => null,
        };
    }

    /// <summary>Whether a link below the address is safe to mail: nobody on the way may read it.</summary>
    private static bool CanBeginLinks(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var address)
        && (address.Scheme == Uri.UriSchemeHttps || (address.Scheme == Uri.UriSchemeHttp && address.IsLoopback))
        && address is { UserInfo.Length: 0, Query.Length: 0, Fragment.Length: 0 };

    private static IEnumerable<string> CheckKeys(string what, Dictionary<int, string> keys, int? inUse)
    {
        foreach (var number in keys.Where(key => KeyRing.Parse(key.Value) is null).Select(key => key.Key))
        {
            yield return $"{what} key {number} is not 32 bytes as base64. Make one with: openssl rand -base64 32";
        }

        if (inUse is { } current && !keys.ContainsKey(current))
        {
            yield return $"Smile:{what}KeyInUse is {current}, and there is no key of that number.";
        }
    }

    private static IEnumerable<string> CheckStage(string name, StageSettings stage)
    {
        if (string.IsNullOrWhiteSpace(stage.Database))
        {
            yield return $"Smile:Stages:{name}:Database is empty. Give a PostgreSQL connection string.";
        }
        else if (!IsConnectionString(stage.Database))
        {
            yield return $"Smile:Stages:{name}:Database is not a PostgreSQL connection string.";
        }

        if (stage.DispatchFolder is { Length: > 0 } folder && !Directory.Exists(folder))
        {
            yield return $"Smile:Stages:{name}:DispatchFolder names a folder that is not there.";
        }

        foreach (var address in (stage.Broker ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (!Uri.TryCreate(address, UriKind.Absolute, out var uri) || uri.Scheme is not ("tcp" or "ssl"))
            {
                yield return $"Smile:Stages:{name}:Broker has '{address}': give addresses such as tcp://host:61616 or "
                    + $"ssl://host:61617, separated by commas.";
            }
        }
    }

    private static IEnumerable<string> CheckStripe(string name, StripeSettings stripe)
    {
        if (
            stripe is { SecretKey.Length: > 0 }
            && (!Uri.TryCreate(stripe.Address, UriKind.Absolute, out var address) || address.Scheme != Uri.UriSchemeHttps)
        )
        {
            yield return $"Smile:Stages:{name}:Stripe:Address must be an https address.";
        }

        if (stripe.CertificateAuthority is { Length: > 0 } file && !File.Exists(file))
        {
            yield return $"Smile:Stages:{name}:Stripe:CertificateAuthority names a file that is not there.";
        }

        if (stripe.Timeout <= TimeSpan.Zero || stripe.Timeout > TimeSpan.FromMinutes(1))
        {
            yield return $"Smile:Stages:{name}:Stripe:Timeout must be more than nothing and at most a minute.";
        }
    }

    private static bool IsConnectionString(string text)
    {
        try
        {
            return new NpgsqlConnectionStringBuilder(text).Database is { Length: > 0 };
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}

/// <summary>The server cannot start with these settings.</summary>
public sealed class SettingsException(IReadOnlyList<string> problems) : Exception(string.Join(Environment.NewLine, problems));
