using System.Buffers.Binary;
using System.IO.Compression;

namespace Smile.Catalogue;

/// <summary>
/// A PNG picture, unpacked: 8 bits a channel, not interlaced. Its size is bounded before anything is unpacked, so that a small file cannot
/// become a large picture.
/// </summary>
public sealed class PngPicture
{
    /// <summary>Longest side, in pixels.</summary>
    public const int LongestSide = 2_000;

    private const int HeaderLength = 33;
    private static readonly byte[] Signature = [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];

    private PngPicture(int width, int height, byte[] colours, byte[]? opacity)
    {
        Width = width;
        Height = height;
        Colours = colours;

        // Spelt out: conversion would make empty memory of null.
        Opacity = opacity is null ? (ReadOnlyMemory<byte>?)null : opacity;
    }

    public int Width { get; }

    public int Height { get; }

    /// <summary>Red, green and blue of each pixel, row by row.</summary>
    public ReadOnlyMemory<byte> Colours { get; }

    /// <summary>One byte for each pixel, 255 for opaque; null where all are.</summary>
    public ReadOnlyMemory<byte>? Opacity { get; }

    /// <exception cref="InvalidDataException">It is not such a picture; the message says why.</exception>
    public static PngPicture Read(ReadOnlySpan<byte> file)
    {
        if (file.Length < HeaderLength || !file.StartsWith(Signature))
        {
            throw new InvalidDataException("The file is not a PNG picture.");
        }

        var width = BinaryPrimitives.ReadInt32BigEndian(file[16..]);
        var height = BinaryPrimitives.ReadInt32BigEndian(file[20..]);
        var (depth, colourType, interlaced) = (file[24], file[25], file[28] != 0);
        if (width is < 1 or > LongestSide || height is < 1 or > LongestSide)
        {
            throw new InvalidDataException($"The picture is not 1 to {LongestSide} pixels wide and high.");
        }

        if (depth != 8 || interlaced || colourType is not (0 or 2 or 3 or 4 or 6))
        {
            throw new InvalidDataException("The picture does not have 8 bits a channel, or is interlaced.");
        }

        return Unpack(file, width, height, colourType);
    }

    private static PngPicture Unpack(ReadOnlySpan<byte> file, int width, int height, int colourType)
    {
        var channels = colourType switch
        {
            2 => 3,
            4 => 2,
            6 => 4,
            _ => 1,
        };
        var (packed, palette, paletteOpacity) = ReadChunks(file);
        if (colourType == 3 && palette.Length == 0)
        {
            throw new InvalidDataException("The picture lacks its palette.");
        }

        var rows = Inflate(packed, height, 1 + width * channels);
        RemoveFilters(rows, height, width * channels, channels);
        var colours = new byte[width * height * 3];
        var opacity = colourType is 4 or 6 || paletteOpacity.Length > 0 ? new byte[width * height] : null;
        for (var pixel = 0; pixel < width * height; pixel++)
        {
            var at = pixel / width * (1 + width * channels) + 1 + pixel % width * channels;
            var alpha = colourType switch
            {
                4 => rows[at + 1],
                6 => rows[at + 3],
                3 when rows[at] < paletteOpacity.Length => paletteOpacity[rows[at]],
                _ => (byte)255,
            };
            var colour = colourType switch
            {
                2 or 6 => rows.AsSpan(at, 3),
                3 => PaletteColour(palette, rows[at]),
                _ => [rows[at], rows[at], rows[at]],
            };
            colour.CopyTo(colours.AsSpan(pixel * 3));
            if (opacity is not null)
            {
                opacity[pixel] = alpha;
            }
        }

        return new PngPicture(width, height, colours, opacity);
    }

    private static Span<byte> PaletteColour(byte[] palette, int index) =>
        index * 3 + 3 <= palette.Length
            ? palette.AsSpan(index * 3, 3)
            : throw new InvalidDataException("The picture has a colour that is not in its palette.");

    private static (MemoryStream Packed, byte[] Palette, byte[] PaletteOpacity) ReadChunks(ReadOnlySpan<byte> file)
    {
        var packed = new MemoryStream();
        byte[] palette = [],
            opacity = [];
        for (var at = Signature.Length; at + 8 <= file.Length; )
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(file[at..]);
            if (length < 0 || length > file.Length - at - 8)
            {
                throw new InvalidDataException("The picture ends too early.");
            }

            var content = file.Slice(at + 8, length);
            switch (file.Slice(at + 4, 4))
            {
                case [(byte)'I', (byte)'D', (byte)'A', (byte)'T']:
                    packed.Write(content);
                    break;
                case [(byte)'P', (byte)'L', (byte)'T', (byte)'E']:
                    palette = content.ToArray();
                    break;
                case [(byte)'t', (byte)'R', (byte)'N', (byte)'S']:
                    opacity = content.ToArray();
                    break;
            }

            at += 8 + length + 4;
        }

        packed.Position = 0;
        return (packed, palette, opacity);
    }

    private static byte[] Inflate(MemoryStream packed, int height, int rowLength)
    {
        var rows = new byte[height * rowLength];
        try
        {
            using var inflater = new ZLibStream(packed, CompressionMode.Decompress);
            inflater.ReadExactly(rows);
            return rows;
        }
        catch (Exception exception) when (exception is EndOfStreamException or InvalidDataException)
        {
            throw new InvalidDataException("The picture's pixels cannot be read.", exception);
        }
    }

    /// <summary>Undoes the prediction of each row (PNG specification, section 9).</summary>
    private static void RemoveFilters(byte[] rows, int height, int rowLength, int channels)
    {
        for (var row = 0; row < height; row++)
        {
            var start = row * (rowLength + 1) + 1;
            var filter = rows[start - 1];
            for (var at = 0; at < rowLength; at++)
            {
                var left = at >= channels ? rows[start + at - channels] : 0;
                var above = row > 0 ? rows[start + at - rowLength - 1] : 0;
                var aboveLeft = row > 0 && at >= channels ? rows[start + at - rowLength - 1 - channels] : 0;
                rows[start + at] += (byte)(
                    filter switch
                    {
                        0 => 0,
                        1 => left,
                        2 => above,
                        3 => (left + above) / 2,
                        4 => Paeth(left, above, aboveLeft),
                        _ => throw new InvalidDataException("The picture has a row filter that is not known."),
                    }
                );
            }
        }
    }

    private static int Paeth(int left, int above, int aboveLeft)
    {
        var estimate = left + above - aboveLeft;
        var (toLeft, toAbove, toAboveLeft) = (Math.Abs(estimate - left), Math.Abs(estimate - above), Math.Abs(estimate - aboveLeft));
        return toLeft <= toAbove && toLeft <= toAboveLeft ? left
            : toAbove <= toAboveLeft ? above
            : aboveLeft;
    }
}
