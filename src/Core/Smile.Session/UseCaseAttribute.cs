namespace Smile.Session;

/// <summary>Marks what the server offers: registered for each call by its host, with the call's <see cref="StageSession"/>.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class UseCaseAttribute : Attribute;
