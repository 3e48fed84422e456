using System.Data.Common;
using System.Globalization;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Smile.Contracts;
using Smile.Domain.Accounts;
using Smile.Domain.Catalogue;
using Smile.Domain.Documents;
using Smile.Domain.Foundation;
using Smile.Domain.Messaging;
using Smile.Domain.Receivables;

namespace Smile.Domain.Dispatch;

/// <summary>
/// Sends the next item of the dispatch queue. Its row stays locked until it is known what became of it, so that no other server sends it; if
/// this one dies behind the mail server's acceptance, the mail goes again with the same Message-ID.
/// </summary>
[UseCase]
public sealed class SendDispatch(StageSession session, AccountSummaries summaries, IDocumentSource documents, IDocumentRenderer renderer, IMailSender mail, IDispatchFolder folder)
{
    /// <returns>False where nothing is to be sent now.</returns>
    public async Task<bool> ExecuteAsync(CancellationToken cancellation)
    {
        await session.Database.BeginAsync(cancellation).ConfigureAwait(false);
        if (await session.Database.TakeDispatchAsync(session.Now, cancellation).ConfigureAwait(false) is not { } item)
        {
            return false;
        }

        var account = await session.Database.Accounts.AsNoTracking().FirstAsync(candidate => candidate.Usn == item.AccountUsn, cancellation).ConfigureAwait(false);
        item.ChangedBy = session.Caller.Usn;
        SentMail? sent = null;
        try
        {
            sent = await SendAsync(item, account, cancellation).ConfigureAwait(false);
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

        if (sent is not null && (await session.Database.LockAccountsAsync([item.AccountUsn], CancellationToken.None).ConfigureAwait(false)) is [var locked])
        {
            session.Announce(SmileMessages.CorrespondenceSent(locked, Correspondence(item, locked, sent)));
        }

        // Once it is sent, stopping the server must not undo that it is.
        await session.CommitAsync(CancellationToken.None).ConfigureAwait(false);
        return true;
    }

    /// <summary>The identifier of a notification type: made of its name, so that it is the same on every stage and server.</summary>
    public static Guid NotificationType(string template) => NameBasedUuid.Of("notification:" + template);

    /// <returns>The mail; null where nobody was written to by mail.</returns>
    private async Task<SentMail?> SendAsync(DispatchItem item, Account account, CancellationToken cancellation)
    {
        var standing = await summaries.StandingAsync(account, cancellation).ConfigureAwait(false);
        var position = summaries.PositionOf(account, standing);
        if (item.TreatmentLevel is { } level && position < level)
        {
            item.Status = DispatchStatus.Cancelled;
            return null;
        }

        var document = await DocumentAsync(item, cancellation).ConfigureAwait(false);
        var file = document is null ? null : Render(document);
        var values = Values(account, document, standing, position);
        SentMail? sent = null;
        if (item.Channel == DispatchChannel.Email)
        {
            item.Recipient = account.Properties[DispatchQueue.AddressField];
            var address = item.Recipient is { Length: > 0 } known ? known : throw new MailFailedException("The account has no email address.", isFinal: true);
            sent = await mail.SendAsync(new Mail(item.Template, address, values) { Attachment = file, MessageId = MessageId(item) }, CancellationToken.None).ConfigureAwait(false);
        }
        else
        {
            await WriteAsync(item, file, values, cancellation).ConfigureAwait(false);
        }

        item.Attempts++;
        item.LastError = null;
        item.Status = DispatchStatus.Sent;
        item.Sent = session.Now;
        return sent;
    }

    private async Task<CustomerDocument?> DocumentAsync(DispatchItem item, CancellationToken cancellation)
    {
        var document = item switch
        {
            { StatementFrom: { } from, StatementTo: { } to } => await documents.FindStatementAsync(item.AccountUsn, from, to, cancellation).ConfigureAwait(false),
            { TransactionNumber: { } number } => await documents.FindTransactionAsync(number, cancellation).ConfigureAwait(false),
            _ => null,
        };
        return document is null && item.Kind != DispatchKind.Notice ? throw new MailFailedException("The document is not there any more.", isFinal: true) : document;
    }

    private MailAttachment Render(CustomerDocument document)
    {
        var stationery = session.Catalogue.DefaultStationery(document.Issuer.CompanyId, document.Kind)
            ?? throw new MailFailedException($"Company {document.Issuer.CompanyId} has no default stationery for documents of kind {document.Kind}.", isFinal: true);
        using var file = new MemoryStream();
        renderer.Render(document, stationery, DocumentFileFormat.Pdf, file);
        return new MailAttachment($"{document.Title} {document.Number}.pdf".Replace(' ', '-'), "application/pdf", file.ToArray());
    }

    /// <summary>The document, or a notice's letter. The item's number is in the name, so that writing it again replaces it.</summary>
    private async Task WriteAsync(DispatchItem item, MailAttachment? file, Dictionary<string, string> values, CancellationToken cancellation)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"{item.Id}-{item.AccountUsn}-");
        if (file is not null)
        {
            await folder.WriteAsync(name + file.FileName, file.Content, cancellation).ConfigureAwait(false);
            return;
        }

        var letter = await mail.FillAsync(item.Template, values, cancellation).ConfigureAwait(false);
        await folder.WriteAsync($"{name}{item.Template}.txt", Encoding.UTF8.GetBytes($"{letter.Subject}\n\n{letter.Body}"), cancellation).ConfigureAwait(false);
    }

    private Dictionary<string, string> Values(Account account, CustomerDocument? document, AccountStanding standing, int position)
    {
        var fields = account.Properties;
        var currency = session.Catalogue.Currency(account.Currency);
        var levels = session.Catalogue.AccountTerms(account.AccountTermsId).TreatmentLevels;
        return new Dictionary<string, string>
        {
            ["name"] = fields["contactGiven"] ?? fields["name"] ?? fields["companyName"] ?? account.Username,
            ["usn"] = account.Usn.Value,
            ["company"] = session.Catalogue.Company(account.CompanyId).Name,
            ["title"] = document?.Title ?? "",
            ["number"] = document?.Number ?? "",
            ["date"] = Day(document?.IssueDate),
            ["due"] = Day(document?.DueDate),
            ["amount"] = document?.Headline?.Amount.Formatted() ?? "",
            ["balance"] = new Money(standing.Groups.Sum(group => group.Amount), currency).Formatted(),
            ["overdue"] = new Money(Math.Max(0m, AccountSummaries.Overdue(standing, 1)), currency).Formatted(),
            ["level"] = position == 0 ? TreatmentLevel.Settled : levels[position - 1].Name,
        };

        static string Day(DateOnly? day) => day?.ToString("d MMMM yyyy", CultureInfo.InvariantCulture) ?? "";
    }

    /// <summary>The same for every attempt at an item, and for no other item of any stage.</summary>
    private static string MessageId(DispatchItem item)
    {
        var key = string.Create(CultureInfo.InvariantCulture, $"dispatch:{item.Id}:{item.AccountUsn}:{item.Queued.ToUnixTimeMilliseconds()}");
        return $"{NameBasedUuid.Of(key):D}@smile";
    }

    private TransmittedCorrespondenceType Correspondence(DispatchItem item, Account account, SentMail sent) => new()
    {
        Company = account.CompanyId,
        AccountUsn = account.Usn.Value,
        NotificationType = new NotificationTypeType { NotificationTypeId = NotificationType(item.Template).ToString("D"), Name = item.Template },
        Channel = CorrespondenceChannelType.Email,
        TransmissionTime = session.Catalogue.Zone(account.TimeZoneId).At(session.Now),
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
