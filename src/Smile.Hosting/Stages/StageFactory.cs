using Smile.Storage;
using Smile.Usage;

namespace Smile.Hosting.Stages;

/// <summary>Makes stages from settings.</summary>
public static class StageFactory
{
    public static Stage Create(string name, StageSettings settings, TimeProvider clock, ILoggerFactory logging)
    {
        var signal = new OutboxSignal();
        return new Stage(
            name,
            new StageStore(settings.Database, signal, logging),
            new StageClock(clock),
            signal,
            settings.ClockMayMove,
            string.IsNullOrEmpty(settings.UsageDatabase) ? null : UsageDatabase.Open(settings.UsageDatabase)
        );
    }
}
