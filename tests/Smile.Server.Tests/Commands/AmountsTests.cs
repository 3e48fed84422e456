using System.CommandLine;
using System.Reflection;
using Smile.Server.Commands;

namespace Smile.Server.Tests.Commands;

/// <summary>Amounts of the command line: a decimal comma parts no thousands.</summary>
public sealed class AmountsTests
{
    [Theory]
    [InlineData("0.50", 0.5)]
    [InlineData("-12", -12.0)]
    [InlineData("1234.56", 1234.56)]
    [InlineData("0,50", null)]
    [InlineData("1,234.56", null)]
    [InlineData("1.234,56", null)]
    [InlineData("$5", null)]
    [InlineData("1e3", null)]
    [InlineData("", null)]
    public void An_amount_has_a_point_and_no_comma(string text, double? amount) => Assert.Equal((decimal?)amount, Amounts.Parse(text));

    /// <summary>Every command that there is, also those to come.</summary>
    [Fact]
    public void No_command_takes_a_comma_in_an_amount()
    {
        var amounts = 0;
        foreach (var (command, symbol) in Commands().SelectMany(Leaves).SelectMany(command => command.Options.Cast<Symbol>().Concat(command.Arguments).Select(symbol => (command, symbol))))
        {
            var type = symbol is Option option ? option.ValueType : ((Argument)symbol).ValueType;
            if (type != typeof(decimal) && type != typeof(decimal?))
            {
                continue;
            }

            amounts++;
            var arguments = symbol is Option named ? [named.Name, "0,50"] : Enumerable.Repeat("0,50", command.Arguments.Count).ToArray();
            Assert.Contains(command.Parse(arguments).Errors, error => error.Message.StartsWith("'0,50' is not an amount. Write it with a point", StringComparison.Ordinal));
        }

        Assert.True(amounts >= 3, $"{amounts} amounts were found.");
    }

    private static IEnumerable<Command> Leaves(Command command) => command.Subcommands.Count == 0 ? [command] : command.Subcommands.SelectMany(Leaves);

    private static IEnumerable<Command> Commands() => typeof(PaymentCommand).Assembly.GetTypes()
        .Where(type => type.Namespace == typeof(PaymentCommand).Namespace)
        .SelectMany(type => type.GetMethods(BindingFlags.Static | BindingFlags.Public))
        .Where(method => method.ReturnType == typeof(Command) && method.GetParameters().Length == 0)
        .Select(method => (Command)method.Invoke(null, null)!);
}
