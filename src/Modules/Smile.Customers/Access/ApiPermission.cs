using Smile.Kernel;
using Smile.Session;

namespace Smile.Customers.Access;

/// <summary>What a CAT subscription may do through the API (guide, "Configure SOAP access", line 268).</summary>
public sealed class ApiPermission : IChangedRow
{
    public required Usn SubscriptionUsn { get; init; }

    /// <summary>Allow SOAP API access.</summary>
    public required bool SoapAccess { get; set; }

    /// <summary>Allow SOAP access to all accounts.</summary>
    public required bool AllAccounts { get; set; }

    /// <summary>The "view password" permission (guide, line 6996).</summary>
    public required bool ViewPassword { get; set; }

    /// <summary>The packages that it may order (guide, line 1057).</summary>
    public required int[] OrderablePackages { get; set; }

    /// <summary>May order every published package.</summary>
    public required bool OrderAllPackages { get; set; }

    /// <summary>
    /// Names of the classes of operations that it may call; null for those of its kind (<see cref="OperationClasses.Default"/>).
    /// </summary>
    public string[]? Classes { get; set; }

    public Usn ChangedBy { get; set; }

    /// <summary>The classes that hold.</summary>
    public OperationClass MayCall() => Classes is { } names ? OperationClasses.Of(names) : OperationClasses.Default(AllAccounts);
}
