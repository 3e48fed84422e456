using System.CommandLine;
using System.CommandLine.Parsing;

namespace Smile.Cli;

/// <summary>Reads what was typed.</summary>
/// <returns>False where it is of another form.</returns>
internal delegate bool InputReader<T>(string text, out T value);

/// <summary>
/// A form of what is typed at the command line. It makes the arguments and options that take it, so that all of them refuse another one in
/// the same words: with their name, what was typed and what is expected.
/// </summary>
/// <param name="expected">Ends "'x' is not …".</param>
/// <param name="helpName">What the help shows in its place; null for what suits the type.</param>
internal sealed class InputForm<T>(string expected, InputReader<T> read, string? helpName = null)
{
    public Option<T> RequiredOption(string name, string description) =>
        new(name)
        {
            Description = description,
            Required = true,
            CustomParser = ReadOne,
        };

    /// <param name="otherwise">Where the option is absent.</param>
    public Option<T> OptionOr(T otherwise, string name, string description) =>
        new(name)
        {
            Description = description,
            DefaultValueFactory = _ => otherwise,
            CustomParser = ReadOne,
        };

    /// <summary>An option that is given several times.</summary>
    public Option<T[]> RepeatedOption(string name, string description) => new(name) { Description = description, CustomParser = ReadAll };

    public Argument<T> Argument(string name, string description) =>
        new(name)
        {
            Description = description,
            HelpName = helpName,
            CustomParser = ReadOne,
        };

    public Argument<T[]> Arguments(string name, string description, ArgumentArity arity) =>
        new(name)
        {
            Description = description,
            Arity = arity,
            CustomParser = ReadAll,
        };

    internal T ReadOne(ArgumentResult result) => Read(result, result.Tokens.Count == 0 ? "" : result.Tokens[0].Value);

    private T[] ReadAll(ArgumentResult result) => [.. result.Tokens.Select(token => Read(result, token.Value))];

    private T Read(ArgumentResult result, string text)
    {
        if (!read(text, out var value))
        {
            var name = result.Parent is OptionResult option ? option.Option.Name : result.Argument.Name;
            result.AddError($"{name}: '{text}' is not {expected}.");
        }

        return value;
    }
}
