using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Smile.Testing;

/// <summary>
/// An ActiveMQ of its own for a test: an ordinary process on free loopback ports, with its own data folder, from Debian's package.
/// One user may use every topic and queue, another only topics that begin with <see cref="LimitedPrefix"/>.
/// </summary>
public sealed class PrivateBroker : IAsyncDisposable
{
    public const string UserName = "smile";
    public const string Password = "not-a-secret-7f3a";

    /// <summary>The user who may write to few topics; the password is the same.</summary>
    public const string LimitedUserName = "limited";

    public const string LimitedPrefix = "Limited.";

    private const string Home = "/usr/share/activemq";
    private const string Launcher = Home + "/bin/activemq.jar";
    private const string Java = "/usr/bin/java";

    /// <summary>Ends the broker when it is told to, and also when the test run that started it is gone.</summary>
    private const string Script =
        """log="$1"; shift; "$@" </dev/null >>"$log" 2>&1 & broker=$!; read -r ignored; kill -TERM $broker; wait $broker""";

    private static readonly TimeSpan FirstPatience = TimeSpan.FromMinutes(1);

    private readonly string _folder;
    private readonly IReadOnlyList<int> _ports;
    private Process? _process;

    private PrivateBroker(string folder, bool withTls)
    {
        _folder = folder;
        _ports = LoopbackPort.Free(withTls ? 3 : 2);
    }

    public static bool IsInstalled => File.Exists(Launcher) && File.Exists(Java);

    /// <summary>For OpenWire.</summary>
    public Uri Address => Loopback("tcp", _ports[0]);

    public int StompPort => _ports[1];

    /// <summary>For OpenWire over TLS.</summary>
    public Uri TlsAddress =>
        _ports.Count > 2 ? Loopback("ssl", _ports[2]) : throw new InvalidOperationException("This broker was started without TLS.");

    /// <summary>PEM file of the broker's certificate.</summary>
    public string CertificateFile => Path.Combine(_folder, "broker.pem");

    public string LogFile => Path.Combine(_folder, "broker.log");

    /// <summary>What a Java listener needs on its class path.</summary>
    public static string ClientClassPath =>
        string.Join(
            ':',
            new[]
            {
                Home + "/lib/activemq-client.jar",
                Home + "/lib/geronimo-jms_1.1_spec.jar",
                Home + "/lib/geronimo-j2ee-management-1.1-spec.jar",
                Home + "/lib/hawtbuf.jar",
                Home + "/lib/slf4j-api.jar",
            }
        );

    public static async Task<PrivateBroker> StartNewAsync(bool withTls = false, CancellationToken cancellationToken = default)
    {
        if (!IsInstalled)
        {
            throw new InvalidOperationException(
                "This test needs ActiveMQ: apt-get install --yes activemq libactivemq-java openjdk-17-jdk-headless"
            );
        }

        var broker = new PrivateBroker(Directory.CreateTempSubdirectory("private-broker-").FullName, withTls);
        try
        {
            if (withTls)
            {
                await broker.MakeCertificateAsync(cancellationToken);
            }

            broker.WriteConfiguration(withTls);
            await broker.StartAsync(cancellationToken);
            return broker;
        }
        catch
        {
            await broker.DisposeAsync();
            throw;
        }
    }

    /// <summary>
    /// Starts the broker, on the same ports and data after <see cref="StopAsync"/> or <see cref="KillAsync"/>; returns when it accepts.
    /// </summary>
    public async Task StartAsync(CancellationToken cancellationToken = default)
    {
        if (_process is not null)
        {
            throw new InvalidOperationException("The broker is running.");
        }

        try
        {
            await AcceptAsync(FirstPatience, cancellationToken);
        }
        catch (TimeoutException exception)
        {
            // Seen once in hundreds of runs: the JVM said nothing after its first lines. What its threads did is in what is told.
            await Console.Error.WriteLineAsync($"Started again. {exception.Message}");
            await KillAsync(cancellationToken);
            await AcceptAsync(Until.Patience, cancellationToken);
        }
    }

