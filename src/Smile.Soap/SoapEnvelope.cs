using System.Text;
using System.Xml;
using Smile.Soap.Xml;

namespace Smile.Soap;

/// <summary>Reads the envelope up to the operation's wrapper, and writes answers and faults around their content.</summary>
internal static class SoapEnvelope
{
    private static ReadOnlySpan<byte> ResponseStart11 =>
        "<?xml version='1.0' encoding='UTF-8'?><S:Envelope xmlns:S=\"http://schemas.xmlsoap.org/soap/envelope/\""u8
        + " xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xmlns:ns2=\"http://xml.inomial.com/smile/2.xsd\""u8
        + " xmlns:ns3=\"http://ws.inomial.com/smile.2\"><S:Body>"u8;

    private static ReadOnlySpan<byte> ResponseStart12 =>
        "<?xml version='1.0' encoding='UTF-8'?><S:Envelope xmlns:S=\"http://www.w3.org/2003/05/soap-envelope\""u8
        + " xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xmlns:ns2=\"http://xml.inomial.com/smile/2.xsd\""u8
        + " xmlns:ns3=\"http://ws.inomial.com/smile.2\"><S:Body>"u8;

    private static ReadOnlySpan<byte> ResponseEnd => "</S:Body></S:Envelope>"u8;

    public static XmlDictionaryReader OpenReader(SoapBody body, SoapOptions options) =>
        XmlDictionaryReader.CreateTextReader(
            body.Buffer,
            body.Offset,
            body.Length,
            Encoding.UTF8,
            new XmlDictionaryReaderQuotas
            {
                MaxDepth = options.MaxDepth,
                MaxStringContentLength = options.MaxTextLength,
                MaxArrayLength = options.MaxTextLength,
                MaxBytesPerRead = options.MaxStartTagBytes,
                MaxNameTableCharCount = options.MaxNameCharacters,
            },
            onClose: null
        );

    /// <summary>Moves the reader to the envelope.</summary>
    /// <returns>True where the envelope is of SOAP 1.2.</returns>
    public static bool MoveToEnvelope(XmlDictionaryReader reader)
    {
        if (reader.MoveToContent() != XmlNodeType.Element || !reader.IsLocalName("Envelope"))
        {
            throw SoapFaultException.Malformed("The request is not a SOAP envelope: its root element must be <Envelope>.");
        }

        if (reader.IsNamespaceUri(ContractNamespaces.Soap11))
        {
            return false;
        }

        if (!reader.IsNamespaceUri(ContractNamespaces.Soap12))
        {
            var space = reader.NamespaceURI;
            throw SoapFaultException.VersionMismatch(space.Length > 100 ? space[..100] : space);
        }

        return true;
    }

    /// <summary>Moves the reader from the envelope to the operation's wrapper.</summary>
    /// <param name="isSoap12">What <see cref="MoveToEnvelope"/> has answered.</param>
    public static void MoveToOperation(XmlDictionaryReader reader, bool isSoap12)
    {
        var space = isSoap12 ? ContractNamespaces.Soap12 : ContractNamespaces.Soap11;
        MoveToChild(reader, "Envelope");
        if (IsSoap(reader, space, "Header"))
        {
            ReadHeader(reader, space);
            reader.MoveToContent();
        }

        if (!IsSoap(reader, space, "Body"))
        {
            throw SoapFaultException.Malformed("The SOAP envelope has no <Body> where one is expected.");
        }

        MoveToChild(reader, "Body");
        if (reader.NodeType != XmlNodeType.Element)
        {
            throw SoapFaultException.Malformed("The SOAP body is empty: it must hold the operation's element.");
        }
    }

    public static void WriteResponse(ContractWriter writer, bool isSoap12, SoapOperation operation, object? result)
    {
        writer.Raw(isSoap12 ? ResponseStart12 : ResponseStart11);
        writer.Raw(operation.ResponseStart);
        operation.Write(writer, result);
        writer.Envelope(operation.ResponseEnd);
        writer.Raw(ResponseEnd);
    }

    public static void WriteFault(ContractWriter writer, bool isSoap12, SoapFaultException fault)
    {
        writer.Raw(isSoap12 ? ResponseStart12 : ResponseStart11);
        writer.StartQualified("S:Fault");
        if (isSoap12)
        {
            writer.StartQualified("S:Code");
            WriteText(writer, "S:Value", "S:" + (fault.SpecialCode ?? (fault.IsClientFault ? "Sender" : "Receiver")));
            writer.EndQualified("S:Code");
            writer.StartQualified("S:Reason");
            writer.StartQualified("S:Text");
            writer.Attribute("xml:lang", "en");
            writer.Value(fault.Message);
            writer.EndQualified("S:Text");
            writer.EndQualified("S:Reason");
            WriteDetail(writer, "S:Detail", fault);
        }
        else
        {
            WriteText(writer, "faultcode", "S:" + (fault.SpecialCode ?? (fault.IsClientFault ? "Client" : "Server")));
            WriteText(writer, "faultstring", fault.Message);
            WriteDetail(writer, "detail", fault);
        }

        writer.EndQualified("S:Fault");
        writer.Raw(ResponseEnd);
    }

    private static void WriteDetail(ContractWriter writer, string element, SoapFaultException fault)
    {
        if (fault.FaultElement is null)
        {
            return;
        }

        writer.StartQualified(element);
        writer.StartQualified("ns3:" + fault.FaultElement);
        WriteText(writer, "message", fault.Message);
        writer.EndQualified("ns3:" + fault.FaultElement);
        writer.EndQualified(element);
    }

    private static void WriteText(ContractWriter writer, string element, string text)
    {
        writer.StartQualified(element);
        writer.Value(text);
        writer.EndQualified(element);
    }

    /// <summary>Compares what the body holds itself: names that are asked for as text are each made and looked up.</summary>
    private static bool IsSoap(XmlDictionaryReader reader, string space, string name) =>
        reader.NodeType == XmlNodeType.Element && reader.IsLocalName(name) && reader.IsNamespaceUri(space);

    private static void MoveToChild(XmlReader reader, string parent)
    {
        if (reader.IsEmptyElement)
        {
            throw SoapFaultException.Malformed($"The element <{parent}> is empty.");
        }

        reader.Read();
        reader.MoveToContent();
    }

    /// <summary>
    /// Headers are taken and passed over, but for one that must be understood: there is none that this service understands.
    /// </summary>
    private static void ReadHeader(XmlReader reader, string space)
    {
        if (reader.IsEmptyElement)
        {
            reader.Read();
            return;
        }

        reader.Read();
        while (reader.MoveToContent() == XmlNodeType.Element)
        {
            if (
                reader.GetAttribute("mustUnderstand", space)?.Trim() is "1" or "true"
                && IsForThisService(reader.GetAttribute("actor", space) ?? reader.GetAttribute("role", space))
            )
            {
                throw SoapFaultException.MustUnderstand(Echo.Of(reader.LocalName));
            }

            reader.Skip();
        }

        reader.Read();
    }

    /// <summary>Headers for another actor or role, such as a gateway on the way, are none of this service's business.</summary>
    private static bool IsForThisService(string? actor) =>
        actor?.Trim()
            is null
                or ""
                or "http://schemas.xmlsoap.org/soap/actor/next"
                or ContractNamespaces.Soap12 + "/role/next"
                or ContractNamespaces.Soap12 + "/role/ultimateReceiver";
}
