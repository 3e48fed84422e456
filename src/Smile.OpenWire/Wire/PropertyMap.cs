using System.Collections.Frozen;
using System.Globalization;

namespace Smile.OpenWire.Wire;

/// <summary>The typed properties of a message or of the wire-format negotiation.</summary>
internal static class PropertyMap
{
    /// <summary>More properties than any honest message has.</summary>
    public const int MaxEntries = 4096;

    /// <summary>The Java client writes longer strings in the long form, because the short one holds 65,535 bytes.</summary>
    private const int MaxShortStringLength = short.MaxValue / 4;

    private const int MaxDepth = 8;

    /// <summary>The shortest entry: an empty name and the type of a null.</summary>
    private const int MinEntryBytes = 3;

    public static void Write(FrameBuffer buffer, IReadOnlyDictionary<string, object> properties)
    {
        if (properties.Count > MaxEntries)
        {
            throw new ArgumentException(
                $"A message may have {MaxEntries} properties, this one has {properties.Count}.",
                nameof(properties)
            );
        }

        buffer.WriteInt(properties.Count);
        foreach (var (name, value) in properties)
        {
            buffer.WriteString(name);
            WriteValue(buffer, name, value);
        }
    }

    public static IReadOnlyDictionary<string, object> Read(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty)
        {
            return FrozenDictionary<string, object>.Empty;
        }

        var reader = new FrameReader(bytes);
        var count = ReadCount(ref reader, MinEntryBytes);
        var properties = new Dictionary<string, object>(count, StringComparer.Ordinal);
        for (var index = 0; index < count; index++)
        {
            var name = reader.ReadString();
            if (ReadValue(ref reader, 0) is { } value)
            {
                properties[name] = value;
            }
        }

        return properties;
    }

    private static void WriteValue(FrameBuffer buffer, string name, object value)
    {
        switch (value)
        {
            case string text when text.Length <= MaxShortStringLength:
                buffer.WriteType(PrimitiveType.String);
                buffer.WriteString(text);
                break;
            case string text:
                buffer.WriteType(PrimitiveType.BigString);
                buffer.WriteBigString(text);
                break;
            case int number:
                buffer.WriteType(PrimitiveType.Int);
                buffer.WriteInt(number);
                break;
            case long number:
                buffer.WriteType(PrimitiveType.Long);
                buffer.WriteLong(number);
                break;
            case bool flag:
                buffer.WriteType(PrimitiveType.Boolean);
                buffer.WriteBoolean(flag);
                break;
            case double number:
                buffer.WriteType(PrimitiveType.Double);
                buffer.WriteDouble(number);
                break;
            case float number:
                buffer.WriteType(PrimitiveType.Float);
                buffer.WriteFloat(number);
                break;
            case short number:
                buffer.WriteType(PrimitiveType.Short);
                buffer.WriteShort(number);
                break;
            default:
                throw new ArgumentException(
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"The property '{name}' is of type {value?.GetType().Name ?? "null"}: a property is a string, int, long, "
                            + $"bool, double, float or short."
                    )
                );
        }
    }

    /// <summary>Reads a value; null for one of a kind that has no use as a property (nested maps, lists, byte arrays).</summary>
    private static object? ReadValue(ref FrameReader reader, int depth)
    {
        if (depth > MaxDepth)
        {
            throw new WireException("Properties are nested too deep.");
        }

        var type = reader.ReadPrimitiveType();
        switch (type)
        {
            case PrimitiveType.Null:
                return null;
            case PrimitiveType.Boolean:
                return reader.ReadBoolean();
            case PrimitiveType.Byte:
                return (sbyte)reader.ReadByte();
            case PrimitiveType.Char:
                return (char)reader.ReadShort();
            case PrimitiveType.Short:
                return reader.ReadShort();
            case PrimitiveType.Int:
                return reader.ReadInt();
            case PrimitiveType.Long:
                return reader.ReadLong();
            case PrimitiveType.Double:
                return reader.ReadDouble();
            case PrimitiveType.Float:
                return reader.ReadFloat();
            case PrimitiveType.String:
                return reader.ReadString();
            case PrimitiveType.BigString:
                return reader.ReadBigString();
            case PrimitiveType.ByteArray:
                reader.Take(reader.ReadInt());
                return null;
            case PrimitiveType.Map:
                SkipNested(ref reader, depth, isMap: true);
                return null;
            case PrimitiveType.List:
                SkipNested(ref reader, depth, isMap: false);
                return null;
            default:
                throw new WireException(string.Create(CultureInfo.InvariantCulture, $"A property has the unknown type {(byte)type}."));
        }
    }

    private static void SkipNested(ref FrameReader reader, int depth, bool isMap)
    {
        var count = ReadCount(ref reader, isMap ? MinEntryBytes : 1);
        for (var index = 0; index < count; index++)
        {
            if (isMap)
            {
                reader.ReadString();
            }

            ReadValue(ref reader, depth + 1);
        }
    }

    /// <summary>Reads how many entries follow; Java writes minus one for a map that is null.</summary>
    private static int ReadCount(ref FrameReader reader, int minEntryBytes)
    {
        var count = reader.ReadInt();
        if (count > MaxEntries || count > reader.Remaining / minEntryBytes)
        {
            throw new WireException(
                string.Create(CultureInfo.InvariantCulture, $"A property map announces {count} entries in {reader.Remaining} bytes.")
            );
        }

        return Math.Max(count, 0);
    }
}
