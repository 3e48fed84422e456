using System.Text.RegularExpressions;
using Smile.Testing;

namespace Smile.Server.Tests.Architecture;

/// <summary>S12: what docker-compose.yml starts.</summary>
public sealed partial class ComposeTests
{
    private static readonly Version MendedBroker = new(5, 18, 7);

    private readonly IReadOnlyDictionary<string, string> _services = Services();

    /// <summary>Brokers before 5.18.7 can be stopped by a message (CVE-2025-27533).</summary>
    [Fact]
    public void Images_are_of_a_version_and_the_broker_of_one_that_is_mended()
    {
        var images = _services
            .Where(service => service.Value.Contains("image:", StringComparison.Ordinal))
            .ToDictionary(service => service.Key, service => Image().Match(service.Value));
        Assert.Equal(["activemq", "postgres"], images.Keys.Order(StringComparer.Ordinal));
        Assert.All(images.Values, image => Assert.True(image.Success));
        Assert.True(Version.Parse(images["activemq"].Groups["version"].Value) >= MendedBroker);
    }

    [Fact]
    public void The_server_alone_is_published_and_to_this_machine_only()
    {
        Assert.DoesNotContain("ports:", _services["postgres"] + _services["activemq"], StringComparison.Ordinal);
        Assert.Equal("[\"127.0.0.1:8080:8080\"]", Regex.Match(_services["smile"], @"ports: (.*)").Groups[1].Value.Trim());
    }

    [Fact]
    public void Cards_go_to_the_sandbox_only_where_somebody_wants_it() =>
        Assert.Contains("Smile__Stages__live__AllowSandbox: ${SMILE_ALLOW_SANDBOX:-false}", _services["smile"], StringComparison.Ordinal);

    /// <summary>A secret with a value of the file's own would be everybody's.</summary>
    [Fact]
    public void Every_password_and_key_comes_from_the_environment()
    {
        var secrets = string.Join('\n', _services.Values).Split('\n').Where(line => Secret().IsMatch(line)).ToList();
        Assert.True(secrets.Count >= 6, string.Join('\n', secrets));
        Assert.All(secrets, line => Assert.Matches(@"[:=]\s*\$\{SMILE_[A-Z_]+(:\?[^}]*)?\}|Password=\$\{SMILE_[A-Z_]+\}", line));
    }

    private static Dictionary<string, string> Services()
    {
        var text = File.ReadAllText(Path.Combine(Repository.Folder(), "docker-compose.yml"));
        var body = text[
            (text.IndexOf("services:\n", StringComparison.Ordinal) + "services:\n".Length)..text.IndexOf(
                "\nvolumes:",
                StringComparison.Ordinal
            )
        ];
        return ServiceName().Split(body).Skip(1).Chunk(2).ToDictionary(part => part[0], part => part[1]);
    }

    [GeneratedRegex(@"^  (\w+):\n", RegexOptions.Multiline)]
    private static partial Regex ServiceName();

    [GeneratedRegex(@"image: \S+:(?<version>\d[\d.]*)\s")]
    private static partial Regex Image();

    [GeneratedRegex("PASSWORD|Password|Keys__")]
    private static partial Regex Secret();
}
