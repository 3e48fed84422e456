using System.Globalization;
using System.Xml.Linq;
using FsCheck;
using FsCheck.Fluent;
using Smile.Catalogue;
using Smile.Kernel;
using Smile.Server.Tests.Crm;
using Smile.Server.Tests.Fixture;
using Smile.Testing;
using static Smile.Server.Tests.CustomCollections.CollectionHelp;
using static Smile.Server.Tests.Fixture.Orders;

namespace Smile.Server.Tests.CustomCollections;

/// <summary>
/// Random sequences of changes of entries, and of fields that refer to them, against a model of names: codes are unique, nothing refers to
/// what is gone, and the last message of each entry says how it is. It has a server of its own, since it applies another catalogue.
/// </summary>
public sealed class CollectionPropertyTests(ServerFixture server) : IClassFixture<ServerFixture>, IAsyncLifetime
{
    private const int Steps = 25;
    private const int Names = 5;

    /// <summary>Accounts, and as many tickets.</summary>
    private const int Owners = 6;

    private static readonly int Sequences = Verification.IsFull ? 150 : 8;

    private readonly CollectionHelp _api = new(server);
    private ChangedCatalogue? _catalogue;

    private enum Act
    {
        Add,
        Rename,
        Update,
        Delete,
        Refer,
        Clear,
    }

    private sealed record Step(Act Act, int Entry, int Name, int Owner);

    private sealed class ModelEntry(int key, string code)
    {
        public int Key => key;

        public string Code { get; set; } = code;
    }

    /// <summary>What has a manager.</summary>
    /// <param name="TrySetAsync">Gives it a manager; the fault where it is refused.</param>
    private sealed record Owner(Func<string, Task<SoapFault?>> TrySetAsync, Func<Task<string?>> ManagerAsync);

    /// <summary>The example, with a field of tickets that is bound to the collection which accounts are bound to.</summary>
    public async Task InitializeAsync() =>
        _catalogue = await ChangedCatalogue.ApplyAsync(
            server,
            content =>
            {
                var manager = new FieldDefinition(
                    902,
                    "accountManager",
                    "Account manager",
                    FieldKind.String,
                    false,
                    FieldVisibility.VisibleAndEditable,
                    Managers,
                    []
                );
                return content with
                {
                    TicketTypes =
                    [
                        .. content.TicketTypes.Select(type => type.Id == 370 ? type with { Fields = [.. type.Fields, manager] } : type),
                    ],
                };
            }
        );

    public async Task DisposeAsync() => await _catalogue!.DisposeAsync();

    [Fact]
    public void No_reference_dangles_and_messages_tell_what_is()
    {
        var step =
            from act in Gen.Elements(
                Act.Add,
                Act.Add,
                Act.Rename,
                Act.Rename,
                Act.Update,
                Act.Delete,
                Act.Refer,
                Act.Refer,
                Act.Refer,
                Act.Clear
            )
            from entry in Gen.Choose(0, 100)
            from name in Gen.Choose(0, Names - 1)
            from owner in Gen.Choose(0, Owners - 1)
            select new Step(act, entry, name, owner);
        var sequences = Arb.From(
            Gen.ArrayOf(step, Steps),
            steps => Enumerable.Range(0, steps.Length).Select(index => steps.Where((_, position) => position != index).ToArray())
        );
        Prop.ForAll(sequences, steps => RunAsync(steps).GetAwaiter().GetResult()).Check(Config.QuickThrowOnFailure.WithMaxTest(Sequences));
    }

