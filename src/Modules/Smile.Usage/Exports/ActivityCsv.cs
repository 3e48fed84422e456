using System.Globalization;
using System.Text;
using Smile.Catalogue;
using Smile.Kernel;

namespace Smile.Usage.Exports;

/// <summary>
/// A file of activity statements as CSV (RFC 4180): a row of names, rows <c>E</c>, and a row <c>F</c> that says how many there are, so that
/// who downloads it knows that it is whole. It is written page by page; between pages nothing is kept.
/// </summary>
public sealed class ActivityCsv(Stream stream, long batch)
{
    private const string LineEnd = "\r\n";
    private static readonly UTF8Encoding Encoding = new(encoderShouldEmitUTF8Identifier: false);

    private readonly StringBuilder _page = new();
    private long _entries;

    /// <summary>The row of names, behind the type and the batch of each row.</summary>
    public void AddNames(IReadOnlyList<string> names) => AddRow(["Record Type", "Batch ID", .. names]);

    /// <summary>An entry.</summary>
    public void AddEntry(IReadOnlyList<string> cells)
    {
        _entries++;
        AddRow(["E", Number(batch), .. cells]);
    }

    /// <summary>Sends the rows that were added since, as fast as they are read.</summary>
    public async Task SendAsync(CancellationToken cancellation)
    {
        var bytes = Encoding.GetBytes(_page.ToString());
        _page.Clear();
        await stream.WriteAsync(bytes, cancellation);
        await stream.FlushAsync(cancellation);
    }

    /// <summary>Ends the file.</summary>
    public Task EndAsync(CancellationToken cancellation)
    {
        AddRow(["F", Number(batch), Number(_entries)]);
        return SendAsync(cancellation);
    }

    /// <summary>
    /// A text that comes from outside. What a spreadsheet would run as a formula has an apostrophe before it; numbers such as +61290001111
    /// stay as they are.
    /// </summary>
    public static string Text(string? text) =>
        text switch
        {
            null or "" => "",
            ['=' or '@' or '\t' or '\r' or '\n', ..] => "'" + text,
            ['+' or '-', .. var rest] when !rest.All(char.IsAsciiDigit) => "'" + text,
            _ => text,
        };

    public static string Number(decimal number) => number.ToString("0.############", CultureInfo.InvariantCulture);

    public static string Flag(bool flag) => flag ? "true" : "false";

    /// <summary>An instant on the clocks of a zone, to the millisecond.</summary>
    public static string Instant(BillingTimeZone zone, DateTimeOffset instant) =>
        zone.At(instant).ToString("yyyy-MM-dd'T'HH:mm:ss.fffzzz", CultureInfo.InvariantCulture);

    /// <summary>The name that Smile's import format has for it.</summary>
    public static string Name(CallType type) =>
        type switch
        {
            CallType.ForwardedVoice => "Forwarded Voice",
            CallType.Video => "Video Call",
            CallType.Sms => "SMS",
            CallType.Mms => "MMS",
            CallType.Wap => "WAP",
            CallType.EventCount => "Event count",
            CallType.ImportedCharge => "Imported Charge",
            _ => type.ToString(),
        };

    private void AddRow(IReadOnlyList<string> cells)
    {
        for (var column = 0; column < cells.Count; column++)
        {
            if (column > 0)
            {
                _page.Append(',');
            }

            AddCell(cells[column]);
        }

        _page.Append(LineEnd);
    }

    private void AddCell(string cell)
    {
        if (cell.AsSpan().ContainsAny(",\"\r\n"))
        {
            _page.Append('"').Append(cell.Replace("\"", "\"\"", StringComparison.Ordinal)).Append('"');
        }
        else
        {
            _page.Append(cell);
        }
    }
}
