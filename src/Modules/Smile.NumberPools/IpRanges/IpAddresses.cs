using System.Numerics;
using Smile.Catalogue;
using Smile.Kernel;

namespace Smile.NumberPools.IpRanges;

/// <summary>Addresses outside of pools, in the notations of the guide (line 9984).</summary>
public static class IpAddresses
{
    private static readonly (int Version, NumberForm Form)[] Forms =
    [
        (4, NumberForm.Of(new NumberPool(Guid.Empty, "IPv4", NumberPoolKind.IPv4, 0, 0))),
        (6, NumberForm.Of(new NumberPool(Guid.Empty, "IPv6", NumberPoolKind.IPv6, 0, 0))),
    ];

    /// <summary>An address and its version, 4 or 6.</summary>
    /// <exception cref="SmileException">It is none.</exception>
    public static (int Version, BigInteger Position) Parse(string field, string text) =>
        TryParse(text)
        ?? throw Refuse.Invalid(field, text, "Give an IPv4 address such as 192.168.212.24, or an IPv6 address such as 2001:db8::1.");

    /// <summary>An address and its version, 4 or 6; null where the text is none.</summary>
    public static (int Version, BigInteger Position)? TryParse(string text)
    {
        foreach (var (version, form) in Forms)
        {
            if (form.TryParse(text, out var position))
            {
                return (version, position);
            }
        }

        return null;
    }

    /// <summary>Both ends of a range: of one version, and not backwards; a range of one address is one (guide, line 9922).</summary>
    public static (int Version, BigInteger First, BigInteger Last) ParseRange(string from, string to)
    {
        var (version, first) = Parse("FromAddress", from);
        var (other, last) = Parse("ToAddress", to);
        if (version != other)
        {
            throw Refuse.Invalid("ToAddress", to, $"FromAddress is an IPv{version} address: give another one of this version.");
        }

        return first <= last ? (version, first, last) : throw Refuse.Invalid("ToAddress", to, $"It is {from}, the FromAddress, or higher.");
    }
}