    private async Task AcceptAsync(TimeSpan most, CancellationToken cancellationToken)
    {
        var process = Start(
            "/bin/sh",
            [
                "-c",
                Script,
                "broker",
                LogFile,
                Java,
                "-Xmx256m",
                "-XX:TieredStopAtLevel=1",
                "-Djava.io.tmpdir=" + _folder,
                // The broker asks for the name of its own machine: no name server is to answer, or to keep it waiting.
                "-Djdk.net.hosts.file=" + Path.Combine(_folder, "hosts"),
                "-Dlog4j.configuration=file:" + Path.Combine(_folder, "log4j.properties"),
                "-Dactivemq.home=" + Home,
                "-Dactivemq.base=" + _folder,
                "-Dactivemq.conf=" + _folder,
                "-Dactivemq.data=" + Path.Combine(_folder, "data"),
                "-jar",
                Launcher,
                "start",
                "xbean:file:" + Path.Combine(_folder, "broker.xml"),
            ]
        );
        _process = process;
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(most);
        try
        {
            foreach (var port in _ports)
            {
                await WaitForPortAsync(port, process, patience.Token);
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            var what = process.HasExited ? $"ended with {process.ExitCode}" : $"did not accept within {most}";
            await DumpThreadsAsync(process, cancellationToken);
            var log = File.Exists(LogFile) ? await File.ReadAllTextAsync(LogFile, cancellationToken) : "";
            throw new TimeoutException($"ActiveMQ {what}. Its log:\n{log}");
        }
    }

    /// <summary>Has the JVM write into its log what each of its threads does.</summary>
    private async Task DumpThreadsAsync(Process process, CancellationToken cancellationToken)
    {
        if (process.HasExited)
        {
            return;
        }

        using var pkill = Start("/usr/bin/pkill", ["-QUIT", "-P", process.Id.ToString(CultureInfo.InvariantCulture), "java"]);
        await pkill.WaitForExitAsync(cancellationToken);
        await Until.TrueAsync(
            "all threads are in the broker's log",
            async () => process.HasExited || (await File.ReadAllTextAsync(LogFile, cancellationToken)).Contains("JNI global refs"),
            TimeSpan.FromSeconds(20)
        );
    }

    /// <summary>An orderly stop.</summary>
    public async Task StopAsync(CancellationToken cancellationToken = default)
    {
        if (_process is { } process)
        {
            process.StandardInput.Close();
            await process.WaitForExitAsync(cancellationToken);
            Forget();
        }
    }

    /// <summary>SIGKILL: what a crash of the broker looks like.</summary>
    public async Task KillAsync(CancellationToken cancellationToken = default)
    {
        if (_process is { } process)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(cancellationToken);
            Forget();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        if (Directory.Exists(_folder))
        {
            Directory.Delete(_folder, recursive: true);
        }
    }

    private static Uri Loopback(string scheme, int port) =>
        new(string.Create(CultureInfo.InvariantCulture, $"{scheme}://127.0.0.1:{port}"));

    private static async Task WaitForPortAsync(int port, Process process, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (process.HasExited)
            {
                throw new OperationCanceledException("The broker has ended.");
            }

            try
            {
                using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
                await socket.ConnectAsync(IPAddress.Loopback, port, cancellationToken);
                return;
            }
            catch (SocketException)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(20), cancellationToken);
            }
        }
    }

    private static Process Start(string program, IEnumerable<string> arguments) =>
        Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardInput = true, UseShellExecute = false })
        ?? throw new InvalidOperationException($"{program} did not start.");

    private async Task MakeCertificateAsync(CancellationToken cancellationToken)
    {
        var store = Path.Combine(_folder, "broker.p12");
        await KeyToolAsync(
            [
                "-genkeypair",
                "-alias",
                "broker",
                "-keyalg",
                "EC",
                "-groupname",
                "secp256r1",
                "-dname",
                "CN=localhost",
                "-ext",
                "SAN=dns:localhost,ip:127.0.0.1",
                "-validity",
                "2",
                "-storetype",
                "PKCS12",
                "-keystore",
                store,
                "-storepass",
                Password,
            ],
            cancellationToken
        );
        await KeyToolAsync(
            ["-exportcert", "-rfc", "-alias", "broker", "-keystore", store, "-storepass", Password, "-file", CertificateFile],
            cancellationToken
        );
    }

    private static async Task KeyToolAsync(string[] arguments, CancellationToken cancellationToken)
    {
        using var process = Start("keytool", ["-J-XX:TieredStopAtLevel=1", .. arguments]);
        await process.WaitForExitAsync(cancellationToken);
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"keytool {arguments[0]} ended with {process.ExitCode}.");
        }
    }

    private void WriteConfiguration(bool withTls)
    {
        File.WriteAllText(
            Path.Combine(_folder, "log4j.properties"),
            """
            log4j.rootLogger=WARN, console
            log4j.logger.org.apache.activemq=INFO
            log4j.appender.console=org.apache.log4j.ConsoleAppender
            log4j.appender.console.layout=org.apache.log4j.PatternLayout
            log4j.appender.console.layout.ConversionPattern=%d %p %c - %m%n
            """
        );
        File.WriteAllText(Path.Combine(_folder, "hosts"), $"127.0.0.1 localhost {Environment.MachineName}\n");
        var store = Path.Combine(_folder, "broker.p12");
        var tlsContext = withTls
            ? $"""
                <sslContext>
                  <sslContext keyStore="file:{store}" keyStoreType="PKCS12" keyStorePassword="{Password}" keyStoreKeyPassword="{Password}"/>
                </sslContext>
                """
            : "";
        var kahaDb = Path.Combine(_folder, "data", "kahadb");
        var tlsConnector = withTls ? $"""<transportConnector name="openwire-tls" uri="{Connector("ssl", _ports[2])}"/>""" : "";
        File.WriteAllText(
            Path.Combine(_folder, "broker.xml"),
            $"""
            <beans xmlns="http://www.springframework.org/schema/beans" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
                xsi:schemaLocation="http://www.springframework.org/schema/beans
                  http://www.springframework.org/schema/beans/spring-beans-2.0.xsd
                  http://activemq.apache.org/schema/core http://activemq.apache.org/schema/core/activemq-core.xsd">
              <broker xmlns="http://activemq.apache.org/schema/core" brokerName="private" useJmx="false" advisorySupport="false"
                  dataDirectory="{Path.Combine(_folder, "data")}">
                <persistenceAdapter><kahaDB directory="{kahaDb}" journalMaxFileLength="8mb"/></persistenceAdapter>
                <plugins>
                  <simpleAuthenticationPlugin><users>
                    <authenticationUser username="{UserName}" password="{Password}" groups="users"/>
                    <authenticationUser username="{LimitedUserName}" password="{Password}" groups="limited"/>
                  </users></simpleAuthenticationPlugin>
                  <authorizationPlugin><map><authorizationMap><authorizationEntries>
                    <authorizationEntry topic="&gt;" read="users" write="users" admin="users"/>
                    <authorizationEntry queue="&gt;" read="users" write="users" admin="users"/>
                    <authorizationEntry topic="{LimitedPrefix}&gt;" read="limited" write="limited" admin="limited"/>
                  </authorizationEntries></authorizationMap></map></authorizationPlugin>
                </plugins>
                {tlsContext}
                <systemUsage><systemUsage>
                  <memoryUsage><memoryUsage limit="64 mb"/></memoryUsage>
                  <storeUsage><storeUsage limit="1 gb"/></storeUsage>
                  <tempUsage><tempUsage limit="256 mb"/></tempUsage>
                </systemUsage></systemUsage>
                <transportConnectors>
                  <transportConnector name="openwire" uri="{Connector("tcp", _ports[0])}"/>
                  <transportConnector name="stomp" uri="{Connector("stomp", _ports[1])}"/>
                  {tlsConnector}
                </transportConnectors>
              </broker>
            </beans>
            """
        );
    }

    private static string Connector(string scheme, int port) => string.Create(CultureInfo.InvariantCulture, $"{scheme}://127.0.0.1:{port}");

    private void Forget()
    {
        _process?.Dispose();
        _process = null;
    }
}
