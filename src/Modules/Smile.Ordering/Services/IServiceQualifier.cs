using Smile.Catalogue;
using Smile.Kernel;

namespace Smile.Ordering.Services;

/// <summary>A module that finds out whether a service can be had, at an upstream provider or elsewhere.</summary>
public interface IServiceQualifier
{
    /// <summary>The kind that the catalogue names it by.</summary>
    string Kind { get; }

    /// <exception cref="QualificationFailedException">There is no answer.</exception>
    Task<FieldValues> QualifyAsync(Service service, QualifierItem settings, FieldValues arguments, CancellationToken cancellation);
}

/// <summary>A qualification that could not be made. The message is shown to the caller.</summary>
public sealed class QualificationFailedException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>Answers from the rows of the catalogue: the first row whose values match.</summary>
public sealed class TableServiceQualifier : IServiceQualifier
{
    public string Kind => "table";

    public Task<FieldValues> QualifyAsync(Service service, QualifierItem settings, FieldValues arguments, CancellationToken cancellation)
    {
        var row =
            settings.Rows.FirstOrDefault(candidate => candidate.When.All(condition => Matches(condition.Value, arguments[condition.Key])))
            ?? throw new QualificationFailedException("No row of the qualification table matches the arguments.");
        return Task.FromResult(new FieldValues([.. row.Answer.Select(answer => Value(answer.Key, answer.Value))]));
    }

    private static bool Matches(string pattern, string? value) =>
        pattern switch
        {
            "*" => value is not null,
            [.. var prefix, '*'] => value?.StartsWith(prefix, StringComparison.OrdinalIgnoreCase) ?? false,
            _ => string.Equals(pattern, value, StringComparison.OrdinalIgnoreCase),
        };

    private static FieldValue Value(string name, string value) =>
        new(name, value is "true" or "false" ? FieldKind.Boolean : FieldKind.String, value);
}
