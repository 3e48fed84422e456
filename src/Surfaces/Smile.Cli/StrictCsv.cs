using System.Text;
using CsvHelper;

namespace Smile.Cli;

/// <summary>
/// Reads CSV files (RFC 4180) in UTF-8 of a bounded size, whose first line names the columns. A file that is wrong is refused whole.
/// </summary>
internal static class StrictCsv
{
    /// <param name="mostBytes">A file that is larger has something else in it.</param>
    /// <param name="undone">What has not happened where the file is refused, as a sentence.</param>
    /// <param name="read">Reads the lines, behind the first.</param>
    /// <exception cref="CommandException">It is no such file.</exception>
    public static T Read<T>(Stream input, long mostBytes, int mostBytesOfALine, string undone, Func<CsvReader, T> read)
    {
        if (input.CanSeek && input.Length > mostBytes)
        {
            throw new CommandException($"The file has more than {mostBytes / 1024 / 1024} MB. {undone}");
        }

        var strict = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
        using var text = new StreamReader(input, strict, leaveOpen: true);
        using var csv = CsvReader.Create(
            text,
            new CsvReaderOptions
            {
                TrackLineNumbers = true,
                MaxRecordSize = mostBytesOfALine,
                MalformedData = CsvMalformedDataHandling.Throw,
                FieldCountMismatch = CsvFieldCountHandling.Throw,
            }
        );
        try
        {
            csv.ReadHeader();
            return read(csv);
        }
        catch (DecoderFallbackException)
        {
            throw new CommandException($"The file is not in UTF-8. {undone}");
        }
        catch (CsvFormatException exception)
        {
            throw new CommandException($"The file is no CSV: {exception.Message} {undone}");
        }
    }
}
