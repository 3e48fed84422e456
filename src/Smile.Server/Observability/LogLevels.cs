using Serilog;
using Serilog.Events;

namespace Smile.Server.Observability;

/// <summary>Log levels by name.</summary>
internal static class LogLevels
{
    /// <summary>Smile's own loggers get the level; the frameworks' repeat requests as they came, and stay at Warning.</summary>
    public static LoggerConfiguration Configure(LoggerConfiguration logging, string? level) =>
        logging.MinimumLevel.Is(Parse(level)).MinimumLevel.Override("Microsoft", Parse(level) > LogEventLevel.Warning ? Parse(level) : LogEventLevel.Warning)
            .MinimumLevel.Override("System", Parse(level) > LogEventLevel.Warning ? Parse(level) : LogEventLevel.Warning).Enrich.FromLogContext();

    /// <summary>Warning where nothing is set: a healthy server is quiet.</summary>
    public static LogEventLevel Parse(string? name) => Enum.TryParse<LogEventLevel>(name, ignoreCase: true, out var level) ? level : LogEventLevel.Warning;
}
