namespace Smile.Soap.Xml;

/// <summary>What a caller sent, as far as a refusal may repeat it: a part, on one line, so that neither answers nor logs grow or break by it.</summary>
internal static class Echo
{
    public static string Of(string text, int longest = 100) => (text.Length > longest ? text[..longest] + "…" : text).ReplaceLineEndings(" ");
}
