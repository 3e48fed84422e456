namespace Smile.Soap;

/// <summary>Bounds on what a request may be. Every input is hostile until it has been read.</summary>
public sealed class SoapOptions
{
    /// <summary>Largest body in bytes, after decompression.</summary>
    public int MaxBodyBytes { get; set; } = 4 * 1024 * 1024;

    /// <summary>A compressed body may grow at most this many times; beyond that it is taken for an attack.</summary>
    public int MaxCompressionRatio { get; set; } = 100;

    /// <summary>Deepest nesting of elements, the envelope included.</summary>
    public int MaxDepth { get; set; } = 48;

    /// <summary>Longest text of one element, in characters.</summary>
    public int MaxTextLength { get; set; } = 3 * 1024 * 1024;

    /// <summary>Longest start tag in bytes: bounds names and the number of attributes.</summary>
    public int MaxStartTagBytes { get; set; } = 16 * 1024;

    /// <summary>Characters of distinct names in one request.</summary>
    public int MaxNameCharacters { get; set; } = 64 * 1024;
}
