using System.Formats.Asn1;
using System.Globalization;
using System.Security.Cryptography;

namespace Smile.Usage.Files;

/// <summary>
/// TAP 3 files of roaming partners (GSMA TD.57). The first record is <c>batchControlInfo</c>, the last <c>auditControlInfo</c>, between
/// them is one for each event; a file that only says that there is nothing is one record, <c>notification</c>. Columns have the names of
/// the format's items; those of the file are in every record.
/// </summary>
internal static class TapRows
{
    private const int MostBytes = 128 * 1024 * 1024;
    private const int ShownBytes = 200;

    /// <summary>Of what tells events apart.</summary>
    private const int BytesOfEvent = 16;

    /// <exception cref="UsageFileException">It is no such file, or not all of it is there.</exception>
    public static IEnumerable<UsageRow> Read(Stream content)
    {
        BerNode file;
        try
        {
            file = Whole(ReadAll(content));
        }
        catch (AsnContentException)
        {
            throw new UsageFileException("It is no TAP file, or not all of it is there.");
        }

        return file.Application == TapTags.Notification ? Notified(file) : Batch(file);
    }

    private static ReadOnlyMemory<byte> ReadAll(Stream content)
    {
        using var bytes = new MemoryStream();
        var buffer = new byte[1 << 16];
        for (int read; (read = content.Read(buffer)) > 0; )
        {
            if (bytes.Length + read > MostBytes)
            {
                throw new UsageFileException($"A TAP file has at most {MostBytes} bytes.");
            }

            bytes.Write(buffer, 0, read);
        }

        return bytes.GetBuffer().AsMemory(0, (int)bytes.Length);
    }

    private static BerNode Whole(ReadOnlyMemory<byte> bytes)
    {
        var (file, length) = BerNode.First(bytes);
        if (file.Application is not (TapTags.TransferBatch or TapTags.Notification) || !file.Tag.IsConstructed)
        {
            throw new UsageFileException("It is no TAP file: it is neither a transfer batch nor a notification.");
        }

        if (length != bytes.Length)
        {
            throw new UsageFileException("Something stands behind the end of the TAP file.");
        }

        file.Check();
        return file;
    }

    private static IEnumerable<UsageRow> Notified(BerNode file)
    {
        var columns = Strict(() => TapColumns.OfFile(file));
        columns["element"] = "notification";
        columns["callEventDetailsCount"] = "0";
        columns["totalCharge"] = "0";
        return [Row(1, Said(columns), columns, columns)];
    }

    private static IEnumerable<UsageRow> Batch(BerNode file)
    {
        var control =
            file.Child(TapTags.BatchControlInfo)
            ?? throw new UsageFileException("It is no whole TAP file: it has no batchControlInfo, which says whose it is.");
        var columns = Strict(() => TapColumns.OfFile(control));
        var accounting = Strict(() => TapAccounting.Of(file));
        columns["currency"] = accounting.Currency;
        return Records(file, columns, accounting);
    }

    private static IEnumerable<UsageRow> Records(BerNode file, Dictionary<string, string> columns, TapAccounting accounting)
    {
        yield return Row(1, Said(columns), columns, new(columns) { ["element"] = "batchControlInfo" });
        var number = 0;
        foreach (var item in file.Child(TapTags.CallEventDetails)?.Children() ?? [])
        {
            number++;
            yield return Event(item, number, columns, accounting);
        }

        if (file.Child(TapTags.AuditControlInfo) is { } audit)
        {
            yield return Audit(audit, number + 2, columns, accounting);
        }
    }

    private static UsageRow Event(BerNode item, int number, Dictionary<string, string> columns, TapAccounting accounting)
    {
        var line = number + 1;
        var kind = TapTags.NameOf(item.Application);
        var place = string.Create(CultureInfo.InvariantCulture, $"{columns.GetValueOrDefault("fileSequenceNumber")}/{number}");
        var name = $"{columns.GetValueOrDefault("sender")}/{place} {kind}";
        decimal? charge = null;
        try
        {
            charge = accounting.ChargeOf(item);
            var own = TapColumns.OfEvent(item, accounting);
            var raw = $"{name}: {Said(own)}";
            own["element"] = kind;
            own["number"] = number.ToString(CultureInfo.InvariantCulture);
            own["charge"] = charge.Value.ToString(CultureInfo.InvariantCulture);
            own["event"] = Convert.ToHexStringLower(SHA256.HashData(item.Encoded.Span).AsSpan(0, BytesOfEvent));
            var row = Row(line, raw, columns, own);

            // What is wrong with rates is wrong for those who charge by them.
            return row with
            {
                StatedCharge = charge,
                Column = name =>
                    name switch
                    {
                        "exchangeRate" => accounting.RateText(item),
                        "localCharge" => accounting.LocalChargeOf(item).ToString(CultureInfo.InvariantCulture),
                        _ => row.Column(name),
                    },
            };
        }
        catch (FormatException exception)
        {
            var shown = Convert.ToHexStringLower(item.Encoded.Span[..Math.Min(ShownBytes, item.Encoded.Length)]);
            return UsageRow.Broken(line, $"{name}: {shown}", exception.Message) with { StatedCharge = charge };
        }
    }

    private static UsageRow Audit(BerNode audit, int line, Dictionary<string, string> columns, TapAccounting accounting)
    {
        try
        {
            var own = new Dictionary<string, string>(StringComparer.Ordinal);
            if (audit.Child(TapTags.CallEventDetailsCount) is { } count)
            {
                own["callEventDetailsCount"] = count.Number().ToString(CultureInfo.InvariantCulture);
            }

            if (audit.Child(TapTags.TotalCharge) is { } total)
            {
                own["totalCharge"] = accounting.Amount(total).ToString(CultureInfo.InvariantCulture);
            }

            var raw = Said(own);
            own["element"] = "auditControlInfo";
            return Row(line, raw, columns, own);
        }
        catch (FormatException exception)
        {
            return UsageRow.Broken(line, "auditControlInfo", exception.Message);
        }
    }

    private static UsageRow Row(int line, string raw, Dictionary<string, string> ofFile, Dictionary<string, string> own) =>
        new(line, UsageRow.Shortened(raw), name => own.GetValueOrDefault(name) ?? ofFile.GetValueOrDefault(name, ""));

    private static string Said(Dictionary<string, string> columns) =>
        string.Join(", ", columns.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key}={pair.Value}"));

    /// <summary>What is wrong with the head of a file is wrong with all of it.</summary>
    private static T Strict<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (FormatException exception)
        {
            throw new UsageFileException($"It is no TAP file: {exception.Message}");
        }
    }
}
