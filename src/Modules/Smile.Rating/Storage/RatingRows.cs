using System.Text.Json;
using System.Text.Json.Serialization;
using Npgsql;
using NpgsqlTypes;
using Smile.Kernel;
using Smile.Rating.Engine;
using Smile.Rating.Notices;
using Smile.Rating.Runs;
using Smile.Rating.Subjects;
using Smile.Usage;
using Smile.Usage.Storage;

namespace Smile.Rating.Storage;

/// <summary>Rating periods, their ratings and problems in the database of usage.</summary>
internal static class RatingRows
{
    private const string StateColumns =
        "subscription_usn, period_start, period_end, status, version, records, problems, amount, last_start, last_id, "
        + "stamp, meters::text, state::text, alert, archived, begins, ends, zone, sharing";

    private const string RatingColumns =
        "subscription_usn, period_start, record_id, version, component, billed_in, start, plan_schedule_item, rule, destination, tariff, "
        + "tariff_type, units, price, amount, value_pool, prepaid_block";

    internal static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        Converters = { new JsonStringEnumConverter() },
    };

    /// <summary>The periods that there are of those that are asked for.</summary>
    public static Task<IReadOnlyList<StoredPeriod>> PeriodsAsync(
        UsageDatabase database,
        IReadOnlyCollection<RatedPeriod> periods,
        CancellationToken cancellation
    ) =>
        ReadPeriodsAsync(
            database,
            $"""
            SELECT {StateColumns} FROM usage_state
            WHERE (subscription_usn, period_start) IN {PeriodKeys.Wanted}
            """,
            parameters => PeriodKeys.Add(parameters, periods),
            cancellation
        );

    /// <summary>The periods of subscriptions that end on a day or later, without those that were replaced.</summary>
    public static Task<IReadOnlyList<StoredPeriod>> PeriodsFromAsync(
        UsageDatabase database,
        IEnumerable<Usn> subscriptions,
        DateOnly from,
        CancellationToken cancellation
    ) =>
        ReadPeriodsAsync(
            database,
            $"""
            SELECT {StateColumns} FROM usage_state
            WHERE subscription_usn = ANY($1) AND period_end >= $2 AND status <> 'Replaced'
            ORDER BY subscription_usn, period_start
            """,
            parameters =>
            {
                parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. subscriptions.Select(usn => usn.Value)] });
                parameters.Add(new NpgsqlParameter<DateOnly> { TypedValue = from });
            },
            cancellation
        );

    /// <summary>The days of the periods that there are of those that begin on some.</summary>
    public static async Task<IReadOnlyList<RatedPeriod>> DaysAsync(
        UsageDatabase database,
        IReadOnlyCollection<(Usn Subscription, DateOnly From)> periods,
        CancellationToken cancellation
    )
    {
        await using var command = database.Connections.CreateCommand(
            $"""
            SELECT subscription_usn, period_start, period_end FROM usage_state
            WHERE (subscription_usn, period_start) IN {PeriodKeys.Wanted}
            """
        );
        PeriodKeys.Add(command.Parameters, periods);
        return await PeriodKeys.ReadAllAsync(command, cancellation);
    }

    /// <summary>What is booked of periods, by their records.</summary>
    public static async Task<ILookup<RatedPeriod, (UsageRating Rating, DateTimeOffset Start)>> BookedAsync(
        UsageDatabase database,
        IReadOnlyCollection<StoredPeriod> periods,
        CancellationToken cancellation
    )
    {
        await using var command = database.Connections.CreateCommand(
            """
            SELECT r.subscription_usn, r.period_start, record_id, plan_schedule_item, rule, destination, tariff, tariff_type, sum(units),
                sum(price), sum(amount), value_pool, min(start), prepaid_block
            FROM unnest($1::text[], $2::date[]) AS wanted (usn, day)
            JOIN usage_rating AS r ON r.subscription_usn = wanted.usn AND r.period_start = wanted.day
            GROUP BY r.subscription_usn, r.period_start, record_id, plan_schedule_item, rule, destination, tariff, tariff_type, value_pool,
                prepaid_block
            """
        );
        PeriodKeys.Add(command.Parameters, periods.Select(period => (period.Subscription, period.Days.From)));
        var days = periods.ToDictionary(period => (period.Subscription, period.Days.From), period => period.Days);
        var booked = new List<(RatedPeriod Period, (UsageRating, DateTimeOffset) Booked)>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            var usn = new Usn(reader.GetString(0));
            var rating = new UsageRating(
                reader.GetInt64(2),
                reader.GetInt64(3),
                reader.GetInt32(4),
                reader.IsDBNull(5) ? null : reader.GetInt32(5),
                reader.IsDBNull(6) ? null : reader.GetInt64(6),
                reader.IsDBNull(7) ? null : reader.GetInt32(7),
                reader.GetDecimal(8),
                reader.GetDecimal(9),
                reader.GetDecimal(10),
                reader.IsDBNull(11) ? null : reader.GetInt32(11),
                reader.IsDBNull(13) ? null : reader.GetInt64(13)
            );
            booked.Add(
                (new RatedPeriod(usn, days[(usn, reader.GetFieldValue<DateOnly>(1))]), (rating, reader.GetFieldValue<DateTimeOffset>(12)))
            );
        }

        return booked.ToLookup(pair => pair.Period, pair => pair.Booked);
    }

    /// <summary>
    /// Writes what periods were rated to, in one transaction; periods that somebody else has rated meanwhile are left out.
    /// </summary>
    /// <param name="allOrNone">Whether usage goes from some of them to others, so that it must not be in none.</param>
    /// <returns>Those that were written.</returns>
    public static async Task<HashSet<RatedPeriod>> WriteAsync(
        UsageDatabase database,
        IReadOnlyList<RatedOutcome> outcomes,
        bool allOrNone,
        DateTimeOffset now,
        CancellationToken cancellation
    )
    {
        await database.EnsureRatingMonthsAsync(outcomes.Select(outcome => outcome.Before.Days.From), cancellation);
        try
        {
            for (var wanted = outcomes; ; )
            {
                var (written, broken) = await WriteOnceAsync(database, wanted, allOrNone, now, cancellation);
                if (broken.Count == 0)
                {
                    return written;
                }

                wanted = [.. wanted.Where(outcome => outcome.Group is not { } group || !broken.Contains(group))];
            }
        }
        catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.DeadlockDetected)
        {
            // Somebody is at some of them in another order: nothing was written, and it is done again.
            return [];
        }
        catch (PostgresException exception) when (exception is { SqlState: PostgresErrorCodes.CheckViolation, ConstraintName: null })
        {
            // A month was archived since this process saw it: it is made again with the next try.
            database.ForgetMonths();
            return [];
        }
    }

    /// <returns>
    /// Those that were written, or else those who share value pools of which somebody else is at some: they are written together or not at
    /// all, and nothing was written.
    /// </returns>
    private static async Task<(HashSet<RatedPeriod> Written, HashSet<(Usn, DateOnly)> Broken)> WriteOnceAsync(
        UsageDatabase database,
        IReadOnlyList<RatedOutcome> outcomes,
        bool allOrNone,
        DateTimeOffset now,
        CancellationToken cancellation
    )
    {
        await using var connection = await database.Connections.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        var barred = await MarkLateAsync(connection, outcomes, now, cancellation);
        var written = await WriteStatesAsync(connection, [.. outcomes.Where(outcome => !barred.Contains(Key(outcome)))], now, cancellation);
        var broken = outcomes
            .Where(outcome => outcome.Group is not null && !written.Contains(Key(outcome)))
            .Select(outcome => outcome.Group!.Value)
            .ToHashSet();
        if (broken.Count > 0 || (allOrNone && written.Count < outcomes.Count))
        {
            await transaction.RollbackAsync(cancellation);
            return ([], allOrNone ? [] : broken);
        }

        var kept = outcomes.Where(outcome => written.Contains(Key(outcome))).ToList();
        await WriteErrorsAsync(connection, kept, now, cancellation);
        await NoticeRows.AddAsync(
            connection,
            [
                .. kept.Where(outcome => outcome.Notice is not null)
                    .Select(outcome => new WaitingNotice(Key(outcome), outcome.After.Version, outcome.Notice!)),
            ],
            cancellation
        );
        await CopyAsync(connection, kept, cancellation);
        await transaction.CommitAsync(cancellation);
        return (written, []);
    }

    private static RatedPeriod Key(RatedOutcome outcome) => new(outcome.Before.Subscription, outcome.Before.Days);

    /// <summary>Notes with the periods that late charges are billed with that there are some.</summary>
    /// <returns>Periods whose late charges are on no bill of those: it is being made, or was.</returns>
    private static async Task<HashSet<RatedPeriod>> MarkLateAsync(
        NpgsqlConnection connection,
        IReadOnlyList<RatedOutcome> outcomes,
        DateTimeOffset now,
        CancellationToken cancellation
    )
    {
        var late = outcomes.Where(outcome => outcome.IsLate).ToList();
        if (late.Count == 0)
        {
            return [];
        }

        await using var command = new NpgsqlCommand(
            """
            INSERT INTO usage_state AS known (subscription_usn, period_start, period_end, status, version, records, problems, amount, stamp,
                meters, state, rated, late, begins, ends, zone)
            SELECT usn, billed, billed_end, 'Open', 0, 0, 0, 0, '', 'null', $6, $5, array_agg(day ORDER BY day), begins, ends, zone
            FROM unnest($1::text[], $2::date[], $3::date[], $4::date[], $7::timestamptz[], $8::timestamptz[], $9::text[])
                AS charged (usn, day, billed, billed_end, begins, ends, zone)
            GROUP BY usn, billed, billed_end, begins, ends, zone ORDER BY usn, billed
            ON CONFLICT (subscription_usn, period_start) DO UPDATE
            SET late = (SELECT array_agg(DISTINCT day ORDER BY day) FROM unnest(known.late || EXCLUDED.late) AS day),
                status = 'Open', period_end = CASE known.status WHEN 'Open' THEN known.period_end ELSE EXCLUDED.period_end END,
                begins = CASE known.status WHEN 'Open' THEN known.begins ELSE EXCLUDED.begins END,
                ends = CASE known.status WHEN 'Open' THEN known.ends ELSE EXCLUDED.ends END,
                zone = CASE known.status WHEN 'Open' THEN known.zone ELSE EXCLUDED.zone END
            WHERE known.status IN ('Open', 'Replaced')
            RETURNING subscription_usn, period_start
            """,
            connection
        );
        var parameters = command.Parameters;
        parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. late.Select(outcome => outcome.Before.Subscription.Value)] });
        parameters.Add(new NpgsqlParameter<DateOnly[]> { TypedValue = [.. late.Select(outcome => outcome.Before.Days.From)] });
        parameters.Add(new NpgsqlParameter<DateOnly[]> { TypedValue = [.. late.Select(outcome => outcome.BilledIn.Days.From)] });
        parameters.Add(new NpgsqlParameter<DateOnly[]> { TypedValue = [.. late.Select(outcome => outcome.BilledIn.Days.To)] });
        parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = now.ToUniversalTime() });
        parameters.Add(
            new NpgsqlParameter { Value = JsonSerializer.Serialize(StoredPeriod.EmptyState, Json), NpgsqlDbType = NpgsqlDbType.Jsonb }
        );
        parameters.Add(
            new NpgsqlParameter<DateTimeOffset[]> { TypedValue = [.. late.Select(outcome => outcome.BilledIn.Begins.ToUniversalTime())] }
        );
        parameters.Add(
            new NpgsqlParameter<DateTimeOffset[]> { TypedValue = [.. late.Select(outcome => outcome.BilledIn.Ends.ToUniversalTime())] }
        );
        parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. late.Select(outcome => outcome.BilledIn.Zone.Name)] });
        var open = new HashSet<(Usn, DateOnly)>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            open.Add((new Usn(reader.GetString(0)), reader.GetFieldValue<DateOnly>(1)));
        }

        return [.. late.Where(outcome => !open.Contains((outcome.Before.Subscription, outcome.BilledIn.Days.From))).Select(Key)];
    }

    private static async Task<HashSet<RatedPeriod>> WriteStatesAsync(
        NpgsqlConnection connection,
        IReadOnlyList<RatedOutcome> outcomes,
        DateTimeOffset now,
        CancellationToken cancellation
    )
    {
        // The rows come in one order for all, so that raters never wait for each other in a circle.
        var ordered = outcomes
            .OrderBy(outcome => outcome.Before.Subscription.Value, StringComparer.Ordinal)
            .ThenBy(outcome => outcome.Before.Days.From)
            .ToList();
        await using var command = new NpgsqlCommand(
            """
            INSERT INTO usage_state AS known (subscription_usn, period_start, period_end, status, version, records, problems, amount,
                last_start, last_id, stamp, meters, state, rated, alert, unchecked, begins, ends, zone, sharing)
            SELECT usn, first, last, status, version, records, problems, amount, last_start, last_id, stamp, meters, state, $13, alert,
                unchecked, begins, ends, zone, sharing
            FROM unnest($1::text[], $2::date[], $3::date[], $4::integer[], $5::integer[], $6::integer[], $7::numeric[], $8::timestamptz[],
                $9::bigint[], $10::text[], $11::jsonb[], $12::jsonb[], $14::text[], $15::boolean[], $16::boolean[],
                $17::timestamptz[], $18::timestamptz[], $19::text[], $20::text[]) WITH ORDINALITY
                AS rated (usn, first, last, version, records, problems, amount, last_start, last_id, stamp, meters, state, status, alert,
                unchecked, begins, ends, zone, sharing, place)
            ORDER BY place
            ON CONFLICT (subscription_usn, period_start) DO UPDATE SET period_end = EXCLUDED.period_end, status = EXCLUDED.status,
                version = EXCLUDED.version, records = EXCLUDED.records, problems = EXCLUDED.problems, amount = EXCLUDED.amount,
                last_start = EXCLUDED.last_start, last_id = EXCLUDED.last_id, stamp = EXCLUDED.stamp, meters = EXCLUDED.meters,
                state = EXCLUDED.state, rated = EXCLUDED.rated, alert = EXCLUDED.alert,
                unchecked = known.unchecked OR EXCLUDED.unchecked, begins = EXCLUDED.begins, ends = EXCLUDED.ends,
                zone = EXCLUDED.zone, sharing = EXCLUDED.sharing
            WHERE known.version = EXCLUDED.version - 1 AND known.status <> 'Closing'
                AND (known.status = 'Closed') = (EXCLUDED.status = 'Closed') AND NOT known.archived
            RETURNING subscription_usn, period_start
            """,
            connection
        );
        AddStates(command.Parameters, [.. ordered.Select(outcome => outcome.After)]);
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = now.ToUniversalTime() });
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. ordered.Select(outcome => $"{outcome.After.Status}")] });
        command.Parameters.Add(new NpgsqlParameter<bool[]> { TypedValue = [.. ordered.Select(outcome => outcome.After.Alert)] });
        command.Parameters.Add(new NpgsqlParameter<bool[]> { TypedValue = [.. ordered.Select(outcome => outcome.ChangesAmount)] });
        AddInstants(command.Parameters, [.. ordered.Select(outcome => outcome.After.Instants)]);
        command.Parameters.Add(
            new NpgsqlParameter<string?[]> { TypedValue = [.. ordered.Select(outcome => outcome.After.Sharing?.Value)] }
        );
        var days = ordered.ToDictionary(outcome => (outcome.Before.Subscription, outcome.Before.Days.From), outcome => outcome.Before.Days);
        var written = new HashSet<RatedPeriod>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            var usn = new Usn(reader.GetString(0));
            written.Add(new RatedPeriod(usn, days[(usn, reader.GetFieldValue<DateOnly>(1))]));
        }

        return written;
    }

    private static void AddInstants(NpgsqlParameterCollection parameters, IReadOnlyList<PeriodInstants?> instants)
    {
        var times = NpgsqlDbType.Array | NpgsqlDbType.TimestampTz;
        parameters.Add(
            new NpgsqlParameter { Value = instants.Select(each => each?.Begins.ToUniversalTime()).ToArray(), NpgsqlDbType = times }
        );
        parameters.Add(
            new NpgsqlParameter { Value = instants.Select(each => each?.Ends.ToUniversalTime()).ToArray(), NpgsqlDbType = times }
        );
        parameters.Add(new NpgsqlParameter<string?[]> { TypedValue = [.. instants.Select(each => each?.Zone)] });
    }

    private static void AddStates(NpgsqlParameterCollection parameters, IReadOnlyList<StoredPeriod> states)
    {
        Add(states.Select(state => state.Subscription.Value).ToArray(), NpgsqlDbType.Text);
        Add(states.Select(state => state.Days.From).ToArray(), NpgsqlDbType.Date);
        Add(states.Select(state => state.Days.To).ToArray(), NpgsqlDbType.Date);
        Add(states.Select(state => state.Version).ToArray(), NpgsqlDbType.Integer);
        Add(states.Select(state => state.Records).ToArray(), NpgsqlDbType.Integer);
        Add(states.Select(state => state.Problems).ToArray(), NpgsqlDbType.Integer);
        Add(states.Select(state => state.Amount).ToArray(), NpgsqlDbType.Numeric);
        Add(states.Select(state => state.Last?.Start.ToUniversalTime()).ToArray(), NpgsqlDbType.TimestampTz);
        Add(states.Select(state => state.Last?.Id).ToArray(), NpgsqlDbType.Bigint);
        Add(states.Select(state => state.Stamp).ToArray(), NpgsqlDbType.Text);
        Add(states.Select(state => JsonSerializer.Serialize(state.Meters, Json)).ToArray(), NpgsqlDbType.Jsonb);
        Add(states.Select(state => JsonSerializer.Serialize(state.State, Json)).ToArray(), NpgsqlDbType.Jsonb);

        void Add(object values, NpgsqlDbType type) =>
            parameters.Add(new NpgsqlParameter { Value = values, NpgsqlDbType = NpgsqlDbType.Array | type });
    }

    private static async Task WriteErrorsAsync(
        NpgsqlConnection connection,
        IReadOnlyList<RatedOutcome> outcomes,
        DateTimeOffset now,
        CancellationToken cancellation
    )
    {
        var replaced = outcomes.Where(outcome => outcome.ReplacesErrors && outcome.Before.Problems > 0).ToList();
        if (replaced.Count > 0)
        {
            // What is still wrong keeps since when it is.
            await using var delete = new NpgsqlCommand(
                """
                DELETE FROM usage_problem
                WHERE (subscription_usn, period_start) IN (SELECT usn, day FROM unnest($1::text[], $2::date[]) AS replaced (usn, day))
                    AND NOT (record_id = ANY($3))
                """,
                connection
            );
            delete.Parameters.Add(
                new NpgsqlParameter<string[]> { TypedValue = [.. replaced.Select(outcome => outcome.Before.Subscription.Value)] }
            );
            delete.Parameters.Add(
                new NpgsqlParameter<DateOnly[]> { TypedValue = [.. replaced.Select(outcome => outcome.Before.Days.From)] }
            );
            delete.Parameters.Add(
                new NpgsqlParameter<long[]>
                {
                    TypedValue = [.. replaced.SelectMany(outcome => outcome.Errors).Select(error => error.Record)],
                }
            );
            await delete.ExecuteNonQueryAsync(cancellation);
        }

        var errors = outcomes.SelectMany(outcome => outcome.Errors.Select(error => (outcome.Before, Error: error))).ToList();
        if (errors.Count == 0)
        {
            return;
        }

        await using var command = new NpgsqlCommand(
            """
            INSERT INTO usage_problem (subscription_usn, period_start, record_id, start, problem, since)
            SELECT usn, day, record, start, problem, $6
            FROM unnest($1::text[], $2::date[], $3::bigint[], $4::timestamptz[], $5::text[]) AS error (usn, day, record, start, problem)
            ON CONFLICT (subscription_usn, period_start, record_id) DO UPDATE SET problem = EXCLUDED.problem
            """,
            connection
        );
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. errors.Select(pair => pair.Before.Subscription.Value)] });
        command.Parameters.Add(new NpgsqlParameter<DateOnly[]> { TypedValue = [.. errors.Select(pair => pair.Before.Days.From)] });
        command.Parameters.Add(new NpgsqlParameter<long[]> { TypedValue = [.. errors.Select(pair => pair.Error.Record)] });
        command.Parameters.Add(
            new NpgsqlParameter
            {
                Value = errors.Select(pair => pair.Error.Start.ToUniversalTime()).ToArray(),
                NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.TimestampTz,
            }
        );
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. errors.Select(pair => $"{pair.Error.Problem}")] });
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = now.ToUniversalTime() });
        await command.ExecuteNonQueryAsync(cancellation);
    }

    private static async Task CopyAsync(NpgsqlConnection connection, IReadOnlyList<RatedOutcome> outcomes, CancellationToken cancellation)
    {
        if (outcomes.All(outcome => outcome.Ratings.Count == 0))
        {
            return;
        }

        await using var writer = await connection.BeginBinaryImportAsync(
            $"COPY usage_rating ({RatingColumns}) FROM STDIN (FORMAT BINARY)",
            cancellation
        );
        foreach (var outcome in outcomes)
        {
            foreach (var row in outcome.Ratings)
            {
                await writer.StartRowAsync(cancellation);
                await writer.WriteAsync(outcome.Before.Subscription.Value, NpgsqlDbType.Text, cancellation);
                await writer.WriteAsync(outcome.Before.Days.From, NpgsqlDbType.Date, cancellation);
                await writer.WriteAsync(row.Rating.Record, NpgsqlDbType.Bigint, cancellation);
                await writer.WriteAsync(row.Version, NpgsqlDbType.Integer, cancellation);
                await writer.WriteAsync(row.Component, NpgsqlDbType.Integer, cancellation);
                await writer.WriteAsync(outcome.BilledIn.Days.From, NpgsqlDbType.Date, cancellation);
                await writer.WriteAsync(row.Start.UtcDateTime, NpgsqlDbType.TimestampTz, cancellation);
                await writer.WriteAsync(row.Rating.PlanScheduleItem, NpgsqlDbType.Bigint, cancellation);
                await writer.WriteAsync(row.Rating.Rule, NpgsqlDbType.Integer, cancellation);
                await WriteAsync(writer, row.Rating.Destination, NpgsqlDbType.Integer, cancellation);
                await WriteAsync(writer, row.Rating.Tariff, NpgsqlDbType.Bigint, cancellation);
                await WriteAsync(writer, row.Rating.TariffType, NpgsqlDbType.Integer, cancellation);
                await writer.WriteAsync(row.Rating.Units, NpgsqlDbType.Numeric, cancellation);
                await writer.WriteAsync(row.Rating.Price, NpgsqlDbType.Numeric, cancellation);
                await writer.WriteAsync(row.Rating.Amount, NpgsqlDbType.Numeric, cancellation);
                await WriteAsync(writer, row.Rating.ValuePool, NpgsqlDbType.Integer, cancellation);
                await WriteAsync(writer, row.Rating.PrepaidBlock, NpgsqlDbType.Bigint, cancellation);
            }
        }

        await writer.CompleteAsync(cancellation);
    }

    private static Task WriteAsync<T>(NpgsqlBinaryImporter writer, T? value, NpgsqlDbType type, CancellationToken cancellation)
        where T : struct => value is { } present ? writer.WriteAsync(present, type, cancellation) : writer.WriteNullAsync(cancellation);

    private static async Task<IReadOnlyList<StoredPeriod>> ReadPeriodsAsync(
        UsageDatabase database,
        string sql,
        Action<NpgsqlParameterCollection> add,
        CancellationToken cancellation
    )
    {
        await using var command = database.Connections.CreateCommand(sql);
        add(command.Parameters);
        var periods = new List<StoredPeriod>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            periods.Add(
                new StoredPeriod(
                    new Usn(reader.GetString(0)),
                    new DayRange(reader.GetFieldValue<DateOnly>(1), reader.GetFieldValue<DateOnly>(2)),
                    Enum.Parse<PeriodStatus>(reader.GetString(3)),
                    reader.GetInt32(4),
                    reader.GetInt32(5),
                    reader.GetInt32(6),
                    reader.GetDecimal(7),
                    reader.IsDBNull(8) ? null : (reader.GetFieldValue<DateTimeOffset>(8), reader.GetInt64(9)),
                    reader.GetString(10),
                    JsonSerializer.Deserialize<RatingMeters?>(reader.GetString(11), Json),
                    JsonSerializer.Deserialize<PeriodState>(reader.GetString(12), Json)!
                )
                {
                    Alert = reader.GetBoolean(13),
                    IsArchived = reader.GetBoolean(14),
                    Instants = PeriodKeys.ReadInstants(reader, 15),
                    Sharing = reader.IsDBNull(18) ? null : new Usn(reader.GetString(18)),
                }
            );
        }

        return periods;
    }
}
