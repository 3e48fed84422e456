namespace Smile.Contracts.Generator;

/// <summary>A message of the index: its topic, type and header properties.</summary>
internal sealed record MessageModel(string Topic, string Name, IReadOnlyList<(string Name, string JmsType)> Headers, int GuideLine)
{
    public static MessageModel Read(string line) =>
        line.Split('\t') is [var topic, var name, var headers, var guide]
            ? new MessageModel(
                topic,
                name,
                [.. headers.Split(',').Select(header => header.Split(':')).Select(parts => (parts[0], parts[1]))],
                int.Parse(guide, System.Globalization.CultureInfo.InvariantCulture)
            )
            : throw new InvalidOperationException($"A message has a topic, a name, headers and a line: {line}");
}

/// <summary>Writes the makers of messages: a topic, type or header that the guide does not name cannot be written down.</summary>
internal static class MessageWriter
{
    public static string Write(IEnumerable<MessageModel> messages)
    {
        var source = new SourceText("Smile.Contracts.Messages", []);
        source.Line().Line("/// <summary>A header property; its type is the JMS type: string, int, long, boolean or double.</summary>");
        source.Line("public readonly record struct MessageHeader(string Name, object Value);").Line();
        source.Line("/// <summary>A message of the bus without its body.</summary>");
        source.Line("/// <param name=\"MessageType\">The <c>smileMessageType</c> property.</param>");
        source.Line("/// <param name=\"Headers\">Without the message type.</param>");
        source.Line("public sealed record BusMessage(string Topic, string MessageType, IReadOnlyList<MessageHeader> Headers);").Line();
        source.Line("/// <summary>The messages of the guide's \"Message bus topics\".</summary>");
        source.Line("public static class BusMessages").Line("{");
        foreach (var message in messages)
        {
            var parameters = message.Headers.Select(header => $"{Type(header.JmsType)} {ContractGenerator.Camel(header.Name)}");
            var values = message.Headers.Select(header => $"new(\"{header.Name}\", {ContractGenerator.Camel(header.Name)})");
            source.Line($"/// <summary>Topic {message.Topic} (guide, line {message.GuideLine}).</summary>");
            source.Line($"public static BusMessage {message.Name}({string.Join(", ", parameters)}) =>");
            source.Line($"    new(\"{message.Topic}\", \"{message.Name}\", [{string.Join(", ", values)}]);").Line();
        }

        source.Line("}");
        return source.ToString();
    }

    private static string Type(string jmsType) =>
        jmsType switch
        {
            "string" or "int" or "long" or "double" => jmsType,
            "boolean" => "bool",
            _ => throw new InvalidOperationException($"JMS has no header of type {jmsType}."),
        };
}
