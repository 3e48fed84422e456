using Smile.Kernel;

namespace Smile.Session;

/// <summary>A row that says who changed it last. Saving writes it, so that no use case can forget to.</summary>
public interface IChangedRow
{
    /// <summary>Where it is left as it is, <see cref="IStageDatabase.ChangedBy"/> is written when the row is saved.</summary>
    Usn ChangedBy { get; set; }
}
