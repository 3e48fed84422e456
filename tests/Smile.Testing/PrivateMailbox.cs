using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Smile.Testing;

/// <summary>
/// An IMAP server of its own for a test: Debian's Dovecot as an ordinary process on free loopback ports, with its mail, users and
/// certificate in a temporary folder.
/// </summary>
public sealed class PrivateMailbox : IAsyncDisposable
{
    public const string User = "desk";
    public const string Password = "not-a-secret-91c4";
    private const string Dovecot = "/usr/sbin/dovecot";

    /// <summary>Ends the server when it is told to, and also when the test run that started it is gone.</summary>
    private const string Script =
        """log="$1"; shift; "$@" </dev/null >>"$log" 2>&1 & server=$!; read -r ignored; kill -TERM $server; wait $server""";

    /// <summary>Where mail lies that nobody has seen, and where it lies then.</summary>
    private static readonly string[] Read = ["new", "cur"];

    private readonly string _folder;
    private readonly IReadOnlyList<int> _ports = LoopbackPort.Free(2);
    private Process? _process;

    private PrivateMailbox(string folder) => _folder = folder;

    public static bool IsInstalled => File.Exists(Dovecot) && File.Exists("/usr/lib/dovecot/imap");

    /// <summary>Where the connection begins without encryption, and may get it by STARTTLS.</summary>
    public int Port => _ports[0];

    /// <summary>Where it is encrypted from the first byte.</summary>
    public int TlsPort => _ports[1];

    /// <summary>PEM file of the server's certificate, which is its own authority.</summary>
    public string CertificateFile => Path.Combine(_folder, "certificate.pem");

    private string Output => Path.Combine(_folder, "dovecot.log");

    private string Maildir => Path.Combine(_folder, "mail", User);

    public static async Task<PrivateMailbox> StartNewAsync()
    {
        if (!IsInstalled)
        {
            throw new InvalidOperationException("This test needs Dovecot: apt-get install --yes dovecot-imapd");
        }

        var mailbox = new PrivateMailbox(Directory.CreateTempSubdirectory("private-mailbox-").FullName);
        try
        {
            mailbox.Write();
            await mailbox.StartAsync();
            return mailbox;
        }
        catch
        {
            await mailbox.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts the server, on the same ports and mail after <see cref="StopAsync"/>; returns when it greets.</summary>
    public async Task StartAsync()
    {
        _process = Process.Start(
            new ProcessStartInfo("/bin/sh", ["-c", Script, "mailbox", Output, Dovecot, "-F", "-c", Path.Combine(_folder, "dovecot.conf")])
            {
                RedirectStandardInput = true,
                UseShellExecute = false,
            }
        )!;
        await Until.TrueAsync("Dovecot greets", GreetsAsync);
    }

    public async Task StopAsync()
    {
        if (_process is { } process)
        {
            _process = null;
            process.StandardInput.Close();
            await process.WaitForExitAsync();
            process.Dispose();
        }
    }

    /// <summary>Puts a mail into the inbox byte by byte, as a mail server does that looks at nothing of it.</summary>
    public async Task DeliverAsync(byte[] mail)
    {
        var name = Guid.NewGuid().ToString("N");
        var waiting = Path.Combine(Maildir, "tmp", name);
        await File.WriteAllBytesAsync(waiting, mail);
        File.SetUnixFileMode(waiting, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        File.Move(waiting, Path.Combine(Maildir, "new", name));
    }

    /// <summary>How many mails a folder has.</summary>
    /// <param name="folder">Empty for the inbox.</param>
    public int Count(string folder = "") =>
        Read.Select(part => Path.Combine(Maildir, folder.Length == 0 ? "" : "." + folder, part))
            .Where(Directory.Exists)
            .Sum(path => Directory.GetFiles(path).Length);

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task<bool> GreetsAsync()
    {
        if (_process!.HasExited)
        {
            throw new InvalidOperationException("Dovecot did not start: " + await File.ReadAllTextAsync(Output));
        }

        try
        {
            using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(IPAddress.Loopback, Port);
            var greeting = new byte[4];
            return await socket.ReceiveAsync(greeting) == 4 && greeting.AsSpan().SequenceEqual("* OK"u8);
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private void Write()
    {
        // As root it has users of its own for what needs no rights, and none of them may be root.
        var (login, mail) = Environment.IsPrivilegedProcess ? ("dovenull", "mail") : (Environment.UserName, Environment.UserName);
        var own = Environment.IsPrivilegedProcess ? "dovecot" : Environment.UserName;
        foreach (var path in new[] { Maildir, Path.Combine(Maildir, "new"), Path.Combine(Maildir, "cur"), Path.Combine(Maildir, "tmp") })
        {
            Directory.CreateDirectory(path);
        }

        WriteCertificate();
        File.WriteAllText(Path.Combine(_folder, "users"), $"{User}:{{PLAIN}}{Password}\n");
        File.WriteAllText(
            Path.Combine(_folder, "dovecot.conf"),
            string.Create(
                CultureInfo.InvariantCulture,
                $$"""
                protocols = imap
                listen = 127.0.0.1
                base_dir = {{_folder}}/run
                state_dir = {{_folder}}/state
                log_path = /dev/stderr
                default_internal_user = {{own}}
                default_login_user = {{login}}
                first_valid_uid = 1
                auth_failure_delay = 0 secs
                disable_plaintext_auth = no
                ssl = yes
                ssl_cert = <{{CertificateFile}}
                ssl_key = <{{_folder}}/key.pem
                mail_location = maildir:{{_folder}}/mail/%u
                passdb {
                  driver = passwd-file
                  args = {{_folder}}/users
                }
                userdb {
                  driver = static
                  args = uid={{mail}} gid={{Group(mail)}} home={{_folder}}/mail
                }
                service anvil {
                  chroot =
                }
                service imap-login {
                  chroot =
                  inet_listener imap {
                    port = {{Port}}
                  }
                  inet_listener imaps {
                    port = {{TlsPort}}
                    ssl = yes
                  }
                }

                """
            )
        );
        if (Environment.IsPrivilegedProcess)
        {
            // What it runs as has to get through to its folders.
            File.SetUnixFileMode(_folder, (UnixFileMode)0b111_101_101);
            Run("chown", "-R", $"{mail}:{mail}", Path.Combine(_folder, "mail"));
        }
    }

    private static string Group(string user) => Environment.IsPrivilegedProcess ? user : Run("id", "-gn").Trim();

    private void WriteCertificate()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=127.0.0.1", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, false, 0, critical: true));
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        File.WriteAllText(CertificateFile, certificate.ExportCertificatePem());
        File.WriteAllText(Path.Combine(_folder, "key.pem"), key.ExportPkcs8PrivateKeyPem());
    }

    private static string Run(string program, params string[] arguments)
    {
        using var process = Process.Start(
            new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, UseShellExecute = false }
        )!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return output;
    }
}
