namespace Smile.Soap.Tests.Hosting;

/// <summary>Requests as clients write them.</summary>
internal static class Envelopes
{
    public const string Soap11Namespace = "http://schemas.xmlsoap.org/soap/envelope/";
    public const string Soap12Namespace = "http://www.w3.org/2003/05/soap-envelope";
    public const string Credentials = "Basic YXBpOnNlY3JldA==";

    public static string Soap11(string body, string header = "") => Envelope(Soap11Namespace, body, header);

    public static string Soap12(string body, string header = "") => Envelope(Soap12Namespace, body, header);

    /// <summary>The prefixes <c>e</c> (endpoint), <c>d</c> (data), <c>xsi</c> and <c>xs</c> are declared for the body.</summary>
    public static string Envelope(string space, string body, string header = "") =>
        $"<s:Envelope xmlns:s=\"{space}\" xmlns:e=\"http://ws.inomial.com/smile.2\" xmlns:d=\"http://xml.inomial.com/smile/2.xsd\""
        + $" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" "
        + $"xmlns:xs=\"http://www.w3.org/2001/XMLSchema\">{header}<s:Body>{body}</s:Body></s:Envelope>";

    public static string Echo(string value) => $"<e:echo><value>{value}</value></e:echo>";
}
