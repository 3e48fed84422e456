namespace Smile.OpenWire.Wire;

/// <summary>Bytes from the peer that are not OpenWire, or more of them than we are willing to read.</summary>
internal sealed class WireException(string message) : Exception(message);
