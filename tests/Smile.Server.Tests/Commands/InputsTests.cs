using System.CommandLine;
using System.Globalization;
using Smile.Cli;

namespace Smile.Server.Tests.Commands;

/// <summary>What commands take, and what they say of anything else.</summary>
public sealed class InputsTests
{
    private const string Nonsense = "0,5x";

    /// <summary>Text is taken as it is; all else has a form, which is told in words that are nobody's types.</summary>
    [Fact]
    public void Every_argument_and_option_says_in_plain_words_what_it_expects()
    {
        var read = 0;
        foreach (var (words, command) in CommandTree.All())
        {
            foreach (var symbol in command.Options.Cast<Symbol>().Concat(command.Arguments))
            {
                var type = symbol is Option option ? option.ValueType : ((Argument)symbol).ValueType;
                string[] given = symbol is Option ? [symbol.Name, Nonsense] : [.. Enumerable.Repeat(Nonsense, command.Arguments.Count)];
                foreach (var line in new[] { given, symbol is Option ? [symbol.Name] : [] })
                {
                    Assert.All(CommandTree.ErrorsOf([.. words, .. line]), AssertPlain);
                }

                // A flag takes nothing but true and false: other words are not for it.
                if (type == typeof(string) || type == typeof(string[]) || type == typeof(bool) || type == typeof(bool?))
                {
                    continue;
                }

                read++;
                var expected = $"{symbol.Name}: '{Nonsense}' is not ";
                Assert.Contains(CommandTree.ErrorsOf([.. words, .. given]), error => error.StartsWith(expected, StringComparison.Ordinal));
            }
        }

        Assert.True(read >= 35, string.Create(CultureInfo.InvariantCulture, $"Only {read} arguments and options were found."));

        static void AssertPlain(string error)
        {
            Assert.DoesNotContain("System.", error, StringComparison.Ordinal);
            Assert.DoesNotContain("`1", error, StringComparison.Ordinal);
            Assert.DoesNotContain("Smile.", error, StringComparison.Ordinal);
        }
    }

    /// <summary>The database takes no other times, wherever they were typed.</summary>
    [Theory]
    [InlineData("2026-01-31T09:30:00+11:00")]
    [InlineData("2026-01-30T17:30:00-05:00")]
    [InlineData("2026-01-30T22:30:00Z")]
    public void A_time_is_the_same_moment_in_UTC(string typed)
    {
        var at = Inputs.Time.Option("--at", "A time");
        var read = new Command("who") { at }
            .Parse(["--at", typed])
            .GetValue(at);
        Assert.Equal(new DateTime(2026, 1, 30, 22, 30, 0), read!.Value.DateTime);
        Assert.Equal(TimeSpan.Zero, read.Value.Offset);
    }

    [Theory]
    [InlineData("credit-control --date 2026-01-31", null)]
    [InlineData("credit-control --date 31.01.2026", "--date: '31.01.2026' is not a date, such as 2026-01-31.")]
    [InlineData("credit-control --date 01/31/2026", "--date: '01/31/2026' is not a date, such as 2026-01-31.")]
    [InlineData("credit-control --date 2026-02-30", "--date: '2026-02-30' is not a date, such as 2026-01-31.")]
    [InlineData("credit-control --date", "Required argument missing for option: '--date'.")]
    [InlineData("clock set 2026-01-31T09:00:00+11:00", null)]
    [InlineData("clock set 2026-01-30T22:00:00Z", null)]
    [InlineData("clock set \"2026-01-30 22:00Z\"", null)]
    [InlineData(
        "clock set 2026-01-31T09:00:00",
        "time: '2026-01-31T09:00:00' is not a time with its offset, such as 2026-01-31T09:00:00+11:00 or 2026-01-30T22:00:00Z."
    )]
    [InlineData("clock advance --days 1", null)]
    [InlineData("clock advance --days 36500", null)]
    [InlineData("clock advance --days 1.5", "--days: '1.5' is not a number of days from 1 to 36500, such as 30.")]
    [InlineData("clock advance --days -3", "--days: '-3' is not a number of days from 1 to 36500, such as 30.")]
    [InlineData("clock advance --days 0", "--days: '0' is not a number of days from 1 to 36500, such as 30.")]
    [InlineData("clock advance --days 36501", "--days: '36501' is not a number of days from 1 to 36500, such as 30.")]
    [InlineData("clock advance --days 99999999999", "--days: '99999999999' is not a number of days from 1 to 36500, such as 30.")]
    [InlineData("bill --parallel 99999999999", "--parallel: '99999999999' is not a whole number of at most 9 digits, such as 12.")]
    [InlineData("dispatch retry 12 99999999999", null)]
    [InlineData("dispatch retry 12 13th", "ids: '13th' is not a whole number of at most 18 digits, such as 12.")]
    [InlineData("dispatch list --status failed", null)]
    [InlineData("dispatch list --status 1", "--status: '1' is not Queued, Sent, Cancelled or Failed.")]
    [InlineData(
        "transaction raise Invoice 1 --charge cst=1",
        "type: 'Invoice' is not ItemisedCredit, ItemisedDebit or RecipientCreatedTaxInvoice."
    )]
    [InlineData("transaction raise ItemisedDebit 1 --charge cst=1 --charge cst=1=Text", null)]
    [InlineData(
        "transaction raise ItemisedDebit 1 --charge cst=0,50",
        "--charge: 'cst=0,50' is not ITEMCODE=AMOUNT or ITEMCODE=AMOUNT=TEXT, such as cst=80.00=Refund."
    )]
    [InlineData(
        "transaction transfer 1 2 0,50",
        "amount: '0,50' is not an amount with a point and without marks between thousands, such as 1234.50."
    )]
    [InlineData("transaction transfer 1 2 -0.50", null)]
    [InlineData("account auto-payment 1 terms", null)]
    [InlineData("account auto-payment 1 type", "option: 'type' is not a whole number of at most 9 digits, such as 12, nor 'terms'.")]
    [InlineData("catalogue apply --dry-run catalogue", null)]
    [InlineData("user add portal --all-accounts false --view-password --package 61 --package 62", null)]
    [InlineData("user add portal --package 61 --package b", "--package: 'b' is not a whole number of at most 9 digits, such as 12.")]
    [InlineData("bill --dry-run --approval Manual", null)]
    [InlineData("bill approve --run 1", null)]
    public void What_is_of_another_form_is_refused(string line, string? expected)
    {
        var errors = CommandTree.Root().Parse(line).Errors.Select(error => error.Message);
        Assert.Equal(expected is null ? [] : [expected], errors);
    }

    /// <summary>The command behind it would not read it: 'bill --dry-run approve' must approve nothing.</summary>
    [Fact]
    public void An_option_before_another_command_is_refused()
    {
        foreach (var (words, command) in CommandTree.All().Where(each => each.Command.Options.Count > 0))
        {
            var pairs = from option in command.Options from subcommand in command.Subcommands select (option, subcommand.Name);
            foreach (var (option, name) in pairs)
            {
                string[] value = option.ValueType == typeof(bool) ? [] : ["1"];
                Assert.Contains(
                    $"{option.Name} stands before '{name}', which would not read it. Give the options of '{name}' after it.",
                    CommandTree.ErrorsOf([.. words, option.Name, .. value, name])
                );
            }
        }

        Assert.NotEmpty(CommandTree.ErrorsOf("bill", "--dry-run", "approve"));
    }
}
