namespace Smile.Session;

/// <summary>What kind of thing an operation does. A login may call the operations of the classes that it has, and <c>echo</c>.</summary>
[Flags]
public enum OperationClass
{
    /// <summary>Nothing that needs a permission: a test of the connection.</summary>
    None = 0,

    /// <summary>Reads, and works out what something would cost.</summary>
    Read = 1,

    /// <summary>What customers do with what they have: contact details, passwords, payments with their own means, tickets.</summary>
    SelfService = 2,

    /// <summary>Orders, plan changes and contracts, at the catalogue's prices.</summary>
    Ordering = 4,

    /// <summary>Amounts that the caller chooses: invoices, credits, adjustments, allocations, recurring charges, bonds.</summary>
    Money = 8,

    /// <summary>What networks and providers do: features, addresses, answers of provisioning.</summary>
    Provisioning = 16,

    /// <summary>Decisions of the company's people: approvals, limits, configuration, other people's accounts.</summary>
    Staff = 32,
}

/// <summary>The classes' names, and who has which without being given any.</summary>
public static class OperationClasses
{
    /// <summary>A login that is limited to its own account.</summary>
    public const OperationClass OfCustomers = OperationClass.Read | OperationClass.SelfService | OperationClass.Ordering;

    /// <summary>A login with access to all accounts.</summary>
    public const OperationClass All = OfCustomers | OperationClass.Money | OperationClass.Provisioning | OperationClass.Staff;

    private static readonly IReadOnlyList<(OperationClass Class, string Name)> Names =
    [
        (OperationClass.Read, "read"),
        (OperationClass.SelfService, "self-service"),
        (OperationClass.Ordering, "ordering"),
        (OperationClass.Money, "money"),
        (OperationClass.Provisioning, "provisioning"),
        (OperationClass.Staff, "staff"),
    ];

    /// <summary>All names, in the order of the enumeration.</summary>
    public static IEnumerable<string> AllNames => Names.Select(entry => entry.Name);

    public static OperationClass Default(bool allAccounts) => allAccounts ? All : OfCustomers;

    /// <summary>The names of the classes in a set.</summary>
    public static IEnumerable<string> NamesOf(OperationClass classes) =>
        Names.Where(entry => classes.HasFlag(entry.Class)).Select(entry => entry.Name);

    /// <summary>The class of a name; null where there is none such.</summary>
    public static OperationClass? Find(string name) =>
        Names.Where(entry => entry.Name == name).Select(entry => (OperationClass?)entry.Class).FirstOrDefault();

    /// <summary>The set of some names, as it is stored. A name that this server does not know gives nothing.</summary>
    public static OperationClass Of(IEnumerable<string> names) =>
        names.Aggregate(OperationClass.None, (set, name) => set | (Find(name) ?? OperationClass.None));
}
