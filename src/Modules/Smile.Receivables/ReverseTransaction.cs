using Smile.Contracts;
using Smile.Contracts.Faults;
using Smile.Customers.Accounts;
using Smile.Kernel;
using Smile.Session;

namespace Smile.Receivables;

/// <summary>reverseTransaction(): a new transaction takes another one back (guide, lines 5109, 17635).</summary>
[UseCase]
public sealed class ReverseTransaction(StageSession session, Ledger ledger, Allocations allocations, Retractions retractions)
{
    public async Task<TransactionDetailType> ExecuteAsync(
        string usn,
        ReverseTransactionRequestType document,
        CancellationToken cancellation
    )
    {
        if (string.IsNullOrWhiteSpace(usn))
        {
            throw Refuse.Invalid("usn", "", "Name the account of the transaction.");
        }

        if (document.Comment?.Length > FinancialTransaction.MaxDescriptionLength)
        {
            throw Refuse.Invalid("Comment", "", $"A comment has at most {FinancialTransaction.MaxDescriptionLength} characters.");
        }

        var account = await session.BeginOnAccountAsync(usn, cancellation);
        var original = (await allocations.FindAsync(account, [document.Number], cancellation))[document.Number.Trim()];
        if (!session.Catalogue.IsSalesReportCategory(document.SalesReportCategory))
        {
            throw Refuse.NotFound("SalesReportCategory", document.SalesReportCategory, "There is no such sales report category.");
        }

        var kind = RequireReversible(original);
        await retractions.RequireKeptAsync(original, "Number", cancellation);
        var day = EffectiveDates.Checked(session, account, document.ReversalDate.Date, "ReversalDate");
        if (day < original.TransactionDate)
        {
            throw Refuse.Invalid(
                "ReversalDate",
                document.ReversalDate,
                $"The transaction is of {original.TransactionDate:yyyy-MM-dd}: it cannot be reversed before."
            );
        }

        await ledger.RequireOpenPeriodAsync(account, day, "ReversalDate", Fault.InvalidRequestException, cancellation);
        var reversal = await ledger.ReverseAsync(
            account,
            original,
            new NewTransaction(
                kind,
                new Money(-original.Amount, session.CurrencyOf(account)),
                -original.GstAmount,
                EffectiveDates.On(session, account, day),
                TransactionSources.Manual
            )
            {
                SalesReportCategory = document.SalesReportCategory,
                GlCode = original.GlCode,
                ReferencedNumber = original.Number,
                Description = string.IsNullOrWhiteSpace(document.Comment) ? null : document.Comment,
            },
            day,
            cancellation
        );
        var documents = await ledger.DocumentsAsync(account, [], cancellation);
        await session.CommitAsync(cancellation);
        return documents.Detail(reversal, TransactionView.Result);
    }

    private static TransactionType RequireReversible(FinancialTransaction original)
    {
        if (!original.IsClosed)
        {
            throw Refuse.Invalid("Number", original.Number, "Only closed transactions are reversed.");
        }

        if (original.IsReversed)
        {
            throw Refuse.Invalid("Number", original.Number, $"The transaction was already taken back, by {original.ReversedBy}.");
        }

        return original.ReferencedNumber is null && original.Type.Reversal() is { } kind
            ? kind
            : throw Refuse.Invalid(
                "Number",
                original.Number,
                $"{original.Type.WithCapitalArticle()} cannot be "
                    + $"reversed{(original.ReferencedNumber is { } other ? $": it belongs to {other}" : "")}. Raise an adjustment instead."
            );
    }
}
