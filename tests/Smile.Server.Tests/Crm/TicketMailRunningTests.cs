using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;
using Smile.Crm.Mail;
using Smile.Hosting;
using Smile.Hosting.Background;
using Smile.Hosting.Mail;
using Smile.Hosting.Stages;
using Smile.Server.Observability;
using Smile.Server.Tests.Fixture;
using Smile.Testing;
using static Smile.Server.Tests.Crm.TicketMailHelp;

namespace Smile.Server.Tests.Crm;

/// <summary>Mail servers that are slow, away or die, servers that are killed, and several of them at once.</summary>
[Collection(TicketMailServerTests.Name)]
public sealed class TicketMailRunningTests(ServerFixture server) : IAsyncLifetime
{
    private readonly TicketMailHelp _mail = new(server);

    public Task InitializeAsync() => _mail.InitializeAsync();

    public Task DisposeAsync() => _mail.DisposeAsync();

    [Fact]
    public async Task A_mail_that_comes_twice_is_added_once()
    {
        var customer = await _mail.CorrespondentAsync();
        var mail = Answer(customer.Address, customer.Ticket, "Once.");
        await _mail.AppendAsync(mail, mail);

        // By another way, which adds its fields on top.
        mail.Headers.Insert(0, "Received", "from elsewhere.example.com by mx.example.com; Wed, 14 Jan 2015 10:00:00 +1100");
        await _mail.AppendAsync(mail);
        Assert.Equal(1, await _mail.ReadAsync());
        Assert.Equal(1, await _mail.CountNotesAsync(customer.Ticket));
        await _mail.PutBackAsync("Done");
        Assert.Equal(0, await _mail.NewService().RunOnceAsync(server.Stage, default));
        Assert.Equal((0, 3, 0), _mail.Lying());
        Assert.Equal(1, await _mail.CountNotesAsync(customer.Ticket));
    }

    /// <summary>The same words again are another mail, and so is another text under a Message-ID that somebody has seen.</summary>
    [Fact]
    public async Task Another_mail_is_added_though_it_says_the_same_or_is_called_the_same()
    {
        var customer = await _mail.CorrespondentAsync();
        var (first, second, third) = (
            Answer(customer.Address, customer.Ticket, "Still dead."),
            Answer(customer.Address, customer.Ticket, "Still dead."),
            Answer(customer.Address, customer.Ticket, "And now?")
        );
        third.MessageId = first.MessageId!;
        await _mail.AppendAsync(first, second, third);
        Assert.Equal(3, await _mail.ReadAsync());
        Assert.Equal(3, await _mail.CountNotesAsync(customer.Ticket));
    }

    /// <summary>
    /// The connection dies on the command that moves the mail, when the note is committed: as if the server had been killed.
    /// </summary>
    [Fact]
    public async Task A_mail_is_added_once_where_all_ends_between_the_commit_and_the_move()
    {
        var customer = await _mail.CorrespondentAsync();
        await _mail.AppendAsync(Answer(customer.Address, customer.Ticket, "Once."));
        using var relay = new CuttingRelay(_mail.Mailbox.Port, " MOVE ");
        (_mail.Settings.Tls, _mail.Settings.Port) = (MailboxTls.None, relay.Port);
        await Assert.ThrowsAsync<MailboxException>(_mail.ReadAsync);
        Assert.Equal((1, 0), (relay.Cuts, _mail.Mailbox.Count("Done")));
        Assert.Equal(1, await _mail.CountNotesAsync(customer.Ticket));

        // Another server, which knows nothing of it, finds it as it was.
        _mail.Settings.Port = _mail.Mailbox.Port;
        Assert.Equal(0, await _mail.NewService().RunOnceAsync(server.Stage, default));
        Assert.Equal((0, 1, 0), _mail.Lying());
        Assert.Equal(1, await _mail.CountNotesAsync(customer.Ticket));
    }

