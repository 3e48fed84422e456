using System.Globalization;
using System.Xml.Linq;
using FsCheck;
using FsCheck.Fluent;
using Smile.Server.Tests.Fixture;
using Smile.Testing;
using static Smile.Server.Tests.CustomCollections.CollectionHelp;

namespace Smile.Server.Tests.CustomCollections;

/// <summary>
/// Random sequences of changes of entries, and of fields that refer to them, against a model of names: codes are unique, nothing refers to
/// what is gone, and the last message of each entry says how it is.
/// </summary>
public sealed class CollectionPropertyTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    private const int Steps = 25;
    private const int Names = 5;
    private const int Accounts = 3;

    private static readonly int Sequences = Verification.IsFull ? 150 : 8;

    private readonly CollectionHelp _api = new(server);

    private enum Act
    {
        Add,
        Rename,
        Update,
        Delete,
        Refer,
        Clear,
    }

    private sealed record Step(Act Act, int Entry, int Name, int Account);

    private sealed class ModelEntry(int key, string code)
    {
        public int Key => key;

        public string Code { get; set; } = code;
    }

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
            from account in Gen.Choose(0, Accounts - 1)
            select new Step(act, entry, name, account);
        var sequences = Arb.From(
            Gen.ArrayOf(step, Steps),
            steps => Enumerable.Range(0, steps.Length).Select(index => steps.Where((_, position) => position != index).ToArray())
        );
        Prop.ForAll(sequences, steps => RunAsync(steps).GetAwaiter().GetResult()).Check(Config.QuickThrowOnFailure.WithMaxTest(Sequences));
    }

    private async Task RunAsync(IReadOnlyList<Step> steps)
    {
        var prefix = server.Unique("n") + "-";
        var accounts = new List<string>();
        for (var index = 0; index < Accounts; index++)
        {
            accounts.Add(await _api.AccountWithAsync("amy"));
        }

        List<ModelEntry> entries = [];
        List<int> deleted = [];
        var managers = new ModelEntry?[Accounts];
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
                    var fault = await _api.TrySetManagerAsync(accounts[step.Account], name);
                    Assert.Equal(isTaken, fault is null);
                    managers[step.Account] = isTaken ? entries.Single(other => other.Code == name) : managers[step.Account];
                    break;
                case (Act.Clear, _):
                    await _api.SetManagerAsync(accounts[step.Account], "amy");
                    managers[step.Account] = null;
                    break;
            }
        }

        await RequireSameAsync(prefix, entries, deleted);
        for (var index = 0; index < Accounts; index++)
        {
            Assert.Equal(managers[index]?.Code ?? "amy", await _api.ManagerOfAsync(accounts[index]));
        }
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
