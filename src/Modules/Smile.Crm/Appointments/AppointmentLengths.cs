using Smile.Kernel;

namespace Smile.Crm.Appointments;

/// <summary>How long an appointment and the way there take (guide, lines 17122, 17123).</summary>
internal sealed record AppointmentLengths(TimeSpan Duration, TimeSpan Travel)
{
    private const long Minute = 60_000;
    private const long Longest = 24 * 60 * Minute;

    /// <exception cref="SmileException">They are no whole minutes, or too long.</exception>
    public static AppointmentLengths Of(long duration, long? travel)
    {
        if (duration is <= 0 or > Longest || duration % Minute != 0)
        {
            throw Refuse.Invalid("Duration", duration, $"Give milliseconds: whole minutes, {Minute} to {Longest}.");
        }

        if (travel is < 0 or > Longest || (travel ?? 0) % Minute != 0)
        {
            throw Refuse.Invalid("TravelDuration", travel, $"Give milliseconds: whole minutes, 0 to {Longest}.");
        }

        return new AppointmentLengths(TimeSpan.FromMilliseconds(duration), TimeSpan.FromMilliseconds(travel ?? 0));
    }
}
