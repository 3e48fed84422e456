using System.CommandLine;
using Smile.Hosting.Stages;

namespace Smile.Cli;

/// <summary>A command that does one thing on a stage, in the operator's name.</summary>
/// <param name="act">Does it. Gives a sentence that says what was done; null where it has written what there is to see.</param>
internal sealed class SessionCommand(string name, string description, Func<ParseResult, UseCaseScope, CancellationToken, Task<string?>> act)
    : Command(name, description)
{
    public Task<string?> ActAsync(ParseResult parsed, UseCaseScope scope, CancellationToken cancellation) =>
        act(parsed, scope, cancellation);
}
