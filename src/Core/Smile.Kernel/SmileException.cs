using Smile.Contracts.Faults;

namespace Smile.Kernel;

/// <summary>
/// A refusal that the caller is told of. The message reads as the guide's do: which exception, which ids, what to do
/// (<c>NoSuchOrderFormException [pkgId=123]. Use getOrderForms() to discover available order forms</c>, guide, line 811).
/// </summary>
public sealed class SmileException(Fault fault, string message) : Exception(message)
{
    /// <summary>
    /// The fault that says it best. Where the operation does not declare it, the operation's own fault carries the message
    /// (<c>OrderException</c>, <c>AccountException</c> …).
    /// </summary>
    public Fault Fault { get; } = fault;
}

/// <summary>Makes refusals; one place for how their messages read.</summary>
public static class Refuse
{
    /// <summary>Something that the request names does not exist, or the caller may not know that it does.</summary>
    public static SmileException NotFound(string what, object? value, string advice, Missing missing = Missing.Item) =>
        new(Fault.NoSuchItemException, $"{missing.Exception()} [{what}={Show(value)}]. {advice}");

    public static SmileException Invalid(string what, object? value, string advice) =>
        new(Fault.InvalidRequestException, $"{Fault.InvalidRequestException} [{what}={Show(value)}]. {advice}");

    /// <summary>A refusal under a fault of the operation's own.</summary>
    public static SmileException With(Fault fault, string what, object? value, string advice) =>
        new(fault, $"{fault} [{what}={Show(value)}]. {advice}");

    public static SmileException Forbidden(string advice) => new(Fault.AccessException, $"{Fault.AccessException}. {advice}");

    private static string Show(object? value)
    {
        const int longest = 80;
        var plain = value switch
        {
            DateOnly day => day.Iso(),
            DateTime time => time.ToString("yyyy-MM-ddTHH:mm:ss.fff", System.Globalization.CultureInfo.InvariantCulture),
            DateTimeOffset instant => Smile.Soap.Xml.ContractWriter.FormatTimestamp(instant),
            IFormattable formattable => formattable.ToString(null, System.Globalization.CultureInfo.InvariantCulture),
            _ => value?.ToString() ?? "",
        };
        var text = CardNumbers.Mask(plain);
        var part = text.Length > longest ? text[..longest] + "…" : text;
        return part.Any(char.IsControl) ? string.Concat(part.Select(character => char.IsControl(character) ? ' ' : character)) : part;
    }
}
