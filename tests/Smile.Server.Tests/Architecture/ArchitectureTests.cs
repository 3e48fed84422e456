using System.Reflection;
using System.Runtime.CompilerServices;
using Smile.Testing;

namespace Smile.Server.Tests.Architecture;

/// <summary>Who may know whom, and how types look.</summary>
public sealed class ArchitectureTests
{
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["Smile.Soap"] = [],
        ["Smile.OpenWire"] = [],
        ["Smile.Contracts"] = ["Smile.Soap"],
        ["Smile.Domain"] = ["Smile.Soap", "Smile.Contracts"],
        ["Smile.Data"] = ["Smile.Soap", "Smile.Contracts", "Smile.Domain"],
        ["Smile.Gateways"] = ["Smile.Domain"],
        ["Smile.Documents"] = ["Smile.Soap", "Smile.Contracts", "Smile.Domain"],
        ["smile-server"] = ["Smile.Soap", "Smile.OpenWire", "Smile.Contracts", "Smile.Domain", "Smile.Data", "Smile.Documents", "Smile.Gateways"],
    };

    /// <summary>Capabilities of the domain, and which others each may use. Foundation, Catalogue and CustomFields are for all.</summary>
    private static readonly Dictionary<string, string[]> Capabilities = new()
    {
        ["Foundation"] = ["Access", "Accounts", "Subscriptions", "Ordering", "Provisioning", "DueWork", "Messaging", "Catalogue", "CustomFields", "PurchaseOrders", "InvoiceGroupings", "Receivables", "GeneralLedger", "Plans", "Documents", "Payments", "Billing", "Contracts", "Dispatch", "CreditControlRun"],
        ["Catalogue"] = ["CustomFields"],
        ["CustomFields"] = ["Catalogue"],
        ["Access"] = ["Accounts", "Subscriptions"],
        ["Messaging"] = ["Accounts", "Subscriptions", "Ordering", "Receivables"],
        ["Accounts"] = ["Access", "Subscriptions", "Messaging"],
        ["Subscriptions"] = ["Access", "Accounts", "Billing", "Contracts", "DueWork", "Messaging", "Ordering", "Provisioning"],
        ["Provisioning"] = ["Access", "Accounts", "Subscriptions", "Ordering", "DueWork", "Messaging", "Billing", "Contracts"],
        ["Ordering"] = ["Access", "Accounts", "Subscriptions", "Provisioning", "Messaging", "Billing", "Receivables", "Payments"],
        ["PurchaseOrders"] = ["Accounts", "Subscriptions"],
        ["InvoiceGroupings"] = ["Accounts", "Subscriptions", "Receivables"],
        ["Payments"] = ["Accounts", "Dispatch", "DueWork", "Receivables"],
        ["Receivables"] = ["Accounts", "Subscriptions", "GeneralLedger", "InvoiceGroupings", "Messaging", "PurchaseOrders", "Payments", "Billing", "Dispatch", "DueWork"],
        ["GeneralLedger"] = ["Accounts", "Receivables"],
        ["Billing"] = ["Accounts", "Receivables", "Subscriptions", "Plans", "PurchaseOrders", "InvoiceGroupings", "Ordering", "Payments", "Contracts", "Dispatch"],
        ["Plans"] = ["Accounts", "Subscriptions", "Receivables", "Billing", "Contracts", "DueWork", "Messaging"],
        ["ManagedPlans"] = ["Accounts", "Billing", "Contracts", "InvoiceGroupings", "Messaging", "Payments", "Plans", "Receivables", "Subscriptions"],
        ["DueWork"] = ["Access", "Accounts", "Subscriptions", "Provisioning", "Payments", "CreditControlRun", "Plans"],
        ["Documents"] = ["Accounts", "Receivables", "Subscriptions"],
        ["Contracts"] = ["Accounts", "Billing", "Messaging", "Plans", "Receivables", "Subscriptions"],
        ["Dispatch"] = ["Accounts", "Documents", "Messaging", "Receivables"],
        ["CreditControlRun"] = ["Accounts", "Dispatch", "Messaging", "Receivables", "Subscriptions"],
        ["Services"] = [],
        ["Cat"] = ["Access", "Accounts", "Dispatch", "Subscriptions"],
    };

    public static TheoryData<string> Assemblies => [.. Allowed.Keys];

    [Theory]
    [MemberData(nameof(Assemblies))]
    public void Projects_depend_only_on_those_above_them(string name)
    {
        var references = Assembly.Load(name).GetReferencedAssemblies().Select(reference => reference.Name!).Where(Allowed.ContainsKey);
        Assert.Empty(references.Except(Allowed[name]));
    }

    [Fact]
    public void Capabilities_keep_their_borders()
    {
        var domain = Path.Combine(Repository.Folder(), "src", "Smile.Domain");
        var common = new[] { "Foundation", "Catalogue", "CustomFields" };
        var trespasses =
            from folder in Directory.GetDirectories(domain)
            let capability = Path.GetFileName(folder)
            where capability is not ("bin" or "obj")
            from file in Directory.GetFiles(folder, "*.cs", SearchOption.AllDirectories)
            from line in File.ReadLines(file)
            where line.StartsWith("using Smile.Domain.", StringComparison.Ordinal)
            let used = line["using Smile.Domain.".Length..].TrimEnd(';').Split('.')[0]
            where used != capability && !common.Contains(used) && !Capabilities.GetValueOrDefault(capability, []).Contains(used)
            select $"{Path.GetFileName(file)}: {capability} uses {used}";
        Assert.Empty(trespasses);
    }

    [Theory]
    [MemberData(nameof(Assemblies))]
    public void Classes_are_sealed_abstract_or_static_unless_the_contract_derives_from_them(string name)
    {
        var open = Assembly.Load(name).GetTypes().Where(type =>
            type is { IsClass: true, IsSealed: false, IsAbstract: false }
            && !type.IsDefined(typeof(CompilerGeneratedAttribute), inherit: false)
            && type.FullName?.StartsWith("Smile.", StringComparison.Ordinal) == true
            && !type.Assembly.GetTypes().Any(derived => derived.BaseType == type));
        Assert.Empty(open.Select(type => type.FullName));
    }

    [Theory]
    [MemberData(nameof(Assemblies))]
    public void There_is_no_static_state_that_changes(string name)
    {
        var fields = from type in Assembly.Load(name).GetTypes()
                     where type.FullName?.StartsWith("Smile.", StringComparison.Ordinal) == true && !type.IsDefined(typeof(CompilerGeneratedAttribute), inherit: false)
                     from field in type.GetFields(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic)
                     where field is { IsInitOnly: false, IsLiteral: false } && !field.IsDefined(typeof(CompilerGeneratedAttribute), inherit: false)
                         && field.Name.IndexOf('<', StringComparison.Ordinal) < 0 && !field.Name.StartsWith("__", StringComparison.Ordinal)
                     select $"{type.FullName}.{field.Name}";
        Assert.Empty(fields.ToList());
    }

    [Fact]
    public void Time_comes_from_a_time_provider()
    {
        var sources = Directory.GetFiles(Path.Combine(Repository.Folder(), "src"), "*.cs", SearchOption.AllDirectories).Where(file => !file.Contains("/obj/", StringComparison.Ordinal));
        var offenders = sources.Where(file => File.ReadAllText(file) is var text && (text.Contains("DateTime.Now", StringComparison.Ordinal) || text.Contains("DateTime.UtcNow", StringComparison.Ordinal) || text.Contains("DateTimeOffset.UtcNow", StringComparison.Ordinal) || text.Contains("DateTimeOffset.Now", StringComparison.Ordinal)));
        Assert.Empty(offenders.Select(Path.GetFileName));
    }
}
