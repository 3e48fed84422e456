using Smile.Soap.Xml;

namespace Smile.Soap;

/// <summary>One operation of an endpoint: how its request is read, what carries it out and how its answer is written.</summary>
/// <param name="Name">The body element, and with <c>Response</c> behind it the answer's.</param>
/// <param name="Faults">The faults that the contract declares for it, in the guide's order, without the two common ones.</param>
/// <param name="Read">Reads the wrapper's parameters; the reader stands on the wrapper.</param>
/// <param name="Invoke">Carries the operation out with services of the call's scope.</param>
/// <param name="Write">Writes the content of the answer's wrapper; nothing for void and for "returns null".</param>
public sealed record SoapOperation(
    string Name,
    IReadOnlyList<string> Faults,
    Func<ContractReader, object?> Read,
    Func<IServiceProvider, object?, CancellationToken, Task<object?>> Invoke,
    Action<ContractWriter, object?> Write
)
{
    /// <summary>The start tag of the answer's wrapper, ready to copy.</summary>
    internal byte[] ResponseStart { get; } = System.Text.Encoding.UTF8.GetBytes($"<ns3:{Name}Response>");

    internal byte[] ResponseEnd { get; } = System.Text.Encoding.UTF8.GetBytes($"</ns3:{Name}Response>");
}

/// <summary>An endpoint of the contract, such as <c>account/invoicegrouping</c>.</summary>
/// <param name="Path">What follows <c>/smile/ws/v2/</c> in its address.</param>
/// <param name="WsdlFile">Name of its WSDL file among the published ones.</param>
/// <param name="Contract">The service interface that operations are carried out on.</param>
/// <param name="Operations">All operations that the WSDL declares.</param>
public sealed record SoapEndpoint(string Path, string WsdlFile, Type Contract, IReadOnlyList<SoapOperation> Operations)
{
    private readonly Dictionary<string, SoapOperation> _byName = Operations.ToDictionary(operation => operation.Name);
    private readonly Dictionary<string, SoapOperation> _byNameInAnyCase = Operations.ToDictionary(
        operation => operation.Name,
        StringComparer.OrdinalIgnoreCase
    );

    public SoapOperation? Find(string name) => _byName.GetValueOrDefault(name);

    /// <summary>The operation that an action names, whatever case it is written in.</summary>
    internal SoapOperation? FindInAnyCase(string name) => _byNameInAnyCase.GetValueOrDefault(name);
}
