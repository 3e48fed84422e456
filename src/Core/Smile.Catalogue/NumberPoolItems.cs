namespace Smile.Catalogue;

/// <summary>What the numbers of a pool are.</summary>
public enum NumberPoolKind
{
    /// <summary>Digits, such as a telephone number.</summary>
    Number,

    /// <summary>A text with a number in it.</summary>
    Text,

    IPv4,

    IPv6,
}

/// <summary>
/// Numbers that are reserved for uses, and for how long they are kept from others (guide, line 19305). Which numbers there are is imported.
/// </summary>
/// <param name="TemporaryMinutes">How long a temporary link lasts.</param>
/// <param name="QuarantineDays">How many times 24 hours a number that was in use is kept back; 0 for not at all.</param>
public sealed record NumberPool(Guid Id, string Name, NumberPoolKind Kind, int TemporaryMinutes, int QuarantineDays)
{
    /// <summary>How many digits a number has, zeros in front counted; null for as many as it needs, without zeros in front.</summary>
    public int? Digits { get; init; }

    /// <summary>What stands before the digits of a text.</summary>
    public string Prefix { get; init; } = "";

    /// <summary>What stands behind the digits of a text.</summary>
    public string Suffix { get; init; } = "";

    /// <summary>Whether its numbers are addresses of the Internet protocol.</summary>
    public bool IsOfAddresses => Kind is NumberPoolKind.IPv4 or NumberPoolKind.IPv6;

    /// <summary>How its numbers are written, as one text: a pool that has numbers cannot come to another.</summary>
    public string Form() =>
        string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{Kind} {(object?)Digits ?? "-"} '{Prefix}' '{Suffix}'");
}
