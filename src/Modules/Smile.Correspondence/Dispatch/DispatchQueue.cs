using System.Text.Json;
using Smile.Catalogue;
using Smile.Customers.Accounts;
using Smile.Customers.Subscriptions;
using Smile.Kernel;
using Smile.Receivables;
using Smile.Receivables.Ports;
using Smile.Session;

namespace Smile.Correspondence.Dispatch;

/// <summary>
/// Puts documents and notices into the dispatch queue, in the transaction of the operation that brings them about: what is rolled back is
/// not sent. How an account is written to is what its terms say.
/// </summary>
[UseCase]
public sealed class DispatchQueue(StageSession session) : ILedgerListener, ITransactionDispatch
{
    /// <summary>Tells of money to the customer's credit, which nobody has to pay.</summary>
    private const string CreditTemplate = "dispatch-credit";

    /// <summary>The field that mail is sent to (guide, line 884).</summary>
    internal const string AddressField = "emailAddress";

    /// <summary>
    /// Queues the document of a transaction that was closed, wherever it comes from: the one place from which customers learn of their
    /// debts and credits, so that nobody is reminded of what was never sent.
    /// </summary>
    /// <param name="account">Locked.</param>
    public Task OnClosedAsync(Account account, FinancialTransaction closed, bool paysAutomatically, CancellationToken cancellation)
    {
        switch (closed.Type)
        {
            case TransactionType.Invoice:
                Add(account, DispatchKind.Invoice, closed, closed.Amount < 0m ? CreditTemplate : null);
                break;
            case TransactionType.CreditNote
            or TransactionType.ItemisedCredit
            or TransactionType.RecipientCreatedTaxInvoice
            or TransactionType.DebitNote
            or TransactionType.ItemisedDebit:
            case var type when TakesBackWhatIsSent(type):
                Add(account, DispatchKind.Note, closed, closed.Amount < 0m ? CreditTemplate : null);
                break;
            case TransactionType.Receipt when session.Catalogue.AccountTerms(account.AccountTermsId).DispatchReceipts:
                Add(account, DispatchKind.Receipt, closed);
                break;
            default:
                break;
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public void SendNote(Account account, FinancialTransaction transaction) => Add(account, DispatchKind.Note, transaction);

    /// <summary>Whether it reverses something whose document may have been sent; whether it was is seen when its turn comes.</summary>
    private static bool TakesBackWhatIsSent(TransactionType type) =>
        type.Reverses()
            is TransactionType.Invoice
                or TransactionType.Surcharge
                or TransactionType.Receipt
                or TransactionType.ItemisedCredit
                or TransactionType.ItemisedDebit
                or TransactionType.RecipientCreatedTaxInvoice;

    /// <param name="account">Locked.</param>
    /// <param name="transaction">The transaction whose document is sent.</param>
    /// <param name="template">The mail template; null for the kind's own, such as <c>dispatch-invoice</c>.</param>
    /// <returns>Null where the account's terms say that nothing is sent.</returns>
    public DispatchItem? Add(Account account, DispatchKind kind, FinancialTransaction transaction, string? template = null)
    {
        var item = Queue(account, kind, template);
        item?.TransactionNumber = transaction.Number;
        return item;
    }

    /// <summary>Queues an account's statement.</summary>
    /// <param name="from">First day, in the account's time zone.</param>
    /// <param name="to">Last day.</param>
    /// <returns>Null where the account's terms say that nothing is sent.</returns>
    public DispatchItem? AddStatement(Account account, DateOnly from, DateOnly to, string? template = null)
    {
        var item = Queue(account, DispatchKind.Statement, template);
        item?.StatementFrom = from;
        item?.StatementTo = to;
        return item;
    }

    /// <summary>Queues a notice of credit control, which is not sent to an account that has left its level by then.</summary>
    /// <param name="notice">The action that asks for it.</param>
    /// <param name="level">Position of the treatment level, from 1.</param>
    public DispatchItem? AddNotice(Account account, TreatmentAction notice, int level)
    {
        var item = Queue(account, DispatchKind.Notice, notice.Template);
        item?.TreatmentLevel = level;
        item?.AccountTermsId = account.AccountTermsId;
        item?.Attach = notice.Attach;
        return item;
    }

    /// <summary>Queues a notice about one invoice, with the invoice; it is not sent where the invoice has left the level by then.</summary>
    /// <param name="level">Position of the invoice's level, from 1.</param>
    public DispatchItem? AddInvoiceNotice(Account account, string invoiceNumber, TreatmentAction notice, int level)
    {
        var item = AddNotice(account, notice, level);
        item?.TransactionNumber = invoiceNumber;
        return item;
    }

    /// <summary>Queues a letter with a text of its own. It goes by mail whatever the account's terms say of documents.</summary>
    /// <param name="account">The customer's, locked.</param>
    /// <param name="subscription">What it is about; null for the account.</param>
    /// <param name="address">Who of the company gets it; null for the customer.</param>
    /// <param name="references">Message-IDs of the mails that it belongs with, the last that which it answers.</param>
    public void AddLetter(
        Account account,
        string subject,
        string text,
        Usn? subscription,
        string? address,
        IReadOnlyList<string> references
    )
    {
        var item = Queue(account, DispatchKind.Letter, null, DispatchChannel.Email);
        item.SubscriptionUsn = subscription;
        item.Address = address;
        item.Subject = subject;
        item.Body = text;
        item.MailReferences = references.Count == 0 ? null : string.Join(' ', references.Select(id => $"<{id}>"));
    }

    /// <summary>
    /// Queues a mail about a threshold of usage or a credit limit. It goes whatever the account's terms say of documents, but not where
    /// neither the subscription nor the account has an address.
    /// </summary>
    /// <param name="account">The customer's, locked.</param>
    /// <param name="subscription">What it is about; null for the account.</param>
    /// <param name="values">What the places of the template stand for.</param>
    public void AddUsageNotice(Account account, Subscription? subscription, string template, IReadOnlyDictionary<string, string> values)
    {
        if (AddressOf(subscription, account) is { Length: > 0 } address)
        {
            var item = Queue(account, DispatchKind.UsageNotice, template, DispatchChannel.Email);
            item.SubscriptionUsn = subscription?.Usn;
            item.Recipient = address;
            item.TemplateValues = JsonSerializer.Serialize(values);
        }
    }

    /// <summary>Where mail about a subscription goes: to its own address, or to the account's.</summary>
    internal static string? AddressOf(Subscription? subscription, Account account) =>
        subscription?.Properties[AddressField] is { Length: > 0 } own ? own : account.Properties[AddressField];

    private DispatchItem? Queue(Account account, DispatchKind kind, string? template)
    {
        var channel = session.Catalogue.AccountTerms(account.AccountTermsId).Dispatch;
        return channel == DispatchChannel.None ? null : Queue(account, kind, template, channel);
    }

    private DispatchItem Queue(Account account, DispatchKind kind, string? template, DispatchChannel channel)
    {
        var item = new DispatchItem
        {
            AccountUsn = account.Usn,
            Kind = kind,
            Template = template ?? "dispatch-" + kind.ToString().ToLowerInvariant(),
            Channel = channel,
            Recipient = channel == DispatchChannel.Email ? account.Properties[AddressField] : null,
            Status = DispatchStatus.Queued,
            NextAttempt = session.Now,
            Queued = session.Now,
        };
        session.Database.DispatchItems.Add(item);
        return item;
    }
}
