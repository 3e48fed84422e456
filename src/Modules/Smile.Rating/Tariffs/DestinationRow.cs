using Smile.Kernel;
using Smile.Session;

namespace Smile.Rating.Tariffs;

/// <summary>A destination of a service as it is kept.</summary>
internal sealed class DestinationRow : IChangedRow
{
    public int Id { get; init; }

    public required int Service { get; init; }

    /// <summary>The company that it is shown with; null for the first one.</summary>
    public int? Company { get; init; }

    public required string Name { get; init; }

    /// <summary>One of <see cref="DestinationClasses"/>.</summary>
    public required string Class { get; init; }

    public bool IsOverrideable { get; init; }

    public OnNet OnNet { get; init; }

    public Usn ChangedBy { get; set; }
}

/// <summary>The classes of destinations, in Smile's words (guide, line 19260).</summary>
internal static class DestinationClasses
{
    public const string Domestic = "Domestic";

    public static IReadOnlyList<string> All { get; } = [Domestic, "International", "Data", "Premium Service", "Service"];
}
