using Microsoft.EntityFrameworkCore;
using Smile.Catalogue;
using Smile.Catalogue.Wording;
using Smile.Correspondence.Dispatch;
using Smile.Customers.Accounts;
using Smile.Customers.DueWork;
using Smile.Customers.Subscriptions;
using Smile.Kernel;
using Smile.Ordering.Lifecycle;
using Smile.Receivables;
using Smile.Session;

namespace Smile.CreditControl;

/// <summary>
/// Treats one account as its terms say: when it reaches a treatment level, the level's actions are carried out, once; when it comes back
/// from one, what credit control has suspended is resumed; when one of its invoices reaches a level, that level's. All of it, and that it
/// was done, is one transaction.
/// </summary>
[UseCase]
public sealed class TreatAccount(
    StageSession session,
    AccountSummaries summaries,
    SubscriptionLifecycle lifecycle,
    RaiseInvoice invoices,
    DispatchQueue dispatch,
    PaymentHistory behaviour,
    AccountQueries accounts,
    ITicketRaiser tickets
) : IDueWorkHandler
{
    public IReadOnlyList<DueWorkKind> Kinds { get; } = [DueWorkKind.RelieveAccount];

    /// <summary>Treats the account in a day's run.</summary>
    /// <param name="day">The run's day, in the company's time zone: of each there is one treatment.</param>
    /// <param name="asOf">The day whose debts count, in the account's time zone; null for today.</param>
    /// <returns>Null where that day's run, or a later one, has treated the account already.</returns>
    public async Task<Treatment?> ExecuteAsync(Usn usn, DateOnly day, DateOnly? asOf, CancellationToken cancellation)
    {
        var account = await session.BeginOnAccountAsync(usn.Value, cancellation);
        var state = await StateAsync(usn, cancellation);
        if (state?.LastRun >= day)
        {
            return null;
        }

        var movedTo = await MoveAsync(account, asOf, cancellation);
        if (movedTo is not null)
        {
            await accounts.AnnounceUpdatedAsync(account, cancellation);
        }

        var treatment = await DecideAsync(account, state, asOf, mayRise: true, cancellation) with { MovedTo = movedTo };
        state = await CarryOutAsync(account, state, treatment, cancellation);
        (state.LastRun, state.Failures, state.LastError) = (day, 0, null);
        await session.CommitAsync(cancellation);
        return treatment;
    }

    /// <summary>What the run would do, were it the given day and nothing paid until then. Changes nothing.</summary>
    /// <param name="day">In the account's time zone; null for today.</param>
    public async Task<Treatment> PreviewAsync(Usn usn, DateOnly? day, CancellationToken cancellation)
    {
        var account = await session.ReadAccountAsync(usn.Value, cancellation);
        var state = await session
            .Database.CreditControlStates.AsNoTracking()
            .FirstOrDefaultAsync(candidate => candidate.AccountUsn == usn, cancellation);
        var movedTo = await MoveAsync(account, day, cancellation);
        return await DecideAsync(account, state, day, mayRise: true, cancellation) with { MovedTo = movedTo };
    }

    /// <summary>Puts the account on the terms that its payments ask for, where it is on responsive terms.</summary>
    /// <returns>Name of the terms that it has now; null where it keeps its own.</returns>
    private async Task<string?> MoveAsync(Account account, DateOnly? day, CancellationToken cancellation)
    {
        var before = account.AccountTermsId;
        account.AccountTermsId = await behaviour.TermsOfAsync(account, day, cancellation);
        return account.AccountTermsId == before ? null : session.Catalogue.AccountTerms(account.AccountTermsId).Name;
    }

    /// <summary>
    /// Lifts what the account has paid for, within a transaction that holds its lock. Nothing gets stricter: that is for the run.
    /// </summary>
    public async Task<Func<Task>?> CarryOutAsync(DueWorkItem work, Account account, CancellationToken cancellation)
    {
        var state = await StateAsync(account.Usn, cancellation);
        var treatment = await DecideAsync(account, state, null, mayRise: false, cancellation);
        await CarryOutAsync(account, state, treatment, cancellation);
        return null;
    }

    private Task<CreditControlState?> StateAsync(Usn usn, CancellationToken cancellation) =>
        session.Database.CreditControlStates.FirstOrDefaultAsync(candidate => candidate.AccountUsn == usn, cancellation);

    private async Task<Treatment> DecideAsync(
        Account account,
        CreditControlState? state,
        DateOnly? day,
        bool mayRise,
        CancellationToken cancellation
    )
    {
        var aged = await summaries.AgedBalanceAsync(account, cancellation, day);
        var terms = session.Catalogue.AccountTerms(account.AccountTermsId);
        var treatment = TreatmentRules.Decide(
            account.Usn,
            terms.TreatmentLevels,
            state,
            terms.Id,
            summaries.PositionOf(account, aged),
            mayRise && !aged.InDispute
        );

        // Late fees alone keep nobody suspended: who is told a sum and pays it is let in again.
        var resumes = treatment.Resumes || summaries.PositionOf(account, aged, withLateFees: false) == 0;

        var warnings = TreatmentLevel.BeforeSuspension(terms.TreatmentLevels);

        // A subscription may have come from another account, suspended by what that one owed.
        var isSuspended =
            account.SuspendedByCreditControl
            || (
                resumes
                && await session.Database.ReadSubscriptions.AnyAsync(
                    subscription => subscription.AccountUsn == account.Usn && subscription.SuspendedByCreditControl,
                    cancellation
                )
            );
        return treatment with
        {
            Resumes = resumes && isSuspended,
            Steps =
            [
                .. treatment.Steps.Where(step =>
                    step.Action.Kind switch
                    {
                        TreatmentActionKind.LateFee => OwesMoreThanFees(
                            aged,
                            terms.TreatmentLevels[step.Position - 1].MinimumIn(account.Currency),
                            step.Position
                        ),

                        // Who is suspended already is not told that this will happen.
                        TreatmentActionKind.Notice => resumes
                            || !account.SuspendedByCreditControl
                            || step.Position > warnings
                            || warnings == terms.TreatmentLevels.Count,
                        _ => true,
                    }
                ),
            ],
            Invoices =
                mayRise && !aged.InDispute && !summaries.OwesTooLittle(account, aged)
                    ? await DecideInvoicesAsync(account, terms, day, cancellation)
                    : [],
        };
    }

    /// <summary>Late fees do not count towards the minimum from which a level charges another.</summary>
    private static bool OwesMoreThanFees(AccountAgedBalance aged, decimal minimum, int position) =>
        AccountSummaries.OverdueWithoutLateFees(aged, position) is var owed && owed > 0m && owed >= minimum;

    private async Task<IReadOnlyList<InvoiceStep>> DecideInvoicesAsync(
        Account account,
        AccountTermsItem terms,
        DateOnly? day,
        CancellationToken cancellation
    )
    {
        if (
            terms.InvoiceLevels.Count == 0
            || await summaries.OverdueInvoicesAsync(account, cancellation, day) is not { Count: > 0 } overdue
        )
        {
            return [];
        }

        var numbers = overdue.Select(invoice => invoice.Number).ToArray();
        var done = await session
            .Database.InvoiceTreatments.AsNoTracking()
            .Where(treatment => numbers.Contains(treatment.TransactionNumber))
            .ToListAsync(cancellation);
        return TreatmentRules.DecideInvoices(terms.InvoiceLevels, terms.Id, account.Currency, overdue, done);
    }

    private async Task<CreditControlState> CarryOutAsync(
        Account account,
        CreditControlState? state,
        Treatment treatment,
        CancellationToken cancellation
    )
    {
        if (treatment.Resumes)
        {
            await ResumeAsync(account, treatment, cancellation);
        }

        foreach (var step in treatment.Steps)
        {
            await CarryOutAsync(account, step, cancellation);
        }

        foreach (var invoice in treatment.Invoices)
        {
            await CarryOutAsync(account, invoice, cancellation);
        }

        if (state is null)
        {
            state = new CreditControlState
            {
                AccountUsn = account.Usn,
                LevelName = treatment.To,
                AccountTermsId = treatment.TermsId,
                Since = session.Now,
            };
            session.Database.CreditControlStates.Add(state);
        }

        if (state.Level != treatment.Position || state.LevelName != treatment.To)
        {
            (state.Level, state.LevelName, state.Since) = (treatment.Position, treatment.To, session.Now);
        }

        state.AccountTermsId = treatment.TermsId;
        return state;
    }

    private async Task CarryOutAsync(Account account, InvoiceStep step, CancellationToken cancellation)
    {
        var treatment = new InvoiceTreatment
        {
            TransactionNumber = step.InvoiceNumber,
            LevelName = step.Level,
            AccountUsn = account.Usn,
            AccountTermsId = account.AccountTermsId,
            Level = step.Position,
            Treated = session.Now,
        };
        session.Database.InvoiceTreatments.Add(treatment);
        foreach (var action in step.Actions)
        {
            if (action.Kind == TreatmentActionKind.Notice)
            {
                dispatch.AddInvoiceNotice(account, step.InvoiceNumber, action, step.Position);
                continue;
            }

            treatment.LateFeeNumber = await ChargeLateFeeAsync(
                account,
                action,
                session.Catalogue.Language(account.CompanyId, account.Properties).Fill(Word.LateFeeOn, step.PrintedNumber),
                cancellation
            );
        }
    }

    private async Task CarryOutAsync(Account account, TreatmentStep step, CancellationToken cancellation)
    {
        switch (step.Action.Kind)
        {
            case TreatmentActionKind.Notice:
                dispatch.AddNotice(account, step.Action, step.Position);
                break;
            case TreatmentActionKind.LateFee:
                await ChargeLateFeeAsync(account, step.Action, null, cancellation);
                break;
            case TreatmentActionKind.Ticket:
                await tickets.RaiseAsync(account, step.Action.TemplateTicket!.Value, $"Credit control: {step.Level}", cancellation);
                break;
            case TreatmentActionKind.Suspend or TreatmentActionKind.DisableLogin:
                await SuspendAsync(account, step, cancellation);
                break;
            default:
                throw new InvalidOperationException($"{step.Action.Kind} is not carried out when a level is reached.");
        }
    }

    /// <param name="description">What it is for; null for what its item says.</param>
    /// <returns>Number of its invoice, which is sent.</returns>
    private async Task<string> ChargeLateFeeAsync(
        Account account,
        TreatmentAction action,
        string? description,
        CancellationToken cancellation
    )
    {
        var fee = await invoices.RaiseFeeAsync(account, action.ItemCode!, action.FeeIn(account.Currency), cancellation, description);
        return fee.Number;
    }

    /// <summary>Logins stay when services are suspended: the customer must be able to look at the account and pay.</summary>
    private async Task SuspendAsync(Account account, TreatmentStep step, CancellationToken cancellation)
    {
        var open = await session
            .Database.LoadSubscriptions.Where(subscription => subscription.AccountUsn == account.Usn && subscription.Closed == null)
            .OrderBy(subscription => subscription.Usn)
            .ToListAsync(cancellation);
        foreach (
            var subscription in open.Where(candidate =>
                (session.Catalogue.Service(candidate.ServiceId)?.IsCatAccess == true)
                == (step.Action.Kind == TreatmentActionKind.DisableLogin)
            )
        )
        {
            await lifecycle.SuspendForCreditControlAsync(account, subscription, $"Credit control: {step.Level}", cancellation);
        }

        account.SuspendedByCreditControl |= open.Any(subscription => subscription.SuspendedByCreditControl);
    }

    private async Task ResumeAsync(Account account, Treatment treatment, CancellationToken cancellation)
    {
        var suspended = await session
            .Database.LoadSubscriptions.Where(subscription =>
                subscription.AccountUsn == account.Usn && subscription.SuspendedByCreditControl
            )
            .OrderBy(subscription => subscription.Usn)
            .ToListAsync(cancellation);
        foreach (var subscription in suspended)
        {
            await lifecycle.ResumeForCreditControlAsync(account, subscription, $"Credit control: {treatment.To}", cancellation);
            subscription.SuspendedByCreditControl = false;
        }

        account.SuspendedByCreditControl = false;
    }
}
