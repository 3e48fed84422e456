namespace Smile.CustomCollections.Storage;

/// <summary>What whoever changes entries waits for: it is kept until the transaction ends.</summary>
public static class CollectionLock
{
    public const string Statement = "SELECT pg_advisory_xact_lock(hashtextextended('custom collections', 0))";
}
