using Smile.Contracts;
using Smile.Contracts.Messages;
using Smile.Customers.Accounts;
using Smile.Session;

namespace Smile.Correspondence.Dispatch;

/// <summary>The messages about what was sent to customers, with the header properties of the guide's "Message bus topics".</summary>
internal static class CorrespondenceMessages
{
    /// <summary>
    /// A customer was written to; it does not say that it arrived (guide, line 21776). The subscription is empty where it is about the
    /// account.
    /// </summary>
    public static OutgoingMessage CorrespondenceSent(Account account, TransmittedCorrespondenceType body) =>
        new(
            BusMessages.CorrespondenceSent(
                account.CompanyId,
                account.Usn.Value,
                body.SubscriptionUsn ?? "",
                body.NotificationType.NotificationTypeId,
                body.Channel.ToString()
            ),
            account.Usn,
            SmileDocuments.TransmittedCorrespondence.Write(body)
        );
}
