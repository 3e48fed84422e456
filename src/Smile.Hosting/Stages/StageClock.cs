namespace Smile.Hosting.Stages;

/// <summary>A stage's time: the system's, or so much ahead of it as somebody has moved it on a stage for trying out.</summary>
public sealed class StageClock(TimeProvider system) : TimeProvider
{
    private long _ahead;

    /// <summary>How far it is ahead; goes on with the system's time.</summary>
    public TimeSpan Ahead
    {
        get => new(Interlocked.Read(ref _ahead));
        set => Interlocked.Exchange(ref _ahead, value.Ticks);
    }

    public override TimeZoneInfo LocalTimeZone => system.LocalTimeZone;

    public override long TimestampFrequency => system.TimestampFrequency;

    public override DateTimeOffset GetUtcNow() => system.GetUtcNow() + Ahead;

    public override long GetTimestamp() => system.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        system.CreateTimer(callback, state, dueTime, period);
}
