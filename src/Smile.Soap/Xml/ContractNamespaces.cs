namespace Smile.Soap.Xml;

/// <summary>The namespaces that a service speaks: one for its documents and one for its operations' wrappers and faults.</summary>
public static class ContractNamespaces
{
    /// <summary>Documents and their types (guide, "Namespaces").</summary>
    public const string Data = "http://xml.inomial.com/smile/2.xsd";

    /// <summary>Operation wrappers, parameters and faults (guide, "Namespaces").</summary>
    public const string Endpoint = "http://ws.inomial.com/smile.2";

    public const string Soap11 = "http://schemas.xmlsoap.org/soap/envelope/";
    public const string Soap12 = "http://www.w3.org/2003/05/soap-envelope";

    /// <summary>Types and attributes of SOAP 1.1's encoding, which older clients put on operations and parameters.</summary>
    internal const string SoapEncoding11 = "http://schemas.xmlsoap.org/soap/encoding/";
    internal const string SoapEncoding12 = "http://www.w3.org/2003/05/soap-encoding";
    internal const string SchemaInstance = "http://www.w3.org/2001/XMLSchema-instance";
    internal const string Xmlns = "http://www.w3.org/2000/xmlns/";
    internal const string Xml = "http://www.w3.org/XML/1998/namespace";
}
