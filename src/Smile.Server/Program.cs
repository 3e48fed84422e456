using System.CommandLine;
using Smile.Server.Commands;

// Times on the wire are in the accounts' zones; the process itself keeps to UTC.
Environment.SetEnvironmentVariable("TZ", "UTC");

var root = new RootCommand("Smile server: a business support system that speaks the Smile API");
root.Subcommands.Add(ServeCommand.Create());
root.Subcommands.Add(MigrateCommand.Create());
root.Subcommands.Add(CatalogueCommand.Create());
root.Subcommands.Add(UserCommand.Create());
root.Subcommands.Add(PasswordsCommand.Create());
root.Subcommands.Add(BusCommand.Create());
root.Subcommands.Add(TransactionCommand.Create());
root.Subcommands.Add(TransactionCommand.CreateDispute());
root.Subcommands.Add(TransactionCommand.CreateDiscount());
root.Subcommands.Add(TransactionCommand.CreateDebtorCloseDate());
root.Subcommands.Add(GeneralLedgerCommand.Create());
root.Subcommands.Add(PaymentCommand.CreatePayment());
root.Subcommands.Add(PaymentCommand.CreatePaymentPlan());
root.Subcommands.Add(PaymentBatchCommand.Create());
root.Subcommands.Add(AccountCommand.Create());
root.Subcommands.Add(CreditControlCommand.Create());
root.Subcommands.Add(DispatchCommand.Create());
root.Subcommands.Add(ProvisionCommand.Create());
root.Subcommands.Add(CardKeysCommand.Create());
root.Subcommands.Add(StatementCommand.Create());
root.Subcommands.Add(BillCommand.Create());
root.Subcommands.Add(ClockCommand.Create());
root.Subcommands.Add(WorkCommand.Create());
root.Subcommands.Add(RetentionCommand.Create());
root.Subcommands.Add(StageCommand.Create());
root.Subcommands.Add(OperationsCommand.Create());
root.Subcommands.Add(OperationsCommand.CreateReference());
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
