using Smile.Contracts;
using Smile.Contracts.Faults;
using Smile.Customers.Accounts;
using Smile.Kernel;
using Smile.Session;

namespace Smile.Receivables;

/// <summary>raiseReimbursement(): money that was paid goes back to the customer (guide, line 5017).</summary>
[UseCase]
public sealed class Reimbursements(StageSession session, Ledger ledger)
{
    public async Task<TransactionDetailType> RaiseAsync(string usn, ReimbursementRequestType document, CancellationToken cancellation)
    {
        if (string.IsNullOrWhiteSpace(usn))
        {
            throw Refuse.Invalid("usn", "", "Name the account to reimburse.");
        }

        if (document.Comment?.Length > FinancialTransaction.MaxDescriptionLength)
        {
            throw Refuse.Invalid("Comment", "", $"A comment has at most {FinancialTransaction.MaxDescriptionLength} characters.");
        }

        var account = await session.BeginOnAccountAsync(usn, cancellation);
        var currency = session.CurrencyOf(account);
        var amount = AmountRules.Positive(document.Amount, currency, "Amount");
        var day = EffectiveDates.Checked(session, account, document.EffectiveDate.Date, "EffectiveDate");
        await ledger.RequireOpenPeriodAsync(account, day, "EffectiveDate", Fault.InvalidRequestException, cancellation);

        // The first moment of the date at the offset that it was written with (guide, lines 5045, 5070).
        var zone = session.ZoneOf(account);
        var stated = document.EffectiveDate.Offset is { } offset
            ? new DateTimeOffset(day.ToDateTime(TimeOnly.MinValue), offset).ToUniversalTime()
            : zone.StartOf(day);
        var transaction = await ledger.RaiseAsync(
            account,
            new NewTransaction(
                TransactionType.Reimbursement,
                new Money(amount, currency),
                0m,
                zone.DateOf(stated) == day ? stated : zone.StartOf(day),
                TransactionSources.Manual
            )
            {
                Description = string.IsNullOrWhiteSpace(document.Comment) ? null : document.Comment,
            },
            cancellation
        );
        await session.CommitAsync(cancellation);
        return (await ledger.DocumentsAsync(account, [], cancellation)).Detail(transaction, TransactionView.Result);
    }
}
