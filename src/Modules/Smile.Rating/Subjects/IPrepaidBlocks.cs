using Smile.Kernel;
using Smile.Session;

namespace Smile.Rating.Subjects;

/// <summary>A prepaid block that a subscription was given.</summary>
/// <param name="Code">Which of the catalogue's it is.</param>
/// <param name="ChargeType">The component of usage that it pays for.</param>
/// <param name="Quantity">Units that were bought; null for any number of them.</param>
/// <param name="Corrected">What is taken as used of it besides what was; below zero where some was given back.</param>
/// <param name="End">Until when it can be used, which no longer belongs to it; null for no end.</param>
public sealed record GivenPrepaid(
    long Id,
    string Code,
    int ChargeType,
    decimal? Quantity,
    decimal Corrected,
    DateTimeOffset Start,
    DateTimeOffset? End
);

/// <summary>Knows the prepaid blocks of subscriptions.</summary>
[Port]
public interface IPrepaidBlocks
{
    /// <summary>All that subscriptions were ever given.</summary>
    Task<ILookup<Usn, GivenPrepaid>> OfAsync(IReadOnlyCollection<Usn> subscriptions, CancellationToken cancellation);
}
