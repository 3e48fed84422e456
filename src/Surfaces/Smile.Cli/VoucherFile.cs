using System.Text;
using CsvHelper;
using Smile.Prepaid.Vouchers;

namespace Smile.Cli;

/// <summary>Files of vouchers: CSV (RFC 4180) in UTF-8, with a first line that names the columns.</summary>
internal static class VoucherFile
{
    private const string NumberColumn = "number";
    private const string CodeColumn = "code";
    private const long MostBytes = 32 * 1024 * 1024;
    private const int MostBytesOfALine = 4 * 1024;
    private const string Time = "yyyy-MM-dd'T'HH:mm:sszzz";

    /// <exception cref="CommandException">It is no such file.</exception>
    public static IReadOnlyList<PrintedVoucher> Read(Stream input)
    {
        const string Undone = "Nothing of it was taken over.";
        return StrictCsv.Read(
            input,
            MostBytes,
            MostBytesOfALine,
            Undone,
            csv =>
            {
                var names = csv.Headers.ToList();
                var (number, code) = (names.IndexOf(NumberColumn), names.IndexOf(CodeColumn));
                if (number < 0 || code < 0)
                {
                    throw new CommandException($"The file's first line must name the columns {NumberColumn} and {CodeColumn}.");
                }

                var vouchers = new List<PrintedVoucher>();
                while (csv.Read())
                {
                    if (vouchers.Count == VoucherAdministration.MostVouchers)
                    {
                        throw new CommandException($"The file has more than {VoucherAdministration.MostVouchers} vouchers. {Undone}");
                    }

                    vouchers.Add(new PrintedVoucher(csv.GetString(number), csv.GetString(code)));
                }

                return vouchers;
            }
        );
    }

    /// <summary>A file with secret codes, which its owner alone may read, and which is on the disk behind this.</summary>
    public static async Task WriteNewAsync(FileInfo target, IReadOnlyList<PrintedVoucher> vouchers, CancellationToken cancellation)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        await using var stream = new FileStream(target.FullName, options);
        await using (var writer = new StreamWriter(stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), leaveOpen: true))
        await using (var csv = CsvWriter.Create(writer, new CsvWriterOptions(), leaveOpen: true))
        {
            csv.WriteHeader([NumberColumn, CodeColumn]);
            foreach (var voucher in vouchers)
            {
                csv.WriteField(voucher.Number);
                csv.WriteField(voucher.Code);
                await csv.EndRecordAsync(cancellation);
            }
        }

        stream.Flush(flushToDisk: true);
    }

    public static async Task WriteAsync(
        TextWriter output,
        VoucherBatch batch,
        IReadOnlyList<IssuedVoucher> vouchers,
        CancellationToken cancellation
    )
    {
        await using var csv = CsvWriter.Create(output, new CsvWriterOptions { Injection = CsvInjection.Escape }, leaveOpen: true);
        csv.WriteHeader([NumberColumn, "block", "expires", "state", "since", "usn"]);
        foreach (var (voucher, subscription) in vouchers)
        {
            csv.WriteField(voucher.Number);
            csv.WriteField(batch.Code);
            csv.WriteField(batch.Expires, Time);
            csv.WriteField(
                voucher.Redeemed is not null ? "redeemed"
                : voucher.Voided is not null ? "void"
                : "open"
            );
            csv.WriteField((voucher.Redeemed ?? voucher.Voided)?.ToString(Time, System.Globalization.CultureInfo.InvariantCulture) ?? "");
            csv.WriteField(subscription?.Value ?? "");
            await csv.EndRecordAsync(cancellation);
        }
    }
}
