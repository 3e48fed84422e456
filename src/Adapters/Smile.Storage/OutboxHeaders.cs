using System.Text.Json;
using Smile.Contracts.Messages;
using Smile.Session;

namespace Smile.Storage;

/// <summary>Header properties with their JMS types as JSON: <c>[["sid","int",17],["usn","string","2143826226"]]</c>.</summary>
internal static class OutboxHeaders
{
    public static string Write(IReadOnlyList<MessageHeader> headers) =>
        JsonSerializer.Serialize(headers.Select(header => new object[] { header.Name, TypeName(header.Value), header.Value }));

    public static IReadOnlyList<MessageHeader> Read(string json)
    {
        using var document = JsonDocument.Parse(json);
        return
        [
            .. document
                .RootElement.EnumerateArray()
                .Select(entry => new MessageHeader(entry[0].GetString()!, Value(entry[1].GetString()!, entry[2]))),
        ];
    }

    private static string TypeName(object value) =>
        value switch
        {
            string => "string",
            int => "int",
            long => "long",
            bool => "boolean",
            double => "double",
            _ => throw new ArgumentException($"A header property cannot be a {value.GetType().Name}.", nameof(value)),
        };

    private static object Value(string type, JsonElement value) =>
        type switch
        {
            "string" => value.GetString()!,
            "int" => value.GetInt32(),
            "long" => value.GetInt64(),
            "boolean" => value.GetBoolean(),
            "double" => value.GetDouble(),
            _ => throw new InvalidOperationException($"Unknown header type '{type}'."),
        };
}