    /// <summary>Nothing is committed of a mail whose making fails: no attachment, no status, and it comes again.</summary>
    [Fact]
    public async Task A_mail_that_fails_leaves_nothing_behind_and_holds_up_nobody()
    {
        var (customer, other) = (await _mail.CorrespondentAsync(), await _mail.CorrespondentAsync());
        var pdf = File("a.pdf", "application/pdf", "%PDF-1.7"u8.ToArray());
        await _mail.AppendAsync(
            Answer(customer.Address, customer.Ticket, "Fails.", pdf),
            Answer(other.Address, other.Ticket, "Behind it.")
        );
        await server.ExecuteAsync(
            "CREATE FUNCTION fail_note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.text LIKE '%Fails.' THEN RAISE 'no'; END IF; "
                + "RETURN NEW; END $$"
        );
        await server.ExecuteAsync("CREATE TRIGGER fail_note BEFORE INSERT ON ticket_note FOR EACH ROW EXECUTE FUNCTION fail_note()");
        try
        {
            Assert.Equal(1, await _mail.ReadAsync());
            Assert.Equal((1, 1, 0), _mail.Lying());
            Assert.Equal("", await _mail.AttachedAsync(customer.Ticket));
            Assert.Single(_mail.Log.Entries, entry => entry.Level == LogLevel.Error);

            // It is not tried at every look.
            Assert.Equal(0, await _mail.ReadAsync());
            Assert.Single(_mail.Log.Entries, entry => entry.Level == LogLevel.Error);
        }
        finally
        {
            await server.ExecuteAsync("DROP TRIGGER fail_note ON ticket_note; DROP FUNCTION fail_note()");
        }

        server.Clock.Advance(TimeSpan.FromMinutes(11));
        Assert.Equal(1, await _mail.ReadAsync());
        Assert.Equal("a.pdf application/pdf 8", await _mail.AttachedAsync(customer.Ticket));
    }

