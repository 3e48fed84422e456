using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Smile.Contracts;
using Smile.Contracts.Faults;
using Smile.Contracts.Messages;
using Smile.Customers;
using Smile.Customers.Accounts;
using Smile.Customers.DueWork;
using Smile.Customers.Subscriptions;
using Smile.Customers.Subscriptions.Storage;
using Smile.Kernel;
using Smile.Session;

namespace Smile.Ordering.Provisioning;

/// <summary>
/// getIncompleteProvisionRequests() and what providers answer, through provisioningUpdate() or the bus (guide, lines 18078, 23155).
/// </summary>
[UseCase]
public sealed class ProvisionUpdates(
    StageSession session,
    Fulfilment fulfilment,
    SubscriptionAnnouncements announcements,
    DueWorkSchedule schedule
) : IDueWorkHandler
{
    public IReadOnlyList<DueWorkKind> Kinds { get; } = [DueWorkKind.RetryProvisionRequest];

    /// <summary>First wait before a request that failed for now is tried again; doubled each time.</summary>
    private static readonly TimeSpan FirstRetry = TimeSpan.FromMinutes(5);

    public async Task<ProvisionRequestsType> ListIncompleteAsync(string usn, CancellationToken cancellation)
    {
        if (string.IsNullOrWhiteSpace(usn))
        {
            throw Refuse.Invalid("usn", usn, "Specify the USN of a subscription.");
        }

        var found = await session.Database.FindSubscriptionAsync(new Usn(usn), cancellation);
        if (found is null || !session.Caller.MayReach(found.Account.Usn))
        {
            var isAccount = await session.FindAccountAsync(usn, cancellation) is not null;
            throw isAccount
                ? Refuse.Invalid("usn", usn, "The USN is an account's: only subscriptions have provision requests.")
                : StageSession.NoSuchSubscription(usn);
        }

        var requests = await session
            .Database.ProvisionRequests.AsNoTracking()
            .Include(request => request.Logs.OrderBy(entry => entry.Id))
            .Where(request => request.SubscriptionUsn == found.Subscription.Usn && request.State != ProvisionRequestState.Complete)
            .OrderBy(request => request.Id)
            .ToListAsync(cancellation);
        var zone = session.ZoneOf(found.Account);
        return new ProvisionRequestsType { ProvisionRequest = [.. requests.Select(request => Incomplete(request, zone))] };
    }

    /// <summary>Takes a provider's answer. Without status and message it only shows the request (guide, line 18196).</summary>
    public async Task<ProvisioningResponseType> UpdateAsync(
        int provisionRequestId,
        ProvisionResult? status,
        string? logMessage,
        CancellationToken cancellation
    )
    {
        var (account, subscription) = await BeginAsync(provisionRequestId, cancellation);
        var request = await session.Database.ProvisionRequests.FirstAsync(candidate => candidate.Id == provisionRequestId, cancellation);
        if (logMessage?.Length > ProvisioningLog.MaxMessageLength)
        {
            throw Refuse.With(
                Fault.ProvisioningException,
                "logMessage",
                logMessage,
                $"A log message has at most {ProvisioningLog.MaxMessageLength} characters."
            );
        }

        if (!string.IsNullOrEmpty(logMessage))
        {
            session.Database.ProvisionRequestLogs.Add(ProvisioningLog.Entry(session, request, logMessage));
        }

        if (status is { } answer)
        {
            await TakeAnswerAsync(account, subscription, request, answer, cancellation);
        }

        await session.CommitAsync(cancellation);
        return Response(request, session.ZoneOf(account));
    }

    /// <summary>A subscription's provision requests, the complete ones too, with their history, as an operator reads them.</summary>
    public async Task<IReadOnlyList<string>> DescribeAsync(string usn, CancellationToken cancellation)
    {
        var found = await session.ReadSubscriptionAsync(usn, cancellation);
        var requests = await session
            .Database.ProvisionRequests.AsNoTracking()
            .Include(request => request.Logs.OrderBy(entry => entry.Id))
            .Where(request => request.SubscriptionUsn == found.Subscription.Usn)
            .OrderBy(request => request.Id)
            .ToListAsync(cancellation);
        var zone = session.ZoneOf(found.Account);
        return
        [
            .. requests.SelectMany(request =>
                request
                    .Logs.Select(entry => $"  {zone.At(entry.Logged):yyyy-MM-dd HH:mm:ss zzz} {entry.LoggedBy}: {entry.Message}")
                    .Prepend(
                        $"{request.Id} {request.Kind} {request.State}{(request.Result is { } result ? $" {result}" : "")}, attempt "
                            + $"{request.Attempts} of {request.AttemptLimit}"
                    )
            ),
        ];
    }

    /// <summary>
    /// Asks the provider again for a subscription whose provision request failed for good, with a new request: answers to the old one that
    /// come late are not taken for answers to this one.
    /// </summary>
    /// <returns>The new request.</returns>
    public async Task<ProvisioningResponseType> AskAgainAsync(int provisionRequestId, CancellationToken cancellation)
    {
        var (account, subscription) = await BeginAsync(provisionRequestId, cancellation);
        var requests = await session
            .Database.ProvisionRequests.Where(candidate => candidate.SubscriptionUsn == subscription.Usn)
            .ToListAsync(cancellation);
        var failed = requests.First(candidate => candidate.Id == provisionRequestId);
        if (
            failed
            is not { State: ProvisionRequestState.Complete, Result: ProvisionResult.PermFail, Kind: ProvisionRequestKind.RequestProvision }
        )
        {
            throw Refuse.With(
                Fault.ProvisioningException,
                "provisionRequestId",
                provisionRequestId,
                $"Only a request that failed for good (PermFail) is made again: this one is "
                    + $"{failed.State}{(failed.Result is { } result ? $", {result}" : "")}."
            );
        }

        if (requests.MaxBy(candidate => candidate.Id) is { } last && last.Id != failed.Id)
        {
            throw Refuse.With(
                Fault.ProvisioningException,
                "provisionRequestId",
                provisionRequestId,
                $"The request was made again already, as {last.Id}."
            );
        }

        if (subscription.IsClosed)
        {
            throw Refuse.With(Fault.ProvisioningException, "provisionRequestId", provisionRequestId, "The subscription is closed.");
        }

        await fulfilment.ContinueSubscriptionAsync(account, subscription, cancellation);
        var again = session
            .Database.ProvisionRequests.Local.Where(candidate => candidate.SubscriptionUsn == subscription.Usn)
            .MaxBy(candidate => candidate.Id)!;
        session.Database.ProvisionRequestLogs.Add(
            ProvisioningLog.Entry(session, failed, $"The provider was asked again, with request {again.Id}")
        );
        await session.CommitAsync(cancellation);
        return Response(again, session.ZoneOf(account));
    }

    /// <summary>Begins on the account of a request's subscription.</summary>
    private async Task<(Account Account, Subscription Subscription)> BeginAsync(int provisionRequestId, CancellationToken cancellation)
    {
        var owner = await session
            .Database.ProvisionRequests.AsNoTracking()
            .Where(request => request.Id == provisionRequestId)
            .Select(request => (Usn?)request.SubscriptionUsn)
            .FirstOrDefaultAsync(cancellation);
        return owner is { } usn && await session.BeginOnSubscriptionAsync(usn.Value, cancellation) is { } begun
            ? begun
            : throw Refuse.NotFound(
                "provisionRequestId",
                provisionRequestId,
                "There is no such provision request, or you may not access it.",
                Missing.ProvisionRequest
            );
    }

    /// <summary>Hands a request that failed for now to the provider again.</summary>
    public async Task<Func<Task>?> CarryOutAsync(DueWorkItem work, Account account, CancellationToken cancellation)
    {
        var id = int.Parse(work.Subject, CultureInfo.InvariantCulture);
        var request = await session.Database.ProvisionRequests.FirstOrDefaultAsync(candidate => candidate.Id == id, cancellation);
        if (request is not null && await session.LoadSubscriptionAsync(request.SubscriptionUsn, cancellation) is { } subscription)
        {
            await RetryAsync(account, subscription, request, cancellation);
        }

        return null;
    }

    private async Task RetryAsync(Account account, Subscription subscription, ProvisionRequest request, CancellationToken cancellation)
    {
        if (request.State != ProvisionRequestState.Retrying || subscription.IsClosed)
        {
            return;
        }

        request.State = ProvisionRequestState.Transferring;
        request.Attempts++;
        request.ActionTime = session.Now;
        session.Database.ProvisionRequestLogs.Add(
            ProvisioningLog.Entry(
                session,
                request,
                $"Provisioning request dispatched to external provider, attempt {request.Attempts} of {request.AttemptLimit}"
            )
        );
        await announcements.AnnounceAsync(
            (sid, usn) => BusMessages.SubscriptionReadyToProvision(sid, usn, request.Id),
            account,
            subscription,
            cancellation
        );
    }

    private async Task TakeAnswerAsync(
        Account account,
        Subscription subscription,
        ProvisionRequest request,
        ProvisionResult answer,
        CancellationToken cancellation
    )
    {
        if (request.State == ProvisionRequestState.Complete)
        {
            // Providers repeat themselves, and the bus delivers at least once: the same answer again changes nothing.
            if (request.Result == answer)
            {
                return;
            }

            throw Refuse.With(
                Fault.ProvisioningException,
                "provisionRequestId",
                request.Id,
                $"The provision request is complete with the result {request.Result}."
            );
        }

        if (subscription.IsClosed)
        {
            throw Refuse.With(Fault.ProvisioningException, "provisionRequestId", request.Id, "The subscription is closed.");
        }

        request.Result = answer;
        request.ActionTime = session.Now;
        switch (answer)
        {
            case ProvisionResult.Provisioned:
                request.State = ProvisionRequestState.Complete;
                subscription.ProvisionStatus = ProvisionStatus.Provisioned;
                await announcements.AnnounceAsync(
                    (sid, usn) => BusMessages.SubscriptionProvisioned(sid, usn, request.Id),
                    account,
                    subscription,
                    cancellation
                );
                await fulfilment.ContinueSubscriptionAsync(account, subscription, cancellation);
                session.ChangeRating(subscription, session.Now);
                break;
            case ProvisionResult.TempFail when request.Attempts < request.AttemptLimit:
                request.State = ProvisionRequestState.Retrying;
                request.ActionTime = session.Now + FirstRetry * Math.Pow(2, request.Attempts - 1);
                schedule.Add(
                    DueWorkKind.RetryProvisionRequest,
                    account,
                    request.Id.ToString(System.Globalization.CultureInfo.InvariantCulture),
                    request.ActionTime
                );
                break;
            case ProvisionResult.TempFail or ProvisionResult.PermFail:
                // Nothing is left to try by itself: retryProvisioning() or an operator asks the provider again.
                request.State = ProvisionRequestState.Complete;
                request.Result = ProvisionResult.PermFail;
                subscription.ProvisionStatus = ProvisionStatus.NotProvisioned;
                session.Announce(SubscriptionMessages.SubscriptionUpdated(session.Catalogue, subscription));
                break;
            default:
                // Delayed: the provider needs more time, and answers again.
                request.State = ProvisionRequestState.Transferring;
                break;
        }
    }

    private KeyedValueType Company(ProvisionRequest request)
    {
        var company = session.Catalogue.Company(request.CompanyId);
        return new KeyedValueType { Key = company.Id, Value = company.Name };
    }

    private ProvisionRequestType Incomplete(ProvisionRequest request, BillingTimeZone zone) =>
        new()
        {
            ProvisionRequestId = request.Id,
            Company = Company(request),
            USN = request.SubscriptionUsn.Value,
            RequestType = request.Kind.ToString(),
            Status = request.State.ToString(),
            Created = zone.At(request.Created),
            ActionTime = zone.At(request.ActionTime),
            AttemptLimit = request.AttemptLimit,
            Result = request.Result?.ToDocument(),
            ProvisionRequestLogs = new ProvisionRequestLogsType
            {
                ProvisionRequestLog =
                [
                    .. request.Logs.Select(entry => new ProvisionRequestLogType
                    {
                        Message = entry.Message,
                        Logged = zone.At(entry.Logged),
                        LoggedBy = entry.LoggedBy.Value,
                    }),
                ],
            },
        };

    private ProvisioningResponseType Response(ProvisionRequest request, BillingTimeZone zone) =>
        new()
        {
            ProvisionRequestId = request.Id,
            Company = Company(request),
            USN = request.SubscriptionUsn.Value,
            RequestType = request.Kind.ToString(),
            Status = request.State.ToString(),
            Created = zone.At(request.Created),
            ActionTime = zone.At(request.ActionTime),
            AttemptLimit = request.AttemptLimit,
            Result = request.Result?.ToDocument(),
        };
}

/// <summary>What a provisioning system says, in the words of the contract.</summary>
public static class ProvisionResultDocuments
{
    public static ProvisionRequestStatusType ToDocument(this ProvisionResult value) =>
        value switch
        {
            ProvisionResult.TempFail => ProvisionRequestStatusType.TempFail,
            ProvisionResult.PermFail => ProvisionRequestStatusType.PermFail,
            ProvisionResult.Delayed => ProvisionRequestStatusType.Delayed,
            ProvisionResult.Provisioned => ProvisionRequestStatusType.Provisioned,
            _ => throw new ArgumentOutOfRangeException(nameof(value), value, null),
        };

    public static ProvisionResult ToResult(this ProvisionRequestStatusType value) =>
        value switch
        {
            ProvisionRequestStatusType.TempFail => ProvisionResult.TempFail,
            ProvisionRequestStatusType.PermFail => ProvisionResult.PermFail,
            ProvisionRequestStatusType.Delayed => ProvisionResult.Delayed,
            ProvisionRequestStatusType.Provisioned => ProvisionResult.Provisioned,
            _ => throw new ArgumentOutOfRangeException(nameof(value), value, null),
        };
}
