using System.Text.RegularExpressions;
using Smile.Contracts.Messages;
using Smile.Server.Background;
using Smile.Server.Tests.Fixture;
using Smile.Session;
using Smile.Storage;
using Smile.Testing;

namespace Smile.Server.Tests.Background;

/// <summary>L12. What every message has on the bus, and that docs/messages.md tells of every message and fault.</summary>
public sealed partial class MessageRelayTests
{
    private static readonly string[] Lines = File.ReadAllLines(Path.Combine(Repository.Folder(), "docs", "messages.md"));

    public static TheoryData<string> Types => [.. MessageContract.All.Keys];

    [Theory]
    [MemberData(nameof(Types))]
    public void Every_message_has_its_group_and_number_and_the_guides_headers(string type)
    {
        var contract = MessageContract.All[type];
        var headers = contract
            .Headers.Split(' ')
            .Select(header => header.Split(':'))
            .Select(header => new MessageHeader(
                header[0],
                header[1] switch
                {
                    "int" => 17,
                    "long" => 17L,
                    "double" => 47.4,
                    "boolean" => true,
                    _ => "text",
                }
            ))
            .ToList();
        var id = Guid.NewGuid();
        var sent = MessageRelay.ToBroker(
            new WaitingMessage(1, DateTimeOffset.UnixEpoch, "2143826226", 5_000_000_000, id, contract.Topic, type, headers, "<x/>")
        );
        Assert.Equal(("2143826226", "<x/>"), (sent.GroupId, sent.Text));
        Assert.Equal(
            contract
                .Headers.Split(' ')
                .Append("smileMessageType:string")
                .Append("smileMessageId:string")
                .Append("smileSequence:long")
                .Order(StringComparer.Ordinal),
            sent.Properties.Select(property => $"{property.Key}:{MessageContract.TypeOf(property.Value)}").Order(StringComparer.Ordinal)
        );
        Assert.Equal(
            (type, id.ToString(), 5_000_000_000),
            (sent.Properties["smileMessageType"], sent.Properties["smileMessageId"], sent.Properties["smileSequence"])
        );
    }

    /// <summary>The topic in the table is the one in the code, and there is a line for each message, with the test that shows it.</summary>
    [Fact]
    public void Every_message_is_in_the_document_with_a_test()
    {
        var told = Lines
            .Select(line => MessageLine().Match(line))
            .Where(match => match.Success)
            .ToDictionary(match => match.Groups["name"].Value, match => match.Groups["topic"].Value);
        Assert.Equal(
            MessageContract.All.OrderBy(pair => pair.Key).Select(pair => $"{pair.Key} {pair.Value.Topic}"),
            told.OrderBy(pair => pair.Key).Select(pair => $"{pair.Key} {pair.Value}")
        );
    }

    /// <summary>Every fault that an operation declares is in the document: with a test, or with why it cannot be.</summary>
    [Fact]
    public void Every_fault_is_in_the_document()
    {
        var declared = Smile
            .Contracts.SmileEndpoints.All.SelectMany(endpoint => endpoint.Operations)
            .SelectMany(operation => operation.Faults)
            .Append("AccessException")
            .Append("AuthenticationException")
            .Distinct();
        var told = Lines.Select(line => FaultLine().Match(line)).Where(match => match.Success).Select(match => match.Groups["name"].Value);
        Assert.Equal(declared.Order(StringComparer.Ordinal), told.Distinct().Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_tests_that_the_document_names_are_there()
    {
        var tests = Directory
            .GetFiles(Path.Combine(Repository.Folder(), "tests"), "*Tests.cs", SearchOption.AllDirectories)
            .GroupBy(Path.GetFileNameWithoutExtension)
            .ToDictionary(file => file.Key!, file => string.Concat(file.Select(File.ReadAllText)));
        var named = Lines.SelectMany(line => TestName().Matches(line)).ToList();
        Assert.NotEmpty(named);
        Assert.Empty(
            named
                .Where(match =>
                    !tests.TryGetValue(match.Groups["class"].Value, out var text)
                    || !text.Contains($" {match.Groups["test"].Value}(", StringComparison.Ordinal)
                )
                .Select(match => match.Value)
        );
    }

    [GeneratedRegex(@"^\| (?<name>[A-Z]\w+) \| (?<topic>Smile[A-Z]\w+) \|.*`\w+Tests\.\w+` \|$")]
    private static partial Regex MessageLine();

    [GeneratedRegex(@"^\| (?<name>[A-Z]\w+Exception) \| .+ \|$")]
    private static partial Regex FaultLine();

    [GeneratedRegex(@"`(?<class>\w+Tests)\.(?<test>\w+)`")]
    private static partial Regex TestName();
}
