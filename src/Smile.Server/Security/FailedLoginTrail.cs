using System.Diagnostics.Metrics;
using System.Net;
using Npgsql;
using Smile.Hosting.Stages;
using Smile.Kernel;

namespace Smile.Server.Security;

/// <summary>What is left of failed logins: a line of the log, a metric, and a row of the stage's table <c>failed_login</c>.</summary>
internal sealed partial class FailedLoginTrail
{
    public const string MeterName = "Smile.Logins";
    private const int LongestName = 100;

    private readonly Counter<long> _failed;
    private readonly ILogger<FailedLoginTrail> _logger;

    public FailedLoginTrail(IMeterFactory meters, ILogger<FailedLoginTrail> logger)
    {
        _logger = logger;
        _failed = meters
            .Create(MeterName)
            .CreateCounter<long>(
                "smile.logins.failed",
                description: "Logins with wrong credentials (wrong), and attempts that were not looked at after several of them (refused)"
            );
    }

    /// <summary>An attempt that was not looked at: counted, and nothing more, for there may be many.</summary>
    public void Refused(string stage) => Count(stage, "refused");

    public async Task RecordAsync(Stage stage, string username, IPAddress address, CancellationToken cancellation)
    {
        Count(stage.Name, "wrong");
        var name = Clean(username);
        LogFailed(stage.Name, name, address);
        try
        {
            await using var command = stage.Store.Source.CreateCommand("INSERT INTO failed_login (username, address) VALUES ($1, $2)");
            command.Parameters.Add(new NpgsqlParameter { Value = name });
            command.Parameters.Add(new NpgsqlParameter { Value = address.ToString() });
            await command.ExecuteNonQueryAsync(cancellation);
        }
        catch (NpgsqlException exception)
        {
            // The answer is the same without the row.
            LogNotKept(exception, stage.Name);
        }
    }

    /// <summary>Cut, without what could break a line or a terminal, and without card numbers.</summary>
    private static string Clean(string username)
    {
        var part = username.Length > LongestName ? username[..LongestName] + "…" : username;
        return CardNumbers.Mask(string.Concat(part.Select(character => char.IsControl(character) ? ' ' : character)));
    }

    private void Count(string stage, string outcome) =>
        _failed.Add(1, new KeyValuePair<string, object?>("stage", stage), new KeyValuePair<string, object?>("outcome", outcome));

    [LoggerMessage(Level = LogLevel.Warning, Message = "Failed login on stage {Stage}: username '{Username}' from {Address}")]
    private partial void LogFailed(string stage, string username, IPAddress address);

    [LoggerMessage(Level = LogLevel.Error, Message = "A failed login on stage {Stage} could not be kept")]
    private partial void LogNotKept(Exception exception, string stage);
}
