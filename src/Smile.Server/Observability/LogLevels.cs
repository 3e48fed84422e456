using Serilog;
using Serilog.Core;
using Serilog.Events;

namespace Smile.Server.Observability;

/// <summary>Log levels by name.</summary>
internal static class LogLevels
{
    /// <summary>
    /// Smile's own loggers get the level. The frameworks' repeat requests as they came, and the database's write each command of each look
    /// for due work: they stay at Warning.
    /// </summary>
    public static LoggerConfiguration Configure(LoggerConfiguration logging, string? level)
    {
        var own = Parse(level);
        var others = own > LogEventLevel.Warning ? own : LogEventLevel.Warning;
        return logging
            .MinimumLevel.Is(own)
            .MinimumLevel.Override("Microsoft", others)
            .MinimumLevel.Override("System", others)
            .MinimumLevel.Override("Npgsql", others)
            // Of a call it says what Smile's own lines say; as long as it could, each call is given an activity and a scope of the log.
            .MinimumLevel.Override("Microsoft.AspNetCore.Hosting.Diagnostics", LevelAlias.Off)
            .Enrich.FromLogContext();
    }

    /// <summary>Warning where nothing is set: a healthy server is quiet.</summary>
    public static LogEventLevel Parse(string? name) =>
        Enum.TryParse<LogEventLevel>(name, ignoreCase: true, out var level) ? level : LogEventLevel.Warning;
}
