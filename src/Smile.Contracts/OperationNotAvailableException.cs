namespace Smile.Contracts;

/// <summary>The operation is part of the contract and not built yet (docs/operations.md lists which are).</summary>
public sealed class OperationNotAvailableException(string endpoint, string operation)
    : Exception($"OperationNotAvailableException [operation={endpoint}/{operation}]. This operation is not yet available on this server.");
