using System.Data.Common;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Smile.Catalogue;
using Smile.Catalogue.Wording;
using Smile.Contracts;
using Smile.Correspondence.Dispatch.Storage;
using Smile.Correspondence.Documents;
using Smile.Customers.Accounts;
using Smile.Customers.Accounts.Storage;
using Smile.Customers.Subscriptions;
using Smile.Kernel;
using Smile.Receivables;
using Smile.Session;

namespace Smile.Correspondence.Dispatch;

/// <summary>
/// Sends the next item of the dispatch queue. Its row stays locked until it is known what became of it, so that no other server sends it;
/// if this one dies behind the mail server's acceptance, the mail goes again with the same Message-ID.
/// </summary>
[UseCase]
public sealed class SendDispatch(
    StageSession session,
    AccountSummaries summaries,
    DispatchFiles files,
    IMailSender mail,
    IDispatchFolder folder,
    ILetterAddress letters
)
{
    /// <returns>False where nothing is to be sent now.</returns>
    public async Task<bool> ExecuteAsync(CancellationToken cancellation)
    {
        await session.Database.BeginAsync(cancellation);
        if (await session.Database.TakeDispatchAsync(session.Now, cancellation) is not { } item)
        {
            return false;
        }

        var account = await session.Database.ReadAccounts.FirstAsync(candidate => candidate.Usn == item.AccountUsn, cancellation);
        SentMail? sent = null;
        try
        {
            sent = await SendAsync(item, account, cancellation);
        }
        catch (MailFailedException exception)
        {
            item.Fail(exception.Message, exception.IsFinal, session.Now);
        }
        catch (Exception exception) when (exception is not (OperationCanceledException or DbException))
        {
            // Whatever is wrong with one item must not hold up those behind it.
            item.Fail(exception.Message, isFinal: false, session.Now);
        }

        if (sent is not null && (await session.Database.LockAccountsAsync([item.AccountUsn], CancellationToken.None)) is [var locked])
        {
            session.Announce(CorrespondenceMessages.CorrespondenceSent(locked, Correspondence(item, locked, sent)));
        }

        // Once it is sent, stopping the server must not undo that it is.
        await session.CommitAsync(CancellationToken.None);
        return true;
    }

    /// <summary>The identifier of a notification type: made of its name, so that it is the same on every stage and server.</summary>
    public static Guid NotificationType(string template) => NameBasedUuid.Of("notification:" + template);

    /// <returns>The mail; null where nobody was written to by mail.</returns>
    private async Task<SentMail?> SendAsync(DispatchItem item, Account account, CancellationToken cancellation)
    {
        if (item.Kind == DispatchKind.Letter)
        {
            return await SendLetterAsync(item, account);
        }

        if (item.Kind == DispatchKind.UsageNotice)
        {
            return await SendUsageNoticeAsync(item, account, cancellation);
        }

        var aged = await summaries.AgedBalanceAsync(account, cancellation);
        var position = summaries.PositionOf(account, aged);
        var overdue = item.Kind == DispatchKind.Notice ? await summaries.OverdueInvoicesAsync(account, cancellation) : [];
        if (
            !IsNeeded(item, account, aged, position, overdue)
            || await IsTakenBackAsync(item, cancellation)
            || await TakesBackUnsentAsync(item, cancellation)
        )
        {
            item.Status = DispatchStatus.Cancelled;
            return null;
        }

        var addressee = await AddresseeAsync(item, account, cancellation);
        if (item.Channel == DispatchChannel.Email)
        {
            // Asked before documents are made: pages cost a thousand times what these answers do.
            RequireAddress(item, addressee);
            mail.RequireServer();
        }

        var document = await files.DocumentAsync(item, cancellation);
        var attached = await files.OfAsync(item, account, document, overdue, cancellation);
        var values = Values(account, addressee, document, aged, position);
        if (item is { Kind: DispatchKind.Notice, TransactionNumber: not null })
        {
            values["level"] = LevelOf(item)!.Name;
        }

        if (item.Kind == DispatchKind.Notice)
        {
            values["invoices"] = Listed(overdue, account, aged, LanguageOf(account, addressee));
        }

        SentMail? sent = null;
        if (item.Channel == DispatchChannel.Email)
        {
            sent = await mail.SendAsync(
                new Mail(item.Template, item.Recipient!, values)
                {
                    Language = LanguageOf(account, addressee).Code,
                    Attachments = attached,
                    MessageId = MessageId(item),
                },
                CancellationToken.None
            );
        }
        else
        {
            await WriteAsync(item, attached, values, LanguageOf(account, addressee), cancellation);
        }

        MarkSent(item);
        return sent;
    }

    /// <summary>Mails a letter to the customer, who is not whoever pays for him, or to people of the company.</summary>
    /// <returns>The mail; null where it is none to the customer.</returns>
    private async Task<SentMail?> SendLetterAsync(DispatchItem item, Account account)
    {
        if (item.Address is { } address)
        {
            item.Recipient = address;
        }
        else
        {
            RequireAddress(item, account);
        }

        var sent = await SendAloneAsync(
            item,
            account,
            new Dictionary<string, string> { ["subject"] = item.Subject!, ["text"] = item.Body! },
            letters.From
        );
        return item.Address is null ? sent : null;
    }

    private async Task<SentMail> SendUsageNoticeAsync(DispatchItem item, Account account, CancellationToken cancellation)
    {
        var subscription = await session.Database.ReadSubscriptions.FirstOrDefaultAsync(
            each => each.Usn == item.SubscriptionUsn,
            cancellation
        );
        item.Recipient = DispatchQueue.AddressOf(subscription, account);
        RequireRecipient(item);
        return await SendAloneAsync(
            item,
            account,
            JsonSerializer.Deserialize<Dictionary<string, string>>(item.TemplateValues!)!,
            from: null
        );
    }

    /// <summary>Sends a mail about no document, to the recipient that the item has.</summary>
    /// <param name="from">Null for the address of the settings.</param>
    private async Task<SentMail> SendAloneAsync(
        DispatchItem item,
        Account account,
        IReadOnlyDictionary<string, string> values,
        string? from
    )
    {
        mail.RequireServer();
        var sent = await mail.SendAsync(
            new Mail(item.Template, item.Recipient!, values)
            {
                Language = LanguageOf(account, account).Code,
                MessageId = MessageId(item),
                From = from,
                IsAutomatic = true,
                References = item.MailReferences,
            },
            CancellationToken.None
        );
        MarkSent(item);
        return sent;
    }

    private void MarkSent(DispatchItem item)
    {
        item.Attempts++;
        item.LastError = null;
        item.Status = DispatchStatus.Sent;
        item.Sent = session.Now;
    }

    private static void RequireAddress(DispatchItem item, Account addressee)
    {
        item.Recipient = addressee.Properties[DispatchQueue.AddressField];
        RequireRecipient(item);
    }

    private static void RequireRecipient(DispatchItem item)
    {
        if (item.Recipient is not { Length: > 0 })
        {
            throw new MailFailedException("The account has no email address.", isFinal: true);
        }
    }

    /// <summary>Who the mail goes to: a document to whom it was issued, whoever gets the account's mail by now.</summary>
    private async Task<Account> AddresseeAsync(DispatchItem item, Account account, CancellationToken cancellation)
    {
        var issued = item is { TreatmentLevel: null, TransactionNumber: { } number }
            ? await session
                .Database.ReadTransactions.Where(transaction => transaction.Number == number)
                .Select(transaction => transaction.IssuedAccount)
                .FirstOrDefaultAsync(cancellation)
            : null;
        return issued is not { } usn ? await Invoicees.AddresseeAsync(session, account, cancellation)
            : usn == account.Usn ? account
            : await session.Database.ReadAccounts.FirstAsync(candidate => candidate.Usn == usn, cancellation);
    }

    /// <summary>Whether what a notice is about still has the level.</summary>
    private bool IsNeeded(
        DispatchItem item,
        Account account,
        AccountAgedBalance aged,
        int position,
        IReadOnlyList<OverdueInvoice> overdue
    ) =>
        item switch
        {
            { TreatmentLevel: null } => true,
            { TransactionNumber: { } invoice } => LevelOf(item) is { } level
                && !summaries.OwesTooLittle(account, aged)
                && overdue.Any(each =>
                    each.Number == invoice && each.OverdueDays >= level.OverdueDays && each.Owed >= level.MinimumIn(account.Currency)
                ),
            _ when item.AccountTermsId is null || item.AccountTermsId == account.AccountTermsId => position >= item.TreatmentLevel,

            // Other terms may have a level of the same name; that they have one at the same place says nothing.
            _ => session
                .Catalogue.AccountTerms(account.AccountTermsId)
                .TreatmentLevels.Take(position)
                .Any(reached => reached.Name == LevelOf(item)?.Name),
        };

    /// <summary>The level that a notice is about; null where the catalogue has it no more.</summary>
    private TreatmentLevel? LevelOf(DispatchItem item)
    {
        var terms = session.Catalogue.Content.AccountTerms.FirstOrDefault(candidate => candidate.Id == item.AccountTermsId);
        return (item.TransactionNumber is null ? terms?.TreatmentLevels : terms?.InvoiceLevels)?.ElementAtOrDefault(
            item.TreatmentLevel!.Value - 1
        );
    }

    /// <summary>
    /// Whether the transaction whose document is sent was reversed or deleted meanwhile, as the receipt of a payment that came back is.
    /// </summary>
    private async Task<bool> IsTakenBackAsync(DispatchItem item, CancellationToken cancellation) =>
        item.TransactionNumber is { } number
        && await session.Database.ReadTransactions.AnyAsync(
            transaction =>
                transaction.Number == number && (transaction.ReversedBy != null || transaction.State == TransactionState.Deleted),
            cancellation
        );

    /// <summary>Whether it takes back what the customer was never sent, and so knows nothing of.</summary>
    private async Task<bool> TakesBackUnsentAsync(DispatchItem item, CancellationToken cancellation) =>
        item.TransactionNumber is { } number
        && await session
            .Database.ReadTransactions.Where(transaction => transaction.ReversedBy == number)
            .Select(transaction => transaction.Number)
            .FirstOrDefaultAsync(cancellation)
            is { } original
        && !await session.Database.DispatchItems.AnyAsync(
            sent => sent.TransactionNumber == original && sent.TreatmentLevel == null && sent.Status == DispatchStatus.Sent,
            cancellation
        );

    /// <summary>
    /// The documents, and behind them a notice's letter. The item's number is in the names, so that writing them again replaces them.
    /// </summary>
    private async Task WriteAsync(
        DispatchItem item,
        IReadOnlyList<MailAttachment> attached,
        Dictionary<string, string> values,
        Language language,
        CancellationToken cancellation
    )
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"{item.Id}-{item.AccountUsn}-");
        foreach (var file in attached)
        {
            await folder.WriteAsync(name + file.FileName, file.Content, cancellation);
        }

        if (item.Kind == DispatchKind.Notice)
        {
            var letter = await mail.FillAsync(item.Template, language.Code, values, cancellation);
            await folder.WriteAsync(
                $"{name}{item.Template}.txt",
                Encoding.UTF8.GetBytes($"{letter.Subject}\n\n{letter.Body}"),
                cancellation
            );
        }
    }

    private Dictionary<string, string> Values(
        Account account,
        Account addressee,
        CustomerDocument? document,
        AccountAgedBalance aged,
        int position
    )
    {
        var fields = addressee.Properties;
        var language = LanguageOf(account, addressee);
        var currency = session.CurrencyOf(account);
        var levels = session.Catalogue.AccountTerms(account.AccountTermsId).TreatmentLevels;
        return new Dictionary<string, string>
        {
            ["name"] = AddressLines.NameOf(addressee),
            ["given"] = fields["contactGiven"] ?? "",
            ["family"] = fields["contactFamily"] ?? "",
            ["usn"] = account.Usn.Value,
            ["company"] = session.Catalogue.Company(account.CompanyId).Name,
            ["title"] = document?.Title ?? "",
            ["number"] = document?.Number ?? "",
            ["date"] = Day(document?.IssueDate),
            ["due"] = Day(document?.DueDate),
            ["amount"] = document?.Headline is { } headline ? language.Show(headline.Amount) : "",
            ["total"] = document?.Totals is { } totals ? language.Show(document.IsCredit ? -totals.Total : totals.Total) : "",
            ["payment"] = document is null ? "" : HowToPay(document, language),
            ["invoices"] = "",
            ["balance"] = language.Show(new Money(aged.Groups.Sum(group => group.Amount), currency)),
            ["overdue"] = language.Show(new Money(Math.Max(0m, AccountSummaries.Overdue(aged, 1)), currency)),
            ["level"] = position == 0 ? language[Word.LevelSettled] : levels[position - 1].Name,
        };

        string Day(DateOnly? day) => day is { } date ? language.Day(date, Word.FormatLongDay) : "";
    }

    /// <summary>
    /// What the customer has to do about what is left of an invoice: pay by a day, nothing, or see that his account has the money.
    /// </summary>
    private static string HowToPay(CustomerDocument document, Language language) =>
        document switch
        {
            { Kind: not (DocumentKind.Invoice or DocumentKind.DebitNote or DocumentKind.Surcharge) }
            or { IsCredit: true }
            or { Headline: null } => "",
            { IsReversed: true } or { Headline.Amount.Amount: <= 0m } => language[Word.NothingToPay],
            { Debit: { } debit } => language.Fill(
                Word.WillBeDebited,
                language.Show(debit.Amount),
                language.Day(debit.Day, Word.FormatLongDay),
                debit.From
            ),
            _ => language.Fill(
                Word.PleasePay,
                language.Show(document.Headline.Amount),
                language.Day(document.DueDate ?? document.IssueDate, Word.FormatLongDay)
            ),
        };

    /// <summary>
    /// What makes the overdue sum of the mail: a line for each of the oldest invoices that have reached the first level, and behind them
    /// how much the others come to, and what is owed by something else than an invoice.
    /// </summary>
    private string Listed(IReadOnlyList<OverdueInvoice> overdue, Account account, AccountAgedBalance aged, Language language)
    {
        var currency = session.CurrencyOf(account);
        var firstDays = session
            .Catalogue.AccountTerms(account.AccountTermsId)
            .TreatmentLevels.Select(level => level.OverdueDays)
            .FirstOrDefault();
        var counting = overdue.Where(invoice => invoice.OverdueDays >= firstDays).ToList();
        var lines = counting
            .Take(DispatchFiles.MostInvoices)
            .Select(invoice =>
                language.Fill(
                    Word.OverdueInvoice,
                    invoice.PrintedNumber,
                    language.Day(invoice.Due, Word.FormatLongDay),
                    Shown(invoice.Owed)
                )
            )
            .ToList();
        var others = counting.Skip(DispatchFiles.MostInvoices).ToList();
        if (others.Count > 0)
        {
            lines.Add(language.Fill(Word.OtherInvoices, others.Count, Shown(others.Sum(invoice => invoice.Owed))));
        }

        if (AccountSummaries.Overdue(aged, 1) - counting.Sum(invoice => invoice.Owed) is > 0m and var rest)
        {
            lines.Add(language.Fill(Word.OtherDebts, Shown(rest)));
        }

        return string.Join('\n', lines);

        string Shown(decimal amount) => language.Show(new Money(amount, currency));
    }

    private Language LanguageOf(Account account, Account addressee) => session.Catalogue.Language(account.CompanyId, addressee.Properties);

    /// <summary>The same for every attempt at an item, and for no other item of any stage.</summary>
    private static string MessageId(DispatchItem item) =>
        MailIds.Of(
            string.Create(CultureInfo.InvariantCulture, $"dispatch:{item.Id}:{item.AccountUsn}:{item.Queued.ToUnixTimeMilliseconds()}")
        );

    private TransmittedCorrespondenceType Correspondence(DispatchItem item, Account account, SentMail sent) =>
        new()
        {
            Company = account.CompanyId,
            AccountUsn = account.Usn.Value,
            SubscriptionUsn = item.SubscriptionUsn?.Value,
            NotificationType = new NotificationTypeType
            {
                NotificationTypeId = NotificationType(item.Template).ToString("D"),
                Name = item.Template,
            },
            Channel = CorrespondenceChannelType.Email,
            TransmissionTime = session.ZoneOf(account).At(session.Now),
            ReceiptId = $"<{MessageId(item)}>",
            Email = new EmailCorrespondenceType
            {
                RecipientList = new AddressListType { Address = [item.Recipient!] },
                CCList = new AddressListType(),
                BCCList = new AddressListType(),
                From = sent.From,
                ReplyToList = new AddressListType(),
                Subject = sent.Letter.Subject,
                BodyText = sent.Letter.Body,
                BodyContentType = "text/plain",
                Attachments = new CorrespondenceAttachmentsType(),
            },
        };
}
