using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;

namespace Smile.Rendering.Pdf;

/// <summary>
/// Writes the objects of a PDF 1.7 file and, at the end, the table of where they are. The same objects give the same bytes.
/// </summary>
internal sealed class PdfFile : IDisposable
{
    private readonly MemoryStream _bytes = new();
    private readonly List<long> _offsets = [0];

    // The second line tells transfer programs that the file is not text.
    public PdfFile() => Append("%PDF-1.7\n%\u00e2\u00e3\u00cf\u00d3\n");

    /// <summary>Takes the number of an object that is written later.</summary>
    public int Allocate()
    {
        _offsets.Add(0);
        return _offsets.Count - 1;
    }

    /// <summary>Writes an object.</summary>
    /// <param name="content">Such as <c>&lt;&lt; /Type /Page … &gt;&gt;</c>.</param>
    public int Write(string content, int? number = null)
    {
        var own = Begin(number);
        Append($"{content}\nendobj\n");
        return own;
    }

    /// <summary>Writes a compressed stream.</summary>
    /// <param name="entries">Further entries of its dictionary.</param>
    public int WriteStream(string entries, ReadOnlySpan<byte> content, int? number = null)
    {
        var packed = new MemoryStream();
        using (var deflater = new ZLibStream(packed, CompressionLevel.Optimal, leaveOpen: true))
        {
            deflater.Write(content);
        }

        var own = Begin(number);
        Append($"<< {entries} /Filter /FlateDecode /Length {Number(packed.Length)} >>\nstream\n");
        packed.WriteTo(_bytes);
        Append("\nendstream\nendobj\n");
        return own;
    }

    /// <summary>Writes the table of objects and copies the file to the output.</summary>
    public void Finish(int catalogue, int information, Stream output)
    {
        // The identity of the content serves as that of the file.
        _bytes.TryGetBuffer(out var written);
        var identity = Convert.ToHexString(SHA256.HashData(written)[..16]);
        var start = _bytes.Length;
        Append($"xref\n0 {Number(_offsets.Count)}\n0000000000 65535 f \n");
        foreach (var offset in _offsets.Skip(1))
        {
            Append(string.Create(CultureInfo.InvariantCulture, $"{offset:D10} 00000 n \n"));
        }

        Append(
            $"trailer\n<< /Size {Number(_offsets.Count)} /Root {Number(catalogue)} 0 R /Info {Number(information)} 0 R /ID "
                + $"[<{identity}> <{identity}>] >>\nstartxref\n{Number(start)}\n%%EOF\n"
        );
        _bytes.WriteTo(output);
    }

    public void Dispose() => _bytes.Dispose();

    /// <summary>A text for people, in the encoding that such texts have outside pages.</summary>
    public static string Text(string text) => $"<FEFF{Convert.ToHexString(Encoding.BigEndianUnicode.GetBytes(text))}>";

    public static string Number(double value) => Math.Round(value, 3).ToString("0.###", CultureInfo.InvariantCulture);

    private int Begin(int? number)
    {
        var own = number ?? Allocate();
        _offsets[own] = _bytes.Length;
        Append($"{Number(own)} 0 obj\n");
        return own;
    }

    private void Append(string text) => _bytes.Write(Encoding.Latin1.GetBytes(text));
}
