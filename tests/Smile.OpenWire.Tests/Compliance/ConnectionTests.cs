using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging.Abstractions;

namespace Smile.OpenWire.Tests.Compliance;

/// <summary>Getting in: addresses, log-in and TLS.</summary>
[Collection(nameof(BrokerFixture))]
public sealed class ConnectionTests(BrokerFixture fixture)
{
    [Fact]
    public async Task A_wrong_password_is_named_but_not_told()
    {
        var options = Bus.Options(fixture.Broker) with { Password = "wrong-7c1" };

        var exception = await Assert.ThrowsAsync<BrokerException>(() => Bus.ConnectAsync(options));

        Assert.True(exception.AccessDenied);
        Assert.Contains("password is invalid", exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("wrong-7c1", exception.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_next_address_is_tried_when_one_does_not_answer()
    {
        using var deaf = new TcpListener(IPAddress.Loopback, 0);
        deaf.Start();
        var nobody = deaf.LocalEndpoint;
        deaf.Stop();

        await using var connection = await Bus.ConnectAsync(
            Bus.Options(fixture.Broker) with
            {
                Addresses = [new Uri($"tcp://{nobody}"), fixture.Broker.Address],
            }
        );

        Assert.Equal(fixture.Broker.Address, connection.Address);
    }

    [Fact]
    public async Task TLS_with_the_brokers_own_certificate()
    {
        var options = Bus.Options(fixture.Broker) with
        {
            Addresses = [fixture.Broker.TlsAddress],
            CertificateAuthorityFile = fixture.Broker.CertificateFile,
        };
        await using var connection = await Bus.ConnectAsync(options);
        await using var consumer = await connection.SubscribeAsync("ConnectionTls", null, null, 10, Bus.Patience);

        await Bus.SendAsync(connection, "ConnectionTls", Bus.Text(new string('x', 100_000)));

        Assert.Equal(100_000, (await consumer.ReceiveAsync(Bus.Patience)).Message.Text.Length);
    }

    [Fact]
    public async Task TLS_with_a_certificate_that_nobody_vouches_for_is_refused()
    {
        var options = Bus.Options(fixture.Broker) with { Addresses = [fixture.Broker.TlsAddress] };

        var exception = await Assert.ThrowsAsync<BrokerException>(() => Bus.ConnectAsync(options));

        Assert.Contains("certificate", exception.Message, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task A_client_id_in_use_is_refused()
    {
        await using var connection = await Bus.ConnectAsync(fixture.Broker, "in-use");

        var exception = await Assert.ThrowsAsync<BrokerException>(() => Bus.ConnectAsync(fixture.Broker, "in-use"));

        Assert.Equal("javax.jms.InvalidClientIDException", exception.RemoteType);
    }

    [Fact]
    public async Task An_idle_connection_is_kept_alive_both_ways()
    {
        await using var connection = await Bus.ConnectAsync(Bus.Options(fixture.Broker) with { MaxInactivity = TimeSpan.FromSeconds(5) });

        // More than twice the silence that either side bears; a shorter one would take a busy machine for a dead broker.
        await Assert.ThrowsAsync<TimeoutException>(() => connection.Closed.WaitAsync(TimeSpan.FromSeconds(12)));

        await using var producer = await connection.CreateProducerAsync(Bus.Patience);
    }

    [Fact]
    public async Task All_callers_of_a_client_share_one_connection()
    {
        await using var client = new OpenWireClient(Bus.Options(fixture.Broker), TimeProvider.System, NullLogger<OpenWireClient>.Instance);
        Assert.False(client.Health.IsConnected);

        var connections = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => client.GetConnectionAsync(Bus.Patience)));

        Assert.Single(connections.Distinct());
        Assert.Equal(fixture.Broker.Address, client.Health.Address);
        Assert.Null(client.Health.LastError);
    }
}
