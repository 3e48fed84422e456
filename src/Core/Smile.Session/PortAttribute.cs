namespace Smile.Session;

/// <summary>
/// What a module needs of modules above it, which it may not refer to: they implement it in a use case, and whoever needs it asks for the
/// interface.
/// </summary>
[AttributeUsage(AttributeTargets.Interface)]
public sealed class PortAttribute : Attribute;
