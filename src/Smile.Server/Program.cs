using System.CommandLine;
using Smile.Cli;
using Smile.Server;
using Smile.Server.Commands;

// Times on the wire are in the accounts' zones; the process itself keeps to UTC.
Environment.SetEnvironmentVariable("TZ", "UTC");

var root = CommandLine.Create();
try
{
    return await root.Parse(args.Length == 0 ? ["serve"] : args)
        .InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
}
catch (Exception exception) when (CommandFailure.Explain(exception) is { } sentence)
{
    await Console.Error.WriteLineAsync(sentence);
    return 1;
}