    private async Task RunAsync(IReadOnlyList<Step> steps)
    {
        var prefix = server.Unique("n") + "-";
        var owners = new List<Owner>();
        for (var index = 0; index < Owners / 2; index++)
        {
            var account = await _api.AccountWithAsync("amy");
            owners.Add(new Owner(code => _api.TrySetManagerAsync(account, code), () => _api.ManagerOfAsync(account)));
            owners.Add(await TicketAsync(account));
        }

        List<ModelEntry> entries = [];
        List<int> deleted = [];
        var managers = new ModelEntry?[Owners];
        foreach (var step in steps)
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"{prefix}{step.Name}");
            var entry = entries.Count == 0 ? null : entries[step.Entry % entries.Count];
            var isTaken = entries.Exists(other => other.Code == name);
            switch (step.Act, entry)
            {
                case (Act.Add, _) when isTaken:
                    Assert.Equal("NonUniqueFieldException", (await _api.AddRefusedAsync(Managers, name)).Element);
                    break;
                case (Act.Add, _):
                    entries.Add(new ModelEntry(await _api.AddAsync(Managers, name), name));
                    break;
                case (Act.Rename, { } renamed) when isTaken && renamed.Code != name:
                    Assert.Equal("NonUniqueFieldException", (await _api.UpdateRefusedAsync(renamed.Key, Managers, name)).Element);
                    break;
                case (Act.Rename, { } renamed):
                    await _api.UpdateAsync(renamed.Key, Managers, name);
                    renamed.Code = name;
                    break;
                case (Act.Update, { } updated):
                    await _api.UpdateAsync(updated.Key, Managers, updated.Code);
                    break;
                case (Act.Delete, { } wanted) when managers.Contains(wanted):
                    Assert.Contains("in use by", (await _api.DeleteRefusedAsync(wanted.Key)).Message, StringComparison.Ordinal);
                    break;
                case (Act.Delete, { } wanted):
                    await _api.DeleteAsync(wanted.Key);
                    entries.Remove(wanted);
                    deleted.Add(wanted.Key);
                    break;
                case (Act.Refer, _):
                    var fault = await owners[step.Owner].TrySetAsync(name);
                    Assert.Equal(isTaken, fault is null);
                    managers[step.Owner] = isTaken ? entries.Single(other => other.Code == name) : managers[step.Owner];
                    break;
                case (Act.Clear, _):
                    Assert.Null(await owners[step.Owner].TrySetAsync("amy"));
                    managers[step.Owner] = null;
                    break;
            }
        }

        await RequireSameAsync(prefix, entries, deleted);
        for (var index = 0; index < Owners; index++)
        {
            Assert.Equal(managers[index]?.Code ?? "amy", await owners[index].ManagerAsync());
        }
    }

    private async Task<Owner> TicketAsync(string account)
    {
        var desk = new CrmHelp(server);
        var number = await desk.RaiseAsync(CrmHelp.Support, account, CrmHelp.Fields(Text("accountManager", "amy")));
        return new Owner(
            code => desk.TryUpdateAsync(number, CrmHelp.Fields(Text("accountManager", code))),
            () =>
                server.QueryAsync<string?>(
                    """
                    SELECT (SELECT field ->> 'v' FROM jsonb_array_elements(properties) AS field WHERE field ->> 'n' = 'accountManager')
                    FROM ticket WHERE number = $1::bigint
                    """,
                    number
                )
        );
    }

    private async Task RequireSameAsync(string prefix, List<ModelEntry> entries, List<int> deleted)
    {
        await ReferenceTests.RequireNoDanglingAsync(server);
        Assert.Equal(
            entries.Select(entry => entry.Code).Order(StringComparer.Ordinal),
            (await AllAsync()).Where(code => code.StartsWith(prefix, StringComparison.Ordinal)).Order(StringComparer.Ordinal)
        );
        foreach (var entry in entries)
        {
            var last = (await _api.MessagesAsync(entry.Key))[^1];
            SoapCaller.AssertSame(await _api.GetAsync(entry.Key), XElement.Parse(last.Body));
            Assert.Equal((entry.Key, entry.Code), (last.Headers["key"], last.Headers["entryCode"]));
        }

        foreach (var key in deleted)
        {
            Assert.Equal("CustomCollectionEntryDeleted", (await _api.MessagesAsync(key))[^1].Type);
        }
    }

    private async Task<IReadOnlyList<string>> AllAsync()
    {
        var codes = new List<string>();
        for (var (offset, more) = (0, true); more; offset += 200)
        {
            var page = await _api.FindAsync(Managers, null, null, 200, offset);
            codes.AddRange(CodesOf(page));
            more = (bool)page.Attribute("moreResults")!;
        }

        return codes;
    }
}
