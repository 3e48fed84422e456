using System.CommandLine;

namespace Smile.Cli;

/// <summary>The commands that operators give.</summary>
public static class OperatorCommands
{
    public static IReadOnlyList<Command> Create(AssembleServer assemble) =>
        [
            MigrateCommand.Create(),
            CatalogueCommand.Create(),
            UserCommand.Create(),
            PasswordsCommand.Create(),
            BusCommand.Create(),
            TransactionCommand.Create(),
            TransactionCommand.CreateDispute(),
            TransactionCommand.CreateDiscount(),
            TransactionCommand.CreateDebtorCloseDate(),
            GeneralLedgerCommand.Create(),
            PaymentCommand.CreatePayment(),
            PaymentCommand.CreatePaymentPlan(),
            PaymentBatchCommand.Create(),
            AccountCommand.Create(),
            CreditControlCommand.Create(),
            DispatchCommand.Create(),
            ProvisionCommand.Create(),
            SubserviceCommand.Create(),
            IpCommand.Create(),
            CardKeysCommand.Create(),
            StatementCommand.Create(),
            BillCommand.Create(),
            ClockCommand.Create(assemble),
            PoolCommand.Create(),
            VoucherCommand.Create(),
            UsageCommand.Create(),
            TariffCommand.Create(),
            CollectionCommand.Create(),
            TicketCommand.Create(),
            WorkCommand.Create(),
            RetentionCommand.Create(),
            StageCommand.Create(),
        ];
}
