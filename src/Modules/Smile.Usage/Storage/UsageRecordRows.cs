using Npgsql;
using NpgsqlTypes;
using Smile.Catalogue;
using Smile.Kernel;
using Smile.Usage.Import;

namespace Smile.Usage.Storage;

/// <summary>A record of usage that is bound to a subscription.</summary>
/// <param name="Id">Tells records of the same start apart, and in which order they are rated.</param>
/// <param name="OnNet">Whether the other party is of the same account (2), of the same company (1) or neither (0).</param>
public sealed record UsageRecord(
    Usn SubscriptionUsn,
    long Id,
    DateTimeOffset Start,
    long BatchId,
    CallType CallType,
    UsageRole Role,
    short OnNet,
    string Caller,
    string Called,
    decimal Seconds,
    long BytesReceived,
    long BytesSent,
    int Pages,
    int Events,
    string? Session,
    bool IsStartOfSession,
    decimal? WholesaleCharge,
    string? Description
);

/// <summary>How records of usage are written and read.</summary>
internal static class UsageRecordRows
{
    public const string Columns =
        "subscription_usn, start, id, batch_id, key_hash, call_type, role, on_net, caller, called, seconds, bytes_received, bytes_sent, "
        + "pages, events, session, starts_session, wholesale_charge, description";

    /// <summary>How many columns there are.</summary>
    public const int Count = 19;

    public static async Task WriteAsync(NpgsqlBinaryImporter writer, UsageItem item, long batch, CancellationToken cancellation)
    {
        var entry = item.Entry!;
        await writer.StartRowAsync(cancellation);
        await writer.WriteAsync(item.Binding.Usn!.Value.Value, NpgsqlDbType.Text, cancellation);
        await writer.WriteAsync(entry.Start.UtcDateTime, NpgsqlDbType.TimestampTz, cancellation);
        await writer.WriteAsync(UsageFingerprint.RecordId(item.Fingerprint.Key), NpgsqlDbType.Bigint, cancellation);
        await writer.WriteAsync(batch, NpgsqlDbType.Bigint, cancellation);
        await writer.WriteAsync(item.Fingerprint.Key, NpgsqlDbType.Uuid, cancellation);
        await writer.WriteAsync((short)entry.CallType, NpgsqlDbType.Smallint, cancellation);
        await writer.WriteAsync((short)entry.Role, NpgsqlDbType.Smallint, cancellation);
        await writer.WriteAsync(item.Binding.OnNet, NpgsqlDbType.Smallint, cancellation);
        await writer.WriteAsync(entry.Caller, NpgsqlDbType.Text, cancellation);
        await writer.WriteAsync(entry.Called, NpgsqlDbType.Text, cancellation);
        await writer.WriteAsync(entry.Seconds, NpgsqlDbType.Numeric, cancellation);
        await writer.WriteAsync(entry.BytesReceived, NpgsqlDbType.Bigint, cancellation);
        await writer.WriteAsync(entry.BytesSent, NpgsqlDbType.Bigint, cancellation);
        await writer.WriteAsync(entry.Pages, NpgsqlDbType.Integer, cancellation);
        await writer.WriteAsync(entry.Events, NpgsqlDbType.Integer, cancellation);
        await WriteTextAsync(writer, entry.Session, cancellation);
        await writer.WriteAsync(entry.IsStartOfSession, NpgsqlDbType.Boolean, cancellation);
        if (entry.WholesaleCharge is { } charge)
        {
            await writer.WriteAsync(charge, NpgsqlDbType.Numeric, cancellation);
        }
        else
        {
            await writer.WriteNullAsync(cancellation);
        }

        await WriteTextAsync(writer, entry.Description, cancellation);
    }

    public static UsageRecord Read(NpgsqlDataReader reader) =>
        new(
            new Usn(reader.GetString(0)),
            reader.GetInt64(2),
            reader.GetFieldValue<DateTimeOffset>(1),
            reader.GetInt64(3),
            (CallType)reader.GetInt16(5),
            (UsageRole)reader.GetInt16(6),
            reader.GetInt16(7),
            reader.GetString(8),
            reader.GetString(9),
            reader.GetDecimal(10),
            reader.GetInt64(11),
            reader.GetInt64(12),
            reader.GetInt32(13),
            reader.GetInt32(14),
            reader.IsDBNull(15) ? null : reader.GetString(15),
            reader.GetBoolean(16),
            reader.IsDBNull(17) ? null : reader.GetDecimal(17),
            reader.IsDBNull(18) ? null : reader.GetString(18)
        );

    private static Task WriteTextAsync(NpgsqlBinaryImporter writer, string? text, CancellationToken cancellation) =>
        text is null ? writer.WriteNullAsync(cancellation) : writer.WriteAsync(text, NpgsqlDbType.Text, cancellation);
}
