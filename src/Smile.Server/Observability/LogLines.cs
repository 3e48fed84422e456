using System.Globalization;
using Serilog.Events;
using Serilog.Formatting;

namespace Smile.Server.Observability;

/// <summary>
/// Writes log events as lines. What callers sent stands in some of them: no control character gets through, so that nobody writes a line of
/// his own, and the lines of an exception are indented.
/// </summary>
internal sealed class LogLines : ITextFormatter
{
    public void Format(LogEvent logEvent, TextWriter output)
    {
        var source =
            logEvent.Properties.TryGetValue("SourceContext", out var context) && context is ScalarValue { Value: string name } ? name : "";
        output.Write(logEvent.Timestamp.ToUniversalTime().ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture));
        output.Write($" {Short(logEvent.Level)} {source} ");
        Write(logEvent.RenderMessage(CultureInfo.InvariantCulture), output);
        output.WriteLine();
        foreach (var line in logEvent.Exception?.ToString().Split('\n') ?? [])
        {
            output.Write("    ");
            Write(line.TrimEnd('\r'), output);
            output.WriteLine();
        }
    }

    private static void Write(string text, TextWriter output)
    {
        foreach (var character in text)
        {
            // With the line and paragraph separators, at which some readers of logs break lines.
            if (char.IsControl(character) || character is '\u2028' or '\u2029')
            {
                output.Write($"\\u{(int)character:x4}");
            }
            else
            {
                output.Write(character);
            }
        }
    }

    private static string Short(LogEventLevel level) =>
        level switch
        {
            LogEventLevel.Verbose => "VRB",
            LogEventLevel.Debug => "DBG",
            LogEventLevel.Information => "INF",
            LogEventLevel.Warning => "WRN",
            LogEventLevel.Error => "ERR",
            _ => "FTL",
        };
}
