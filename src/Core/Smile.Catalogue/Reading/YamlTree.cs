namespace Smile.Catalogue.Reading;

internal enum YamlTreeKind
{
    Scalar,
    Sequence,
    Mapping,
}

/// <summary>A node of a YAML document with its place. Aliases share the node that they stand for.</summary>
internal sealed class YamlTree
{
    public required YamlTreeKind Kind { get; init; }

    public required int Line { get; init; }

    public required int Column { get; init; }

    /// <summary>The text of a scalar.</summary>
    public string Text { get; init; } = "";

    /// <summary>Whether a scalar is written without quotes, so that it may be a number, a date, true, false or null.</summary>
    public bool IsPlain { get; init; }

    public IReadOnlyList<YamlTree> Items { get; init; } = [];

    public IReadOnlyList<(YamlTree Key, YamlTree Value)> Entries { get; init; } = [];

    /// <summary>How many nodes it is with every alias written out.</summary>
    public int Size { get; init; } = 1;

    /// <summary>How many levels it has with every alias written out; 1 for a scalar.</summary>
    public int Height { get; init; } = 1;

    public bool IsNull => Kind == YamlTreeKind.Scalar && IsPlain && Text is "" or "~" or "null";

    /// <summary>What it is, for a message.</summary>
    public string Shown =>
        Kind switch
        {
            YamlTreeKind.Sequence => "a list",
            YamlTreeKind.Mapping => "a mapping",
            _ => IsNull ? "nothing" : $"'{(Text.Length > 60 ? Text[..60] + "…" : Text)}'",
        };
}
