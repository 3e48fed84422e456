using System.CommandLine;
using Smile.Domain.Foundation;
using Smile.Kernel;

namespace Smile.Server.Commands;

/// <summary>A command that does one thing on a stage, in the operator's name.</summary>
/// <param name="act">Does it. Gives a sentence that says what was done; null where it has written what there is to see.</param>
internal sealed class SessionCommand(string name, string description, Func<ParseResult, StageSession, CancellationToken, Task<string?>> act)
    : Command(name, description)
{
    public Task<string?> ActAsync(ParseResult parsed, StageSession session, CancellationToken cancellation) =>
        act(parsed, session, cancellation);
}
