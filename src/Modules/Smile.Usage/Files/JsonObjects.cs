using System.Text;

namespace Smile.Usage.Files;

/// <summary>
/// Parts a file into the texts of its objects: those on the outermost level, or within the one list that is there. Where each has a line of
/// its own, a broken one takes none of those behind it with it; anywhere else the file cannot be read on.
/// </summary>
internal sealed class JsonObjects(TextReader reader, int largest)
{
    private readonly StringBuilder _text = new();

    /// <summary>What it is within, from the outermost: <c>{</c> and <c>[</c>.</summary>
    private readonly Stack<char> _within = new();

    private int _line = 1;
    private int _begin = 1;
    private bool _isList;
    private bool _inText;
    private bool _isEscaped;

    /// <summary>Whether the object has more than one line.</summary>
    private bool _isLong;

    /// <returns>Each with the line in which it begins, and what is wrong with it; null for nothing that is known so far.</returns>
    /// <exception cref="UsageFileException">The file cannot be read on, or not all of it is there.</exception>
    public IEnumerable<(string Text, int Line, string? Problem)> Read()
    {
        for (var next = reader.Read(); next != -1; next = reader.Read())
        {
            var character = (char)next;
            if (_within.Count == 0)
            {
                if (Begin(character) is { } problem)
                {
                    yield return (RestOfLine(character), _line, problem);
                }

                Count(character);
                continue;
            }

            if (character == '\n' && BreaksHere())
            {
                yield return (End(), _begin, "The object has no end.");
                Count(character);
                continue;
            }

            Count(character);
            _text.Append(character);
            if (_text.Length > largest)
            {
                yield return (RestOfObject(), _begin, $"An object has more than {largest} characters.");
                continue;
            }

            Follow(character);
            if (_within.Count == 0)
            {
                yield return (End(), _begin, null);
            }
        }

        if (_within.Count > 0)
        {
            yield return _isLong || _isList ? throw Lost("The object has no end") : (End(), _begin, "The object has no end.");
        }
    }

    private void Count(char character) => _line += character == '\n' ? 1 : 0;

    /// <summary>Between objects.</summary>
    /// <returns>What is wrong with the line; null for nothing.</returns>
    private string? Begin(char character)
    {
        if (character == '{')
        {
            _begin = _line;
            _text.Append(character);
            _within.Push(character);
            (_inText, _isEscaped, _isLong) = (false, false, false);
            return null;
        }

        _isList |= character == '[';
        return char.IsWhiteSpace(character) || character is '[' or ']' or ',' or '\ufeff' ? null
            : _isList ? throw Lost("A JSON object was expected here")
            : "A JSON object was expected here.";
    }

    /// <summary>
    /// Whether an object ends with its line though it is not closed: no text goes over the end of a line, and where a name is due, a line
    /// that begins with an object is the next one.
    /// </summary>
    private bool BreaksHere()
    {
        var isBroken = _inText || (_within.Peek() == '{' && reader.Peek() == '{');
        _isLong = true;
        return isBroken && (_isList ? throw Lost("The object has no end") : true);
    }

    private void Follow(char character)
    {
        if (_inText)
        {
            (_inText, _isEscaped) = (_isEscaped || character != '"', !_isEscaped && character == '\\');
            return;
        }

        switch (character)
        {
            case '"':
                _inText = true;
                break;
            case '{' or '[':
                _within.Push(character);
                break;
            case '}' or ']':
                // Of a line by itself the parser says what is wrong.
                if (_within.Pop() != (character == '}' ? '{' : '[') && (_isLong || _isList))
                {
                    throw Lost("Brackets do not match");
                }

                break;
        }
    }

    private string End()
    {
        var text = _text.ToString();
        _text.Clear();
        _within.Clear();
        return text;
    }

    private string RestOfLine(char begin)
    {
        _text.Append(begin);
        for (var next = reader.Peek(); next is not (-1 or '\n'); next = reader.Peek())
        {
            reader.Read();
            if (_text.Length < largest)
            {
                _text.Append((char)next);
            }
        }

        return End();
    }

    /// <summary>Passes over the rest of an object that has one line.</summary>
    private string RestOfObject() => _isLong || _isList ? throw Lost("The object is too large") : RestOfLine(' ');

    private UsageFileException Lost(string why) =>
        new($"Line {_begin}: {why}: it cannot be read on from there. Ask for the whole file again.");
}
