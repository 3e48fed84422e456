using Smile.OpenWire.Wire;

namespace Smile.OpenWire.Transport;

/// <summary>Where a dispatched message goes.</summary>
internal interface IDispatchTarget : IAsyncDisposable
{
    /// <summary>Takes a message without waiting.</summary>
    /// <returns>False when the broker sends more than it was asked for.</returns>
    bool TryDispatch(MessageDispatch dispatch);

    /// <summary>No more will come.</summary>
    void Complete(BrokerException reason);
}
