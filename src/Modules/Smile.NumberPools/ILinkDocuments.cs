using Smile.Session;

namespace Smile.NumberPools;

/// <summary>Writes links as messages carry them.</summary>
[Port]
public interface ILinkDocuments
{
    /// <summary>The XML document of a link.</summary>
    string Write(ReservationLink link);
}
