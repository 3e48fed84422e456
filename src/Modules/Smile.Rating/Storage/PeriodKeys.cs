using Npgsql;
using Smile.Kernel;
using Smile.Rating.Subjects;

namespace Smile.Rating.Storage;

/// <summary>Rating periods as the first parameters of statements, and as the first columns of rows.</summary>
internal static class PeriodKeys
{
    /// <summary>What <c>(subscription_usn, period_start)</c> is to be in, of the parameters that periods are added as.</summary>
    public const string Wanted = "(SELECT usn, day FROM unnest($1::text[], $2::date[]) AS wanted (usn, day))";

    /// <summary>Adds two parameters: subscriptions, and first days.</summary>
    public static void Add(NpgsqlParameterCollection parameters, IEnumerable<(Usn Subscription, DateOnly From)> periods)
    {
        var keys = periods.ToList();
        parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. keys.Select(period => period.Subscription.Value)] });
        parameters.Add(new NpgsqlParameter<DateOnly[]> { TypedValue = [.. keys.Select(period => period.From)] });
    }

    /// <summary>The same of periods.</summary>
    public static void Add(NpgsqlParameterCollection parameters, IEnumerable<RatedPeriod> periods) =>
        Add(parameters, periods.Select(period => (period.Subscription, period.Days.From)));

    /// <summary>The period of a row that begins with its subscription, its first and its last day.</summary>
    public static RatedPeriod Read(NpgsqlDataReader reader) =>
        new(new Usn(reader.GetString(0)), new DayRange(reader.GetFieldValue<DateOnly>(1), reader.GetFieldValue<DateOnly>(2)));

    /// <summary>The instants of a row's period, of columns that have its begin, its end and its zone.</summary>
    public static PeriodInstants? ReadInstants(NpgsqlDataReader reader, int column) =>
        reader.IsDBNull(column)
            ? null
            : new PeriodInstants(
                reader.GetFieldValue<DateTimeOffset>(column),
                reader.GetFieldValue<DateTimeOffset>(column + 1),
                reader.GetString(column + 2)
            );

    /// <summary>The periods of a statement that gives nothing else.</summary>
    public static async Task<IReadOnlyList<RatedPeriod>> ReadAllAsync(NpgsqlCommand command, CancellationToken cancellation)
    {
        var periods = new List<RatedPeriod>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            periods.Add(Read(reader));
        }

        return periods;
    }
}
