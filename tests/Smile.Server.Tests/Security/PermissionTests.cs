using System.Globalization;
using System.Xml.Linq;
using Smile.Cli;
using Smile.Contracts;
using Smile.Hosting;
using Smile.Hosting.Security;
using Smile.Server.Tests.Fixture;
using Smile.Session;
using Smile.Testing;
using static Smile.Server.Tests.Fixture.Orders;
using static Smile.Server.Tests.Fixture.PaymentHelp;
using static Smile.Server.Tests.Fixture.SoapCaller;

namespace Smile.Server.Tests.Security;

/// <summary>Who may call what (S1), and which logins he may change (S2, S3).</summary>
[Collection(ServerTests.Name)]
public sealed class PermissionTests(ServerFixture server)
{
    /// <summary>What a customer must never do by himself, said here once more, so that the table cannot be wrong with the test.</summary>
    private const string NotForCustomers =
        "account.addDeferredCharge account.allocate account.changeBillingCycle account.createBond account.migrateOpenTransaction "
        + "account.raiseAdjustment account.raiseInvoice account.raiseReimbursement "
        + "account.releaseBond account.reverseTransaction authentication.authenticate cat.triggerCatForgotPasswordEmail "
        + "config/customfields.addCollectionEntry "
        + "config/customfields.deleteCollectionEntry config/customfields.updateCollectionEntry contract.updateSubscriptionContract "
        + "crm.updateTicket "
        + "order.approveOrder payment.recordFailedPayment pool.createLinkToReservation pool.createReservation pool.unlink "
        + "prepaid.addPrepaid prepaid.updatePrepaid "
        + "provisioning.provisioningUpdate provisioning.retryProvisioning recurringcharge.addSimpleRecurringCharges "
        + "recurringcharge.updateSimpleRecurringCharges spendmanagement.setSpendLimitOverride "
        + "spendmanagement.setTemporarySpendLimitOverride subscription.addIpRange subscription.addIpRangeReservation "
        + "subscription.applyFeature "
        + "subscription.applyFeatureToConnections subscription.migrateSubscription subscription.removeIpRange "
        + "subscription.removePoolReservationLink "
        + "subscription.stopApplyingFeature subscription/plan.changeManagedPlanGroup";

    private SoapCaller Api => server.Administrator;

    public static TheoryData<string> Kinds => ["own account", "all accounts", .. OperationClasses.AllNames];

