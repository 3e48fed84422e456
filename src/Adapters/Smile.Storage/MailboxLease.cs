using Npgsql;

namespace Smile.Storage;

/// <summary>
/// Says which server reads the mailbox of a stage's tickets. It is a row and no lock: nothing of the database is held while the mail server
/// is waited for. Who holds it says so again for each mail; that of a server which was killed ends by itself.
/// </summary>
public static class MailboxLease
{
    /// <summary>Longer than what is done with one mail may take.</summary>
    private const string Length = "interval '3 minutes'";

    /// <summary>Takes the lease, or holds it for longer.</summary>
    /// <returns>False while another server has it.</returns>
    public static async Task<bool> HoldAsync(NpgsqlDataSource source, Guid server, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand(
            $"""
            INSERT INTO ticket_mail_reader (server, until) VALUES ($1, now() + {Length})
            ON CONFLICT (one) DO UPDATE SET server = EXCLUDED.server, until = EXCLUDED.until
            WHERE ticket_mail_reader.server = EXCLUDED.server OR ticket_mail_reader.until < now()
            """
        );
        command.Parameters.Add(new NpgsqlParameter { Value = server });
        return await command.ExecuteNonQueryAsync(cancellation) == 1;
    }

    /// <summary>Gives the lease back.</summary>
    public static async Task ReleaseAsync(NpgsqlDataSource source, Guid server)
    {
        await using var command = source.CreateCommand("DELETE FROM ticket_mail_reader WHERE server = $1");
        command.Parameters.Add(new NpgsqlParameter { Value = server });
        await command.ExecuteNonQueryAsync(CancellationToken.None);
    }
}
