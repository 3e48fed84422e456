using System.Net;
using Smile.Kernel;

namespace Smile.Hosting;

/// <summary>How the connection to a mailbox is encrypted.</summary>
public enum MailboxTls
{
    /// <summary>From the first byte, as on port 993.</summary>
    OnConnect,

    /// <summary>By STARTTLS; without it nothing is read.</summary>
    StartTls,

    /// <summary>Not at all.</summary>
    None,
}

/// <summary>The mailbox from which customers' mail comes to tickets.</summary>
public sealed class TicketMailSettings
{
    /// <summary>The IMAP server. Empty: no mail is read.</summary>
    public string? Host { get; set; }

    /// <summary>Its port.</summary>
    public int Port { get; set; } = 993;

    /// <summary>How the connection is encrypted: <c>OnConnect</c> from the first byte, <c>StartTls</c>, or <c>None</c>.</summary>
    public MailboxTls Tls { get; set; }

    /// <summary>Whether password and mail may go unencrypted to another machine, where <see cref="Tls"/> is <c>None</c>.</summary>
    public bool AllowPlaintext { get; set; }

    /// <summary>File with the certificate authority that signed the server's certificate, where it is a private one.</summary>
    public string? CertificateAuthority { get; set; }

    /// <summary>The user that the server is to the mailbox.</summary>
    public string? User { get; set; }

    /// <summary>The password of that user.</summary>
    public string? Password { get; set; }

    /// <summary>The folder that is read.</summary>
    public string Folder { get; set; } = "INBOX";

    /// <summary>The folder for mail that was added to tickets; made where it is not there.</summary>
    public string DoneFolder { get; set; } = "Done";

    /// <summary>The folder for mail that was set aside; made where it is not there.</summary>
    public string RefusedFolder { get; set; } = "Refused";

    /// <summary>How often it is looked into.</summary>
    public TimeSpan Interval { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>The address of the mailbox: letters about tickets come from it, so that answers go to it.</summary>
    public string? Address { get; set; }

    /// <summary>Most bytes of a mail; a larger one is set aside unread.</summary>
    public int MaxMailBytes { get; set; } = 10_000_000;

    /// <summary>Most mails of one address that are added within an hour; the rest waits.</summary>
    public int MaxMailsPerHour { get; set; } = 20;

    /// <summary>
    /// Whether mail counts only where the receiving mail server says in <c>Authentication-Results</c> that it comes from its sender's
    /// domain: <c>dmarc=pass</c>, or <c>dkim=pass</c> or <c>spf=pass</c> of that domain.
    /// </summary>
    public bool RequireAuthentication { get; set; }

    /// <summary>The name (<c>authserv-id</c>) with which that server signs its <c>Authentication-Results</c>.</summary>
    public string? AuthenticationServer { get; set; }

    /// <summary>Whether a mailbox is read.</summary>
    internal bool IsOn => Host is { Length: > 0 };

    /// <summary>What is wrong with the mailboxes of all stages.</summary>
    internal static IEnumerable<string> Check(IReadOnlyDictionary<string, StageSettings> stages)
    {
        var on = stages.Where(stage => stage.Value.TicketMail.IsOn).ToList();
        foreach (var (name, stage) in on)
        {
            foreach (var problem in stage.TicketMail.Check())
            {
                yield return $"Smile:Stages:{name}:TicketMail:{problem}";
            }
        }

        foreach (var same in on.GroupBy(stage => stage.Value.TicketMail.Key).Where(same => same.Count() > 1))
        {
            yield return $"Smile:Stages have the same TicketMail folder: {string.Join(", ", same.Select(stage => stage.Key))}. "
                + "Mail would come to either by chance.";
        }
    }

    private (string Host, int Port, string User, string Folder) Key =>
        (Host!.ToUpperInvariant(), Port, User ?? "", Folder.ToUpperInvariant());

    /// <summary>Each begins with the setting's name.</summary>
    private IEnumerable<string> Check()
    {
        if (Port is < 1 or > 65_535)
        {
            yield return $"Port is {Port}. Give a number from 1 to 65535.";
        }

        if (Tls == MailboxTls.None && !AllowPlaintext && !IsThisMachine(Host!))
        {
            yield return "Tls is None, and the mail server is another machine: the password could be read on the way. Use OnConnect or "
                + "StartTls, or set AllowPlaintext.";
        }

        if (CertificateAuthority is { Length: > 0 } file && !File.Exists(file))
        {
            yield return "CertificateAuthority names a file that is not there.";
        }

        if (string.IsNullOrEmpty(User))
        {
            yield return "User is empty. Name the user of the mailbox.";
        }

        if (string.IsNullOrEmpty(Password))
        {
            yield return "Password is empty.";
        }

        var folders = new[] { Folder, DoneFolder, RefusedFolder };
        if (folders.Any(string.IsNullOrWhiteSpace) || folders.Distinct(StringComparer.OrdinalIgnoreCase).Count() < folders.Length)
        {
            yield return "Folder, DoneFolder and RefusedFolder must name three folders.";
        }

        if (Interval < TimeSpan.FromSeconds(1) || Interval > TimeSpan.FromDays(1))
        {
            yield return "Interval must be from a second to a day.";
        }

        if (Address is not { Length: > 0 } address || !EmailAddress.CanBeSentTo(address))
        {
            yield return "Address is no email address. Name the one whose mail comes to this mailbox.";
        }

        if (MaxMailBytes is < 10_000 or > 50_000_000)
        {
            yield return $"MaxMailBytes is {MaxMailBytes}. Give 10000 to 50000000.";
        }

        if (MaxMailsPerHour < 1)
        {
            yield return $"MaxMailsPerHour is {MaxMailsPerHour}. Give at least 1.";
        }

        if (RequireAuthentication && string.IsNullOrWhiteSpace(AuthenticationServer))
        {
            yield return "AuthenticationServer is empty, and RequireAuthentication is true. "
                + "Name the server whose Authentication-Results count.";
        }
    }

    private static bool IsThisMachine(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address));
}