    /// <summary>S1: every operation of the contract, by each kind of caller; each class alone, too.</summary>
    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Every_operation_is_refused_to_who_lacks_its_class_and_to_nobody_else(string kind)
    {
        var customer = await PortalCustomerAsync(server);
        var alone = OperationClasses.Find(kind);
        var allAccounts = kind != "own account";
        using var caller = await server.AddUserAsync(
            new ApiUser(server.Unique("kind"), "fixture-password-4", customer.Usn, allAccounts, false, false, [])
            {
                Only = alone is null ? [] : [kind],
            }
        );
        var wrong = new List<string>();
        foreach (var endpoint in SmileEndpoints.All)
        {
            foreach (var operation in endpoint.Operations)
            {
                var permission = OperationPermissions.Of(endpoint.Path, operation.Name);
                var may =
                    permission.Class == OperationClass.None
                    || (alone ?? (allAccounts ? OperationClasses.All : OperationClasses.OfCustomers)).HasFlag(permission.Class);
                using var answer = await caller.OpenAsync(endpoint.Path, operation.Name);
                var text = await answer.Content.ReadAsStringAsync();
                var refusal = $"{permission.Fault}. The operation '{operation.Name}' needs the permission";
                if (
                    may == text.Contains(refusal, StringComparison.Ordinal)
                    || (!may && !text.Contains($":{permission.Fault}", StringComparison.Ordinal))
                )
                {
                    wrong.Add($"{endpoint.Path}.{operation.Name}: {text}");
                }
            }
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    /// <summary>S1: the table against a list of its own.</summary>
    [Fact]
    public void Customers_are_refused_what_is_the_companys()
    {
        var refused = SmileEndpoints
            .All.SelectMany(endpoint => endpoint.Operations.Select(operation => (endpoint.Path, operation.Name)))
            .Where(operation =>
                OperationPermissions.Of(operation.Path, operation.Name) is var permission
                && (permission.AllAccounts || !OperationClasses.OfCustomers.HasFlag(permission.Class))
            )
            .Select(operation => $"{operation.Path}.{operation.Name}")
            .Order(StringComparer.Ordinal);
        Assert.Equal(NotForCustomers.Split(' ').Order(StringComparer.Ordinal), refused);
    }

    [Fact]
    public void The_page_of_permissions_is_current()
    {
        var path = Path.Combine(Repository.Folder(), "docs", "permissions.md");
        Assert.True(OperationPermissions.Document() == File.ReadAllText(path), "docs/permissions.md is stale: run ./smile generate");
    }

    [Fact]
    public async Task Nothing_is_changed_by_what_is_refused()
    {
        var customer = await PortalCustomerAsync(server);
        using var own = await server.AddCustomerAsync(customer.Usn);
        var before = await TracesAsync(server, customer.Usn);
        var fault = await own.RefusedAsync(
            "account",
            "raiseAdjustment",
            P("usn", customer.Usn),
            P("adjustmentType", 1),
            P("effective", "2015-01-14T00:00:00Z"),
            P("amount", "-1000"),
            P("gst", "0"),
            P("comment", "x")
        );
        Assert.Equal(
            (500, "AccessException", "AccessException. The operation 'raiseAdjustment' needs the permission 'money'."),
            (fault.StatusCode, fault.Element, fault.Message)
        );
        Assert.Equal(before, await TracesAsync(server, customer.Usn));

        // Cash is what the company's people count; a card is the customer's own.
        Assert.Equal(
            "NoSuchItemException",
            (
                await own.RefusedAsync("payment", "processPayment", P("usn", customer.Usn), Request("cash", "10.00", null), AutoAllocate)
            ).Element
        );
        await own.CallAsync("account", "get", P("usn", customer.Usn));
    }

    /// <summary>S1: a suspension is lifted by who made it.</summary>
    [Fact]
    public async Task A_customer_resumes_what_he_has_suspended_and_nothing_else()
    {
        var customer = await PortalCustomerAsync(server);
        var usn = customer.Subscriptions[1];
        using var own = await server.AddCustomerAsync(customer.Usn);
        using var trusted = await server.AddUserAsync(
            new ApiUser(server.Unique("user"), "fixture-password-5", customer.Usn, false, false, false, []) { Allow = ["staff"] }
        );
        var past = P("fromTimestamp", "2015-01-01T00:00:00Z");
        await own.CallAsync("subscription", "suspend", P("usn", usn));
        await own.CallAsync("subscription", "resume", P("usn", usn), past);
        await Api.CallAsync("subscription", "suspend", P("usn", usn));
        Assert.Equal("SuspendException", (await own.RefusedAsync("subscription", "resume", P("usn", usn), past)).Element);
        Assert.Equal(
            "SuspendException",
            (await own.RefusedAsync("subscription", "resume", P("usn", usn), P("fromTimestamp", "2032-01-01T00:00:00Z"))).Element
        );
        await trusted.CallAsync("subscription", "resume", P("usn", usn), past);
        await own.CallAsync("subscription", "suspend", P("usn", usn));
        await server.ExecuteAsync("UPDATE subscription SET suspended_by_credit_control = true WHERE usn = $1", usn);
        Assert.Equal("SuspendException", (await own.RefusedAsync("subscription", "resume", P("usn", usn), past)).Element);
        await Api.CallAsync("subscription", "resume", P("usn", usn), past);

        // What the company has planned is not put off by asking for the same on another day.
        await Api.CallAsync("subscription", "suspend", P("usn", usn), P("fromTimestamp", "2031-01-01T00:00:00Z"));
        foreach (
            var (operation, fault) in new[]
            {
                ("suspend", "SuspendException"),
                ("resume", "SuspendException"),
                ("cancel", "CancelException"),
            }
        )
        {
            Assert.Equal(
                fault,
                (await own.RefusedAsync("subscription", operation, P("usn", usn), P("fromTimestamp", "2032-01-01T00:00:00Z"))).Element
            );
        }

        Assert.Equal(1, await server.QueryAsync<long>("SELECT count(*) FROM due_work WHERE subject = $1 AND done IS NULL", usn));
    }

    [Fact]
    public async Task A_customer_reserves_as_many_usns_as_he_needs()
    {
        var customer = await PortalCustomerAsync(server);
        using var own = await server.AddCustomerAsync(customer.Usn);
        Assert.Equal(999, (await own.CallAsync("order", "reserveUsns", P("sid", 17), P("count", 999)))!.Elements().Count());
        Assert.Equal("InvalidRequestException", (await own.RefusedAsync("order", "reserveUsns", P("sid", 17), P("count", 2))).Element);
        await own.CallAsync("order", "reserveUsns", P("sid", 17), P("count", 1));
        Assert.Equal("InvalidRequestException", (await own.RefusedAsync("order", "reserveUsns", P("sid", 17), P("count", 1))).Element);
        await Api.CallAsync("order", "reserveUsns", P("sid", 17), P("count", 2));
    }

    /// <summary>S2: who may set the password, the name or the address of a login can be it.</summary>
    [Fact]
    public async Task Nobody_changes_a_login_that_may_do_more()
    {
        var customer = await PortalCustomerAsync(server);
        using var own = await server.AddCustomerAsync(customer.Usn);
        foreach (
            var stronger in new Func<ApiUser, ApiUser>[]
            {
                user => user with { AllAccounts = true },
                user => user with { ViewPassword = true },
                user => user with { AllPackages = true },
                user => user with { Packages = [AdslOnly] },
                user => user with { Allow = ["money"] },
            }
        )
        {
            var name = server.Unique("strong");
            using var strong = await server.AddUserAsync(
                stronger(new ApiUser(name, "strong-password", customer.Usn, false, false, false, []))
            );
            var login = await LoginAsync(name);
            foreach (var (operation, parameters) in Changes(login))
            {
                Assert.Equal(
                    (operation, "AccessException"),
                    (operation, (await own.RefusedAsync("subscription", operation, [P("usn", login), .. parameters])).Element)
                );
            }

            await strong.CallAsync("order", "echo", P("value", "x"));
            await strong.CallAsync("subscription", "update", P("usn", login), Email("mine@example.com"));
        }

        // A login that may do no more, on the same account, is a colleague's.
        var equal = server.Unique("equal");
        using var colleague = await server.AddUserAsync(new ApiUser(equal, "equal-password", customer.Usn, false, false, false, []));
        await own.CallAsync("subscription", "setClearPassword", P("usn", await LoginAsync(equal)), NewPassword);
        await Api.CallAsync("subscription", "setClearPassword", P("usn", await LoginAsync(equal)), NewPassword);
    }

    /// <summary>
    /// S2, the long way round: a change of the account's address goes on to its subscriptions, but not to a stronger login.
    /// </summary>
    [Fact]
    public async Task A_stronger_login_does_not_inherit_an_address()
    {
        var customer = await PortalCustomerAsync(server);
        using var own = await server.AddCustomerAsync(customer.Usn);
        var name = server.Unique("strong");
        using var strong = await server.AddUserAsync(new ApiUser(name, "strong-password", customer.Usn, true, false, false, []));
        var login = await LoginAsync(name);
        await strong.CallAsync("subscription", "update", P("usn", login), Email("joe@example.com"));
        await own.CallAsync("account", "update", P("usn", customer.Usn), Email("evil@example.com", "Account"));
        Assert.Equal("joe@example.com", (await Api.CallAsync("subscription", "get", P("usn", login))).Field("emailAddress"));
        Assert.Equal(
            "evil@example.com",
            (await Api.CallAsync("subscription", "get", P("usn", customer.Subscriptions[0]))).Field("emailAddress")
        );
    }

    /// <summary>S3: no password of a login to the API is mailed, and none to an address of today.</summary>
    [Fact]
    public async Task A_forgotten_password_does_not_go_to_an_address_of_today()
    {
        var customer = await PortalCustomerAsync(server);
        var login = customer.Username + "@example.com";
        await Api.CallAsync("subscription", "update", P("usn", customer.Subscriptions[0]), Email("new@example.com"));
        Assert.Contains("less than a day ago", (await ForgottenAsync(login)).Message, StringComparison.Ordinal);
        await server.ExecuteAsync("UPDATE subscription SET email_changed = email_changed - interval '25 hours' WHERE username = $1", login);
        Assert.Contains("could not be sent", (await ForgottenAsync(login)).Message, StringComparison.Ordinal);
        using var api = await server.AddUserAsync(
            new ApiUser(login, null, customer.Usn, false, false, false, []) { Password = "api-password" }
        );
        Assert.Contains("protected", (await ForgottenAsync(login)).Message, StringComparison.Ordinal);

        Task<SoapFault> ForgottenAsync(string username)
        {
            server.Settings.Smtp.Port = 1;
            return Api.RefusedAsync("cat", "triggerCatForgotPasswordEmail", P("catUsername", username));
        }
    }

    /// <summary>
    /// S11: an address is one reader's; a value is not a place for another value; a name that is taken says nothing of where.
    /// </summary>
    [Fact]
    public async Task Several_addresses_are_refused_and_a_taken_name_tells_nothing()
    {
        var customer = await PortalCustomerAsync(server);
        var other = await PortalCustomerAsync(server);
        foreach (
            var address in new[]
            {
                "a@example.com, b@example.com",
                "a@example.com;b@example.com",
                "a@example.com\nBcc: b@example.com",
                "<a@example.com>",
            }
        )
        {
            Assert.Equal(
                "AccountException",
                (await Api.RefusedAsync("account", "update", P("usn", customer.Usn), Email(address, "Account"))).Element
            );
        }

        using var own = await server.AddCustomerAsync(customer.Usn);
        var taken = await own.RefusedAsync(
            "subscription",
            "changeUsername",
            P("usn", customer.Subscriptions[0]),
            P("username", other.Username + "@example.com")
        );
        Assert.EndsWith("The username is not available. Choose another.", taken.Message, StringComparison.Ordinal);
        var letter = await new Smile.Hosting.Mail.SmtpMailSender(new ServerSettings()).FillAsync(
            "cat-forgot-password",
            "en",
            new Dictionary<string, string>
            {
                ["name"] = "{password}",
                ["username"] = "joe",
                ["password"] = "secret-1",
            },
            CancellationToken.None
        );
        Assert.Contains("Dear {password}", letter.Body, StringComparison.Ordinal);
        Assert.Equal(2, letter.Body.Split("secret-1").Length);
        Assert.Equal(
            "InvalidRequestException",
            (
                await own.RefusedAsync("subscription", "suspend", P("usn", customer.Subscriptions[1]), P("comment", new string('x', 1_001)))
            ).Element
        );
    }

    /// <summary>R17: what is not named stays as it is.</summary>
    [Fact]
    public async Task Changing_a_user_changes_what_is_named()
    {
        var customer = await PortalCustomerAsync(server);
        var name = server.Unique("user");
        (
            await server.AddUserAsync(
                new ApiUser(name, "some-password", customer.Usn, true, true, false, [AdslOnly]) { Only = ["read", "money"] }
            )
        ).Dispose();
        (await server.AddUserAsync(new ApiUser(name, "other-password", null, null, null, null, null))).Dispose();
        var login = await LoginAsync(name);
        Assert.Equal(
            $"{name} [USN {login}, account {customer.Usn}]: all accounts; read, money; packages {AdslOnly}; views passwords",
            await ShownAsync()
        );
        (
            await server.AddUserAsync(new ApiUser(name, "other-password", null, false, null, true, null) { Allow = ["provisioning"] })
        ).Dispose();
        Assert.Equal(
            $"{name} [USN {login}, account {customer.Usn}]: own account; read, money, provisioning; all packages; views passwords",
            await ShownAsync()
        );
        (await server.AddUserAsync(new ApiUser(name, "other-password", null, null, false, null, null) { Only = ["default"] })).Dispose();
        Assert.Equal(
            $"{name} [USN {login}, account {customer.Usn}]: own account; read, self-service, ordering; all packages",
            await ShownAsync()
        );
        var vault = new PasswordVault(server.Settings.PasswordKeys);
        foreach (
            var bad in new[]
            {
                new ApiUser("", "some-password", null, null, null, null, null),
                new ApiUser("a:b", "some-password", null, null, null, null, null),
                new ApiUser(name, "short", null, null, null, null, null),
                new ApiUser(name, null, null, null, null, null, null) { Allow = ["everything"] },
            }
        )
        {
            await Assert.ThrowsAsync<CommandException>(() => UserCommand.AddAsync(server.Stage, vault, bad, CancellationToken.None));
        }

        using var gone = new SoapCaller(server.Address, name, "other-password");
        await gone.CallAsync("order", "echo", P("value", "x"));
        await UserCommand.RemoveAsync(server.Stage, name, CancellationToken.None);
        await Assert.ThrowsAsync<CommandException>(ShownAsync);
        await Until.TrueAsync(
            "the login is refused",
            async () =>
            {
                using var answer = await gone.OpenAsync("order", "echo", P("value", "x"));
                return answer.StatusCode == System.Net.HttpStatusCode.Unauthorized;
            }
        );

        async Task<string> ShownAsync()
        {
            using var text = new StringWriter(CultureInfo.InvariantCulture);
            await UserCommand.WriteAsync(server.Stage, name, text, CancellationToken.None);
            return text.ToString().Trim();
        }
    }

    private static XElement NewPassword =>
        Document(
            "<Credential><Type>password</Type><Parameters><Object><String name='password'>another-password</String></Object>"
                + "</Parameters></Credential>"
        );

    private static XElement Email(string address, string document = "Subscription") =>
        new(
            ContractSchemas.Data + document,
            new XElement(
                ContractSchemas.Data + "Properties",
                new XElement(
                    ContractSchemas.Data + "Object",
                    new XElement(ContractSchemas.Data + "String", new XAttribute("name", "emailAddress"), address)
                )
            )
        );

    private (string Operation, XElement[] Parameters)[] Changes(string login) =>
        [
            ("setClearPassword", [NewPassword]),
            ("changeUsername", [P("username", server.Unique("renamed"))]),
            ("update", [Email("evil@example.com")]),
            ("suspend", []),
            ("cancel", [P("fromTimestamp", "2015-01-01T00:00:00Z")]),
            ("setCostCentre", []),
            ("resume", [P("fromTimestamp", "2015-01-01T00:00:00Z")]),
        ];

    private Task<string> LoginAsync(string username) =>
        server.QueryAsync<string>(
            "SELECT usn FROM subscription JOIN api_permission ON usn = subscription_usn WHERE username = $1",
            username
        );
}
