using System.Security.Cryptography;
using Npgsql;
using Smile.Hosting;
using Smile.Hosting.Stages;
using Smile.Kernel;
using Smile.Storage;

namespace Smile.Cli;

/// <summary>What went wrong with a command, for the operator who gave it.</summary>
public static class CommandFailure
{
    /// <returns>A sentence; null for what nobody thought of, which is shown as it is.</returns>
    public static string? Explain(Exception exception) =>
        exception switch
        {
            SettingsException
            or CommandException
            or NoCatalogueException
            or MigrationException
            or CatalogueInUseException
            or SmileException => exception.Message,
            CryptographicException =>
                $"{exception.Message} Name all keys that were ever used (PasswordKeys, CardKeys) until 'reencrypt' has been run.",
            PostgresException
            {
                SqlState: PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.UndefinedColumn or PostgresErrorCodes.UndefinedFunction
            } refused => $"The database is not of this version: {refused.MessageText}. Run: smile migrate",
            PostgresException refused => $"The database refused the command: {refused.MessageText}",
            NpgsqlException { InnerException: { } inner } => $"The database does not answer: {inner.Message}",
            NpgsqlException => $"The database refused the command: {exception.Message}",
            IOException or UnauthorizedAccessException or System.Net.Sockets.SocketException => exception.Message,
            TimeoutException => $"Something did not answer in time: {exception.Message}",
            { InnerException: { } inner } => Explain(inner),
            _ => null,
        };
}
