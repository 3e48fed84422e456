using System.Diagnostics;

namespace Smile.Conformance.Running;

/// <summary>What a test needs of others' making.</summary>
public enum ForeignClient
{
    Zeep,
    Gsoap,
    Php,
    Node,
    Wsimport,
    Jms,
}

/// <summary>
/// A test with clients of others' making. One that is not installed skips it, with the command that installs it as the reason.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class ClientFactAttribute : FactAttribute
{
    public ClientFactAttribute(params ForeignClient[] clients) =>
        Skip = clients.Select(WhyNot).FirstOrDefault(reason => reason is not null);

    private static string? WhyNot(ForeignClient client) =>
        client switch
        {
            ForeignClient.Zeep => Missing("zeep", "apt-get install python3-zeep", () => Succeeds("/usr/bin/python3", "-c", "import zeep")),
            ForeignClient.Gsoap => Missing(
                "gSOAP",
                "apt-get install gsoap libgsoap-dev g++",
                () => Exists("/usr/bin/wsdl2h", "/usr/bin/soapcpp2", "/usr/bin/g++", "/usr/include/stdsoap2.h")
            ),
            ForeignClient.Php => Missing(
                "PHP with SOAP",
                "apt-get install php-cli php-soap",
                () => Succeeds("/usr/bin/php", "-r", "exit(extension_loaded('soap') ? 0 : 1);")
            ),
            ForeignClient.Node => Missing("Node.js", "apt-get install nodejs npm", () => Succeeds("node", "--version"))
                ?? Missing(
                    "the npm package soap",
                    $"npm install --prefix {NodeSoap.Folder} {NodeSoap.Package}",
                    () => NodeSoap.IsInstalled
                ),
            ForeignClient.Wsimport => Missing(
                "wsimport",
                "apt-get install jaxws default-jdk-headless",
                () => Exists("/usr/bin/javac", "/usr/share/jaxws/lib/jaxws-tools.jar")
            ),
            _ => Missing(
                "the Java JMS client",
                "apt-get install libactivemq-java default-jdk-headless",
                () => Exists("/usr/bin/javac", "/usr/share/activemq/lib/activemq-client.jar")
            ),
        };

    private static string? Missing(string name, string remedy, Func<bool> isInstalled) =>
        isInstalled() ? null : $"skipped: {name} is not installed ({remedy})";

    private static bool Exists(params string[] files) => files.All(File.Exists);

    private static bool Succeeds(string program, params string[] arguments)
    {
        try
        {
            using var process = Process.Start(
                new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true }
            )!;
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}

/// <summary>node-soap, from npm, kept outside of the repository between runs.</summary>
internal static class NodeSoap
{
    public const string Package = "soap@1.13.0";

    private static readonly Lazy<bool> Installed = new(Install);

    public static string Folder { get; } =
        Path.Combine(
            Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } cache
                ? cache
                : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache"),
            "smile-conformance",
            Package
        );

    /// <summary>Installs it at the first question; false where the registry cannot be reached either.</summary>
    public static bool IsInstalled => Installed.Value;

    private static bool Install()
    {
        if (Directory.Exists(Path.Combine(Folder, "node_modules", "soap")))
        {
            return true;
        }

        try
        {
            Directory.CreateDirectory(Folder);
            using var npm = Process.Start(
                new ProcessStartInfo("npm", ["install", "--prefix", Folder, "--no-audit", "--no-fund", Package])
                {
                    RedirectStandardOutput = true,
                    RedirectStandardError = true,
                }
            )!;
            return npm.WaitForExit(TimeSpan.FromMinutes(1)) && npm.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}