    [Fact]
    public async Task Several_servers_that_read_one_mailbox_add_each_mail_once()
    {
        const int mails = 12;
        var customers = new[] { await _mail.CorrespondentAsync(), await _mail.CorrespondentAsync(), await _mail.CorrespondentAsync() };
        await _mail.AppendAsync([
            .. Enumerable
                .Range(0, mails)
                .Select(number => customers[number % customers.Length])
                .Select((customer, number) => Answer(customer.Address, customer.Ticket, $"Mail {number}")),
        ]);
        var added = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => _mail.NewService().RunOnceAsync(server.Stage, default)));
        Assert.Equal(mails, added.Sum());
        Assert.Contains(mails, added);
        Assert.Equal((0, mails, 0), _mail.Lying());
        foreach (var customer in customers)
        {
            Assert.Equal(mails / customers.Length, await _mail.CountNotesAsync(customer.Ticket));
        }
    }

    /// <summary>A server that was killed keeps others from the mailbox for a while, and no longer.</summary>
    [Fact]
    public async Task One_server_reads_at_a_time()
    {
        var customer = await _mail.CorrespondentAsync();
        await _mail.AppendAsync(Answer(customer.Address, customer.Ticket, "Hello."));
        await server.ExecuteAsync(
            "INSERT INTO ticket_mail_reader (server, until) VALUES (gen_random_uuid(), now() + interval '1 second' * 3600)"
        );
        Assert.Equal(0, await _mail.ReadAsync());
        Assert.Equal((1, 0, 0), _mail.Lying());
        await server.ExecuteAsync("UPDATE ticket_mail_reader SET until = now() - interval '1 second'");
        Assert.Equal(1, await _mail.ReadAsync());
        Assert.Equal(0L, await server.QueryAsync<long>("SELECT count(*) FROM ticket_mail_reader"));
    }

    /// <summary>The guarantee itself, without a mailbox: the same mail by many at once.</summary>
    [Fact]
    public async Task The_same_mail_at_the_same_time_is_added_once()
    {
        var customer = await _mail.CorrespondentAsync();
        var mail = new ReceivedMail(new string('a', 64), null, customer.Address, $"[Ticket {customer.Ticket}]", "Once.");
        var raised = new ReceivedMail(new string('b', 64), null, customer.Address, "New", "Once.");
        var scopes = server.Services.GetRequiredService<IServiceScopeFactory>();
        var outcomes = await Task.WhenAll(
            Enumerable
                .Range(0, 16)
                .Select(number =>
                    scopes.RunAsync<AddTicketMail, MailOutcome>(
                        server.Stage,
                        AddTicketMail.CallerOf(new Kernel.Usn(customer.Usn)),
                        add => add.ExecuteAsync(number % 2 == 0 ? mail : raised, 100, default)
                    )
                )
        );
        Assert.Equal(2, outcomes.Count(outcome => outcome == MailOutcome.Added));
        Assert.Equal(14, outcomes.Count(outcome => outcome == MailOutcome.Known));
        Assert.Equal(2L, await server.QueryAsync<long>("SELECT count(*) FROM ticket WHERE account_usn = $1", customer.Usn));
    }

    [Fact]
    public async Task A_mail_server_that_is_away_is_told_once_and_read_when_it_is_back()
    {
        var states = new TicketMailStates();
        var service = _mail.NewService(states);
        var health = new TicketMailHealth(server.Services.GetRequiredService<StageRegistry>(), states, server.Clock);
        var customer = await _mail.CorrespondentAsync();
        await _mail.AppendAsync(Answer(customer.Address, customer.Ticket, "Late."));
        await _mail.Mailbox.StopAsync();
        for (var look = 0; look < 40; look++)
        {
            await service.RunWhenDueAsync(server.Stage, default);
            server.Clock.Advance(TimeSpan.FromMinutes(1));
        }

        var told = Assert.Single(_mail.Log.Entries);
        Assert.Equal(LogLevel.Warning, told.Level);
        Assert.Contains(
            "The mailbox of tickets of stage live cannot be read now. The mail server 127.0.0.1",
            told.Message,
            StringComparison.Ordinal
        );
        var unwell = await health.CheckHealthAsync(new HealthCheckContext());
        Assert.Equal(HealthStatus.Degraded, unwell.Status);
        Assert.Contains(
            "the mailbox of tickets of stage live cannot be read: The mail server",
            unwell.Description,
            StringComparison.Ordinal
        );

        await _mail.Mailbox.StartAsync();
        server.Clock.Advance(TimeSpan.FromMinutes(15));
        await service.RunWhenDueAsync(server.Stage, default);
        Assert.Equal(1, await _mail.CountNotesAsync(customer.Ticket));
        Assert.Equal("The mailbox of tickets of stage live is read again", _mail.Log.Entries.Last().Message);
        Assert.Equal(HealthStatus.Healthy, (await health.CheckHealthAsync(new HealthCheckContext())).Status);
    }

    /// <summary>A mail server that is being restarted is no trouble, and tries become rarer.</summary>
    [Fact]
    public void Pauses_double_up_to_a_quarter_of_an_hour()
    {
        var (state, interval, now) = (new TicketMailState(), TimeSpan.FromMinutes(1), server.Clock.GetUtcNow());
        var pauses = new List<double>();
        for (var failure = 0; failure < 7; failure++)
        {
            Assert.True(state.Begin(now, interval));
            Assert.Equal(failure == 0, state.Fail("away", now, interval));
            var next = now;
            while (!state.Begin(next, interval))
            {
                next += TimeSpan.FromSeconds(30);
            }

            pauses.Add((next - now).TotalMinutes);
            now = next + interval;
        }

        Assert.Equal([1, 2, 4, 8, 15, 15, 15], pauses);
        Assert.True(state.Succeed());
        Assert.False(state.Succeed());
        Assert.Null(state.Trouble);
    }

    /// <summary>Somebody who takes connections and says nothing: no transaction is open while the server waits for him.</summary>
    [Fact]
    public async Task A_mail_server_that_hangs_holds_no_connection_of_the_database()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        (_mail.Settings.Tls, _mail.Settings.Port) = (MailboxTls.None, ((IPEndPoint)silent.LocalEndpoint).Port);
        using var end = new CancellationTokenSource();
        var reading = _mail.Service.RunOnceAsync(server.Stage, end.Token);
        using var caller = await silent.AcceptTcpClientAsync();
        Assert.Equal(
            0L,
            await server.QueryAsync<long>(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in transaction%'"
            )
        );
        Assert.False(reading.IsCompleted);
        await end.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading);
    }

    /// <summary>Fetching hangs in the midst of a mail: the ticket is not locked meanwhile.</summary>
    [Fact]
    public async Task A_mail_server_that_hangs_in_a_mail_locks_no_ticket()
    {
        var customer = await _mail.CorrespondentAsync();
        await _mail.AppendAsync(Answer(customer.Address, customer.Ticket, "Slow."));
        using var relay = new CuttingRelay(_mail.Mailbox.Port, "BODY.PEEK[]") { HangsInstead = true };
        (_mail.Settings.Tls, _mail.Settings.Port) = (MailboxTls.None, relay.Port);
        using var end = new CancellationTokenSource();
        var reading = _mail.Service.RunOnceAsync(server.Stage, end.Token);
        await Until.TrueAsync("the mail is asked for", () => relay.Cuts == 1);
        await _mail.Desk.RunAsync(customer.Ticket, CrmHelp.Take);
        Assert.False(reading.IsCompleted);
        await end.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading);
        Assert.Equal(0, await _mail.CountNotesAsync(customer.Ticket));
    }

    [Fact]
    public async Task A_wrong_password_is_told_without_it()
    {
        _mail.Settings.Password = "wrong-secret-77aa";
        await _mail.Service.RunWhenDueAsync(server.Stage, default);
        var told = Assert.Single(_mail.Log.Entries);
        Assert.Contains("does not take the user desk with his password", told.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("wrong-secret-77aa", told.Message + told.Exception, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_certificate_of_nobodys_is_not_trusted()
    {
        _mail.Settings.CertificateAuthority = null;
        Assert.Contains(
            "its certificate is not trusted",
            (await Assert.ThrowsAsync<MailboxException>(_mail.ReadAsync)).Message,
            StringComparison.Ordinal
        );

        // Another authority's, and a name that is not its own.
        await using var other = await PrivateMailbox.StartNewAsync();
        _mail.Settings.CertificateAuthority = other.CertificateFile;
        await Assert.ThrowsAsync<MailboxException>(_mail.ReadAsync);
        (_mail.Settings.CertificateAuthority, _mail.Settings.Host) = (_mail.Mailbox.CertificateFile, "localhost");
        await Assert.ThrowsAsync<MailboxException>(_mail.ReadAsync);
    }

    [Theory]
    [InlineData(MailboxTls.StartTls)]
    [InlineData(MailboxTls.None)]
    public async Task A_mailbox_is_read_by_the_other_ways(MailboxTls tls)
    {
        var customer = await _mail.CorrespondentAsync();
        (_mail.Settings.Tls, _mail.Settings.Port) = (tls, _mail.Mailbox.Port);
        await _mail.AppendAsync(Answer(customer.Address, customer.Ticket, "Hello."));
        Assert.Equal(1, await _mail.ReadAsync());
        Assert.Equal(new MailboxCounts(0, 1, 0), await MailboxCheck.CountAsync(_mail.Settings, default));
    }

    [Fact]
    public async Task A_mailbox_is_read_at_its_interval_alone()
    {
        var (customer, service) = (await _mail.CorrespondentAsync(), _mail.NewService());
        await service.RunWhenDueAsync(server.Stage, default);
        await _mail.AppendAsync(Answer(customer.Address, customer.Ticket, "Hello."));
        await service.RunWhenDueAsync(server.Stage, default);
        Assert.Equal(0, await _mail.CountNotesAsync(customer.Ticket));
        server.Clock.Advance(TimeSpan.FromMinutes(1));
        await service.RunWhenDueAsync(server.Stage, default);
        Assert.Equal(1, await _mail.CountNotesAsync(customer.Ticket));
    }

    /// <summary>Stands between the server and the mailbox, and ends the connection, or stops, where the server sends a text.</summary>
    private sealed class CuttingRelay : IDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private readonly int _target;
        private readonly string _text;
        private int _cuts;

        public CuttingRelay(int target, string text)
        {
            (_target, _text) = (target, text);
            _listener.Start();
            _ = AcceptAsync();
        }

        public bool HangsInstead { get; init; }

        public int Cuts => Volatile.Read(ref _cuts);

        public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

        public void Dispose() => _listener.Dispose();

        private async Task AcceptAsync()
        {
            try
            {
                using var caller = await _listener.AcceptTcpClientAsync();
                using var target = new TcpClient();
                await target.ConnectAsync(IPAddress.Loopback, _target);
                var answers = target.GetStream().CopyToAsync(caller.GetStream());
                var buffer = new byte[8_192];
                int read;
                while ((read = await caller.GetStream().ReadAsync(buffer)) > 0)
                {
                    if (Encoding.ASCII.GetString(buffer, 0, read).Contains(_text, StringComparison.Ordinal))
                    {
                        Interlocked.Increment(ref _cuts);
                        if (!HangsInstead)
                        {
                            return;
                        }

                        continue;
                    }

                    await target.GetStream().WriteAsync(buffer.AsMemory(0, read));
                }
            }
            catch (Exception exception) when (exception is SocketException or IOException or ObjectDisposedException)
            {
                // One of the two has gone.
            }
        }
    }
}
