using Serilog.Events;

namespace Smile.Server.Observability;

/// <summary>Log levels by name.</summary>
internal static class LogLevels
{
    /// <summary>Warning where nothing is set: a healthy server is quiet.</summary>
    public static LogEventLevel Parse(string? name) => Enum.TryParse<LogEventLevel>(name, ignoreCase: true, out var level) ? level : LogEventLevel.Warning;
}
