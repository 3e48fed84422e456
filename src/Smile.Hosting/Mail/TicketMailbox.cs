using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using MailKit;
using MailKit.Net.Imap;
using MailKit.Search;
using MailKit.Security;

namespace Smile.Hosting.Mail;

/// <summary>A mailbox cannot be used. The message is for the operator, and has no password.</summary>
public sealed class MailboxException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>A mail in a mailbox that nobody has read yet.</summary>
/// <param name="Bytes">Null where the mail server does not say.</param>
internal sealed record WaitingMail(UniqueId Id, uint? Bytes);

/// <summary>How many mails are in the folders of a mailbox.</summary>
public sealed record MailboxCounts(int Waiting, int Done, int Refused);

/// <summary>Asks whether a mailbox can be used.</summary>
public static class MailboxCheck
{
    /// <returns>Null where the settings name none.</returns>
    /// <exception cref="MailboxException">It cannot.</exception>
    public static async Task<MailboxCounts?> CountAsync(TicketMailSettings settings, CancellationToken cancellation)
    {
        if (!settings.IsOn)
        {
            return null;
        }

        await using var mailbox = await TicketMailbox.OpenAsync(settings, cancellation);
        return await mailbox.CountAsync(cancellation);
    }
}

/// <summary>A connection to the mailbox of a stage over IMAP. Every step has a time in which the mail server must have answered.</summary>
internal sealed class TicketMailbox : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly TicketMailSettings _settings;

    // Lists of withdrawn certificates are elsewhere on the net, and mail must not wait for them.
    private readonly ImapClient _client = new() { CheckCertificateRevocation = false };
    private IMailFolder? _folder;

    private TicketMailbox(TicketMailSettings settings) => _settings = settings;

    /// <summary>Tells one life of the folder from another: in each, numbers of mails are used once.</summary>
    public uint Validity => _folder!.UidValidity;

    /// <exception cref="MailboxException">It cannot be opened.</exception>
    public static async Task<TicketMailbox> OpenAsync(TicketMailSettings settings, CancellationToken cancellation)
    {
        var mailbox = new TicketMailbox(settings);
        try
        {
            await mailbox.StepAsync(
                async patience =>
                {
                    await mailbox.ConnectAsync(patience);
                    return true;
                },
                cancellation
            );
            return mailbox;
        }
        catch
        {
            await mailbox.DisposeAsync();
            throw;
        }
    }

    /// <summary>The mails of the folder, the oldest first, with their sizes; none of them is fetched.</summary>
    public Task<IReadOnlyList<WaitingMail>> ListAsync(int most, CancellationToken cancellation) =>
        StepAsync<IReadOnlyList<WaitingMail>>(
            async patience =>
            {
                var ids = (await _folder!.SearchAsync(SearchQuery.NotDeleted, patience)).Order().Take(most).ToList();
                if (ids.Count == 0)
                {
                    return [];
                }

                var summaries = await _folder.FetchAsync(ids, MessageSummaryItems.UniqueId | MessageSummaryItems.Size, patience);
                return
                [
                    .. summaries.OrderBy(summary => summary.UniqueId).Select(summary => new WaitingMail(summary.UniqueId, summary.Size)),
                ];
            },
            cancellation
        );

    /// <summary>The whole of a mail.</summary>
    /// <returns>Null where it is there no more, or longer than what was said.</returns>
    public Task<byte[]?> FetchAsync(UniqueId id, int mostBytes, CancellationToken cancellation) =>
        StepAsync<byte[]?>(
            async patience =>
            {
                try
                {
                    await using var stream = await _folder!.GetStreamAsync(id, 0, mostBytes + 1, patience);
                    using var content = new MemoryStream();
                    await stream.CopyToAsync(content, patience);
                    return content.Length <= mostBytes ? content.ToArray() : null;
                }
                catch (Exception exception) when (exception is MessageNotFoundException or ImapCommandException)
                {
                    return await IsGoneAsync(id, patience) ? null : throw new MailboxException(Unusable(exception), exception);
                }
            },
            cancellation
        );

    public Task MoveToDoneAsync(UniqueId id, CancellationToken cancellation) => MoveAsync(id, _settings.DoneFolder, cancellation);

    public Task MoveToRefusedAsync(UniqueId id, CancellationToken cancellation) => MoveAsync(id, _settings.RefusedFolder, cancellation);

    public Task<MailboxCounts> CountAsync(CancellationToken cancellation) =>
        StepAsync(
            async patience => new MailboxCounts(
                (await _folder!.SearchAsync(SearchQuery.NotDeleted, patience)).Count,
                await CountAsync(_settings.DoneFolder, patience),
                await CountAsync(_settings.RefusedFolder, patience)
            ),
            cancellation
        );

    public async ValueTask DisposeAsync()
    {
        try
        {
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(2));
            await _client.DisconnectAsync(quit: true, patience.Token);
        }
        catch (Exception exception) when (IsOfMailServer(exception) || exception is OperationCanceledException)
        {
            // The server went first.
        }

        _client.Dispose();
    }

    private async Task ConnectAsync(CancellationToken patience)
    {
        if (_settings.CertificateAuthority is { Length: > 0 } file)
        {
            _client.ServerCertificateValidationCallback = (_, certificate, _, errors) => IsOfAuthority(file, certificate, errors);
        }

        var security = _settings.Tls switch
        {
            MailboxTls.OnConnect => SecureSocketOptions.SslOnConnect,
            MailboxTls.StartTls => SecureSocketOptions.StartTls,
            _ => SecureSocketOptions.None,
        };
        await _client.ConnectAsync(_settings.Host!, _settings.Port, security, patience);
        await _client.AuthenticateAsync(_settings.User!, _settings.Password!, patience);
        _folder = _settings.Folder.Equals("INBOX", StringComparison.OrdinalIgnoreCase)
            ? _client.Inbox
            : await _client.GetFolderAsync(_settings.Folder, patience);
        await _folder!.OpenAsync(FolderAccess.ReadWrite, patience);
    }

    /// <summary>The private authority alone is trusted; the name is verified as ever.</summary>
    private static bool IsOfAuthority(string file, X509Certificate? certificate, SslPolicyErrors errors)
    {
        if (certificate is not X509Certificate2 own || (errors & ~SslPolicyErrors.RemoteCertificateChainErrors) != SslPolicyErrors.None)
        {
            return false;
        }

        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.CustomTrustStore.ImportFromPemFile(file);
        return chain.Build(own);
    }

    private Task MoveAsync(UniqueId id, string name, CancellationToken cancellation) =>
        StepAsync(
            async patience =>
            {
                var folder = await FolderAsync(name, patience);
                try
                {
                    await _folder!.MoveToAsync(id, folder, patience);
                }
                catch (ImapCommandException exception)
                {
                    return await IsGoneAsync(id, patience) ? true : throw new MailboxException(Unusable(exception), exception);
                }

                return true;
            },
            cancellation
        );

    /// <summary>A folder below the user's own, which is made where it is not there.</summary>
    private async Task<IMailFolder> FolderAsync(string name, CancellationToken patience)
    {
        var root = _client.GetFolder(_client.PersonalNamespaces[0]);
        try
        {
            return await root.GetSubfolderAsync(name, patience);
        }
        catch (FolderNotFoundException)
        {
            // It is made below.
        }

        try
        {
            return await root.CreateAsync(name, isMessageFolder: true, patience)
                ?? throw new MailboxException($"The mail server has not made the folder {name}.");
        }
        catch (ImapCommandException)
        {
            // Another server was faster.
            return await root.GetSubfolderAsync(name, patience);
        }
    }

    private async Task<int> CountAsync(string name, CancellationToken patience)
    {
        var folder = await FolderAsync(name, patience);
        await folder.StatusAsync(StatusItems.Count, patience);
        return folder.Count;
    }

    private async Task<TResult> StepAsync<TResult>(Func<CancellationToken, Task<TResult>> step, CancellationToken cancellation)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(Patience);
        try
        {
            return await step(patience.Token);
        }
        catch (OperationCanceledException exception) when (!cancellation.IsCancellationRequested)
        {
            throw new MailboxException(
                $"The mail server {_settings.Host} does not answer within {Patience.TotalSeconds:0} seconds.",
                exception
            );
        }
        catch (AuthenticationException exception)
        {
            throw new MailboxException(
                $"The mail server {_settings.Host} does not take the user {_settings.User} with his password.",
                exception
            );
        }
        catch (SslHandshakeException exception)
        {
            throw new MailboxException(
                $"No encrypted connection to the mail server {_settings.Host}: its certificate is not trusted.",
                exception
            );
        }
        catch (Exception exception) when (IsOfMailServer(exception))
        {
            throw new MailboxException(Unusable(exception), exception);
        }
    }

    /// <summary>Whether another server has moved a mail since it was listed.</summary>
    private async Task<bool> IsGoneAsync(UniqueId id, CancellationToken patience)
    {
        await _client.NoOpAsync(patience);
        return (await _folder!.SearchAsync(SearchQuery.Uids([id]), patience)).Count == 0;
    }

    private string Unusable(Exception exception) => $"The mail server {_settings.Host} cannot be used: {exception.Message}";

    private static bool IsOfMailServer(Exception exception) =>
        exception
            is MailKit.CommandException
                or MailKit.ProtocolException
                or AuthenticationException
                or SslHandshakeException
                or FolderNotFoundException
                or ServiceNotConnectedException
                or ServiceNotAuthenticatedException
                or SocketException
                or IOException
                or InvalidOperationException
                or NotSupportedException;
}
