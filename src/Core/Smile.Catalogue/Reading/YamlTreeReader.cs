using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Smile.Catalogue.Reading;

/// <summary>
/// Builds the tree of one file from the parser's events. Not YamlDotNet's representation model: that one recurses before any limit
/// can be set, compares keys with every alias written out, and stops at the first duplicate key.
/// </summary>
internal sealed class YamlTreeReader
{
    public const int MaxNodes = 10_000;
    public const int MaxDepth = 32;

    private readonly Parser _parser;
    private readonly Action<Mark, string> _problem;
    private readonly Dictionary<string, YamlTree?> _anchors = new(StringComparer.Ordinal);
    private int _nodes;

    private YamlTreeReader(string text, Action<Mark, string> problem)
    {
        _parser = new Parser(new StringReader(text));
        _problem = problem;
    }

    /// <returns>Null for an empty document, and where the file is not YAML within the limits; the problem is then reported.</returns>
    public static YamlTree? Read(string text, Action<Mark, string> problem)
    {
        try
        {
            return new YamlTreeReader(text, problem).ReadDocument();
        }
        catch (YamlException exception)
        {
            problem(exception.Start, exception.Message);
            return null;
        }
    }

    private YamlTree? ReadDocument()
    {
        _parser.Consume<StreamStart>();
        if (_parser.TryConsume<StreamEnd>(out _))
        {
            return null;
        }

        _parser.Consume<DocumentStart>();
        var root = ReadNode(1);
        _parser.Consume<DocumentEnd>();
        if (_parser.TryConsume<DocumentStart>(out var second))
        {
            _problem(second.Start, "A catalogue file holds one document. Put what follows '---' into a file of its own.");
        }

        return root.IsNull ? null : root;
    }

    private YamlTree ReadNode(int depth)
    {
        var next = _parser.Consume<ParsingEvent>();
        var tree = next switch
        {
            AnchorAlias alias => Resolve(alias),
            NodeEvent node => ReadNode(node, depth),
            _ => throw new YamlException(next.Start, next.End, "A value was expected here."),
        };
        if (depth + tree.Height - 1 > MaxDepth)
        {
            throw TooDeep(next);
        }

        return tree;
    }

    private YamlTree ReadNode(NodeEvent node, int depth)
    {
        if (depth > MaxDepth)
        {
            throw TooDeep(node);
        }

        Count(node, 1);
        if (!node.Tag.IsEmpty && !node.Tag.IsNonSpecific)
        {
            _problem(node.Start, $"Tags such as '{node.Tag.Value}' are not used in catalogue files.");
        }

        // An anchor is known, but not yet usable, while its own node is read: it cannot contain itself.
        if (!node.Anchor.IsEmpty)
        {
            _anchors[node.Anchor.Value] = null;
        }

        var tree = node switch
        {
            Scalar scalar => ReadScalar(scalar),
            SequenceStart sequence => ReadSequence(sequence, depth),
            _ => ReadMapping((MappingStart)node, depth),
        };
        if (!node.Anchor.IsEmpty)
        {
            _anchors[node.Anchor.Value] = tree;
        }

        return tree;
    }

    private static YamlTree ReadScalar(Scalar scalar) =>
        new()
        {
            Kind = YamlTreeKind.Scalar,
            Line = (int)scalar.Start.Line,
            Column = (int)scalar.Start.Column,
            Text = scalar.Value,
            IsPlain = scalar.Style == ScalarStyle.Plain,
        };

    private YamlTree ReadSequence(SequenceStart start, int depth)
    {
        var items = new List<YamlTree>();
        while (!_parser.TryConsume<SequenceEnd>(out _))
        {
            items.Add(ReadNode(depth + 1));
        }

        return new YamlTree
        {
            Kind = YamlTreeKind.Sequence,
            Line = (int)start.Start.Line,
            Column = (int)start.Start.Column,
            Items = items,
            Size = 1 + items.Sum(item => item.Size),
            Height = 1 + items.Select(item => item.Height).DefaultIfEmpty().Max(),
        };
    }

    private YamlTree ReadMapping(MappingStart start, int depth)
    {
        var entries = new List<(YamlTree Key, YamlTree Value)>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        while (!_parser.TryConsume<MappingEnd>(out _))
        {
            var at = _parser.Current!.Start;
            var key = ReadNode(depth + 1);
            var value = ReadNode(depth + 1);
            if (key.Kind != YamlTreeKind.Scalar)
            {
                _problem(at, "A key must be a plain word.");
            }
            else if (!names.Add(key.Text))
            {
                _problem(at, $"The key '{key.Text}' is given more than once.");
            }
            else
            {
                entries.Add((key, value));
            }
        }

        return new YamlTree
        {
            Kind = YamlTreeKind.Mapping,
            Line = (int)start.Start.Line,
            Column = (int)start.Start.Column,
            Entries = entries,
            Size = 1 + entries.Sum(entry => entry.Key.Size + entry.Value.Size),
            Height = 1 + entries.Select(entry => entry.Value.Height).DefaultIfEmpty().Max(),
        };
    }

    private YamlTree Resolve(AnchorAlias alias)
    {
        if (!_anchors.TryGetValue(alias.Value.Value, out var tree))
        {
            throw new YamlException(alias.Start, alias.End, $"There is no anchor '&{alias.Value.Value}' above.");
        }

        if (tree is null)
        {
            throw new YamlException(alias.Start, alias.End, $"The alias '*{alias.Value.Value}' stands within what it stands for.");
        }

        Count(alias, tree.Size);
        return tree;
    }

    private void Count(ParsingEvent at, int nodes)
    {
        _nodes += nodes;
        if (_nodes > MaxNodes)
        {
            throw new YamlException(
                at.Start,
                at.End,
                $"A catalogue file holds at most {MaxNodes} values, with every alias written out. Split it into several files."
            );
        }
    }

    private static YamlException TooDeep(ParsingEvent at) =>
        new(at.Start, at.End, $"A catalogue file is nested at most {MaxDepth} levels deep.");
}
