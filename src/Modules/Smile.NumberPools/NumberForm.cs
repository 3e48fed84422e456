using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Numerics;
using Smile.Catalogue;
using Smile.Kernel;

namespace Smile.NumberPools;

/// <summary>
/// How the numbers of a pool are written. Each is counted by a position, a whole number below 2^128, so that ranges of telephone numbers,
/// texts and addresses are the same to whatever is done with them; and each position has one text, so that zeros in front come back.
/// </summary>
public sealed class NumberForm
{
    private const int BytesOfIPv4 = 4;
    private const int BytesOfIPv6 = 16;

    /// <summary>All of them fit into 128 bits, as an address does.</summary>
    private const int MostDigits = 38;

    private readonly NumberPool _pool;

    private NumberForm(NumberPool pool) => _pool = pool;

    /// <summary>The position behind which there are none.</summary>
    public BigInteger Last =>
        _pool.Kind switch
        {
            NumberPoolKind.IPv4 => uint.MaxValue,
            NumberPoolKind.IPv6 => (BigInteger)UInt128.MaxValue,
            _ => BigInteger.Pow(10, _pool.Digits ?? MostDigits) - 1,
        };

    private string Expected =>
        _pool.Kind switch
        {
            NumberPoolKind.IPv4 => "an IPv4 address such as 203.132.4.0",
            NumberPoolKind.IPv6 => "an IPv6 address such as 2001:db8::1",
            NumberPoolKind.Text => $"{Digits} between '{_pool.Prefix}' and '{_pool.Suffix}'",
            _ => Digits,
        };

    private string Digits =>
        _pool.Digits is { } digits
            ? string.Create(CultureInfo.InvariantCulture, $"{digits} digits")
            : string.Create(CultureInfo.InvariantCulture, $"a whole number of at most {MostDigits} digits, without zeros in front");

    public static NumberForm Of(NumberPool pool) => new(pool);

    /// <summary>The position of a number that a request names.</summary>
    /// <param name="field">What the request calls it.</param>
    /// <exception cref="SmileException">It is no number of this form.</exception>
    public BigInteger Parse(string field, string text) =>
        TryParse(text, out var position)
            ? position
            : throw Refuse.Invalid(field, text, $"A number of the pool '{_pool.Name}' is {Expected}.");

    /// <summary>The positions of a range that a request names.</summary>
    /// <exception cref="SmileException">One of them is no number of this form, or the last is before the first.</exception>
    public NumberRange ParseRange(string startField, string start, string endField, string end)
    {
        var range = new NumberRange(Parse(startField, start), Parse(endField, end));
        return range.Last >= range.First
            ? range
            : throw Refuse.Invalid(endField, end, $"It is {start}, the range's first number, or later.");
    }

    /// <summary>The text of a position.</summary>
    public string Format(BigInteger position)
    {
        if (position < 0 || position > Last)
        {
            throw new ArgumentOutOfRangeException(nameof(position), position, $"The pool '{_pool.Name}' has no such number.");
        }

        return _pool.Kind switch
        {
            NumberPoolKind.IPv4 => Address(position, BytesOfIPv4).ToString(),
            NumberPoolKind.IPv6 => Address(position, BytesOfIPv6).ToString(),
            _ => _pool.Prefix + position.ToString(CultureInfo.InvariantCulture).PadLeft(_pool.Digits ?? 1, '0') + _pool.Suffix,
        };
    }

    /// <summary>The position of a username that looks like a number of this form, in any case of its letters; null for others.</summary>
    public BigInteger? PositionOfName(string username)
    {
        var hasBoth =
            username.Length > _pool.Prefix.Length + _pool.Suffix.Length
            && username.StartsWith(_pool.Prefix, StringComparison.OrdinalIgnoreCase)
            && username.EndsWith(_pool.Suffix, StringComparison.OrdinalIgnoreCase);
        var typed = hasBoth ? _pool.Prefix + username[_pool.Prefix.Length..^_pool.Suffix.Length] + _pool.Suffix : username;
        return TryParse(typed, out var position) ? position : null;
    }

    public bool TryParse(string text, out BigInteger position)
    {
        position = default;
        return _pool.Kind switch
        {
            NumberPoolKind.IPv4 => TryParseIPv4(text, out position),
            NumberPoolKind.IPv6 => TryParseIPv6(text, out position),
            _ => TryParseDigits(text, out position),
        };
    }

    private bool TryParseDigits(string text, out BigInteger position)
    {
        position = default;
        if (
            text.Length > _pool.Prefix.Length + MostDigits + _pool.Suffix.Length
            || text.Length <= _pool.Prefix.Length + _pool.Suffix.Length
            || !text.StartsWith(_pool.Prefix, StringComparison.Ordinal)
            || !text.EndsWith(_pool.Suffix, StringComparison.Ordinal)
        )
        {
            return false;
        }

        var digits = text.AsSpan(_pool.Prefix.Length, text.Length - _pool.Prefix.Length - _pool.Suffix.Length);
        var isOfForm = _pool.Digits is { } width ? digits.Length == width : digits.Length == 1 || digits[0] != '0';
        return isOfForm
            && !digits.ContainsAnyExceptInRange('0', '9')
            && BigInteger.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out position);
    }

    /// <summary>Four decimal numbers: other notations that libraries take are other addresses to some of them.</summary>
    private static bool TryParseIPv4(string text, out BigInteger position)
    {
        position = default;
        var parts = text.Split('.');
        if (parts.Length != BytesOfIPv4)
        {
            return false;
        }

        uint address = 0;
        foreach (var part in parts)
        {
            var hasZeroInFront = part.Length > 1 && part[0] == '0';
            if (hasZeroInFront || !byte.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var value))
            {
                return false;
            }

            address = (address << 8) | value;
        }

        position = address;
        return true;
    }

    private static bool TryParseIPv6(string text, out BigInteger position)
    {
        position = default;

        // A zone or a port is no part of an address.
        const string notOfAddresses = "%[]/";
        const int longest = 45;
        if (
            text.Length > longest
            || text.AsSpan().ContainsAny(notOfAddresses)
            || !IPAddress.TryParse(text, out var address)
            || address.AddressFamily != AddressFamily.InterNetworkV6
        )
        {
            return false;
        }

        position = new BigInteger(address.GetAddressBytes(), isUnsigned: true, isBigEndian: true);
        return true;
    }

    private static IPAddress Address(BigInteger position, int length)
    {
        var bytes = new byte[BytesOfIPv6];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, (UInt128)position);
        return new IPAddress(bytes.AsSpan(BytesOfIPv6 - length));
    }
}
