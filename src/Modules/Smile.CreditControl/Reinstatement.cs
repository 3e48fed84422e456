using Smile.Customers.Accounts;
using Smile.Customers.DueWork;
using Smile.Receivables;
using Smile.Receivables.Ports;
using Smile.Session;

namespace Smile.CreditControl;

/// <summary>
/// Schedules the reinstatement of a customer whom credit control has suspended, as soon as money arrives: it is not left to tomorrow's run,
/// nor does the payment wait for it.
/// </summary>
[UseCase]
internal sealed class Reinstatement(StageSession session, DueWorkSchedule schedule) : ILedgerListener
{
    /// <inheritdoc/>
    public Task OnClosedAsync(Account account, FinancialTransaction closed, bool paysAutomatically, CancellationToken cancellation)
    {
        if (account.SuspendedByCreditControl && closed.Amount < 0m)
        {
            schedule.Add(DueWorkKind.RelieveAccount, account, account.Usn.Value, session.Now);
        }

        return Task.CompletedTask;
    }
}
