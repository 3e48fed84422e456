using Smile.Catalogue;
using Smile.Kernel;

namespace Smile.NumberPools;

/// <summary>Who holds a link: a kind of holders, and which of them (guide, line 19579).</summary>
public sealed record BackLink(string Type, string Key)
{
    public const int LongestType = 100;
    public const int LongestKey = 200;

    /// <exception cref="SmileException">One of both is empty or too long.</exception>
    public void Check()
    {
        Check("Type", Type, LongestType);
        Check("Key", Key, LongestKey);
    }

    private static void Check(string field, string value, int longest)
    {
        if (string.IsNullOrWhiteSpace(value) || value.Length > longest || value.Any(char.IsControl))
        {
            throw Refuse.Invalid($"BackLink/{field}", value, $"A back link's {field} has 1 to {longest} characters.");
        }
    }
}

/// <summary>A link to a reservation, as it is told of.</summary>
/// <param name="Start">The range's first number, as the pool writes it.</param>
/// <param name="End">The last.</param>
/// <param name="Expiry">When it ends by itself, in the time zone of the first company; null where it does not.</param>
public sealed record ReservationLink(
    Guid LinkId,
    PoolLinkType Type,
    Guid ReservationId,
    NumberPool Pool,
    string Start,
    string End,
    DateTimeOffset? Expiry
)
{
    public BackLink? BackLink { get; init; }

    /// <summary>The range by its positions.</summary>
    internal NumberRange Range { get; init; }
}

/// <summary>A range that can be reserved.</summary>
public sealed record FreeNumbers(Guid PoolId, string Start, string End);
