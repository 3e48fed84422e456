using System.Text;
using MimeKit.Text;

namespace Smile.Hosting.Mail;

/// <summary>
/// The text of a page: nothing of it that does something, nothing that is not shown. What is quoted is marked as in plain mail.
/// </summary>
internal static class HtmlText
{
    private const int DeepestQuote = 20;

    /// <summary>Elements whose content is no text of the page.</summary>
    private static readonly HashSet<string> Unshown = new(StringComparer.OrdinalIgnoreCase)
    {
        "script",
        "style",
        "title",
        "template",
        "noscript",
        "noframes",
        "noembed",
        "iframe",
        "object",
        "select",
        "textarea",
    };

    /// <summary>Elements that begin a line of their own.</summary>
    private static readonly HashSet<HtmlTagId> Blocks =
    [
        HtmlTagId.Address,
        HtmlTagId.Div,
        HtmlTagId.P,
        HtmlTagId.H1,
        HtmlTagId.H2,
        HtmlTagId.H3,
        HtmlTagId.H4,
        HtmlTagId.H5,
        HtmlTagId.H6,
        HtmlTagId.LI,
        HtmlTagId.OL,
        HtmlTagId.UL,
        HtmlTagId.DL,
        HtmlTagId.DT,
        HtmlTagId.DD,
        HtmlTagId.Pre,
        HtmlTagId.Table,
        HtmlTagId.TR,
        HtmlTagId.BlockQuote,
        HtmlTagId.Section,
        HtmlTagId.Article,
    ];

    public static string Of(string html)
    {
        var tokenizer = new HtmlTokenizer(new StringReader(html)) { DecodeCharacterReferences = true };
        var page = new Page();
        while (tokenizer.ReadNextToken(out var token))
        {
            switch (token)
            {
                case HtmlTagToken tag:
                    page.Tag(tag);
                    break;
                case HtmlDataToken { Kind: HtmlTokenKind.Data or HtmlTokenKind.CData } data:
                    page.Write(data.Data);
                    break;
                default:
                    break;
            }
        }

        return page.ToString();
    }

    /// <summary>Puts lines together as a browser shows them.</summary>
    private sealed class Page
    {
        private readonly StringBuilder _text = new();
        private string? _unshown;
        private int _quotes;
        private int _preformatted;
        private bool _lineHasText;
        private bool _space;

        public void Tag(HtmlTagToken tag)
        {
            if (_unshown is { } unshown)
            {
                _unshown = tag.IsEndTag && tag.Name.Equals(unshown, StringComparison.OrdinalIgnoreCase) ? null : unshown;
                return;
            }

            if (Unshown.Contains(tag.Name))
            {
                _unshown = tag is { IsEndTag: false, IsEmptyElement: false } ? tag.Name : null;
                return;
            }

            if (tag.Id == HtmlTagId.Br)
            {
                NewLine();
                return;
            }

            if (tag.Id is HtmlTagId.TD or HtmlTagId.TH)
            {
                _space = _lineHasText;
                return;
            }

            if (tag.Id is HtmlTagId.HR)
            {
                EndLine();
                Write("____________________");
                EndLine();
                return;
            }

            if (!Blocks.Contains(tag.Id))
            {
                return;
            }

            EndLine();
            var step = tag.IsEndTag ? -1 : 1;
            if (tag.Id == HtmlTagId.BlockQuote)
            {
                _quotes = Math.Clamp(_quotes + step, 0, DeepestQuote);
            }
            else if (tag.Id == HtmlTagId.Pre)
            {
                _preformatted = Math.Max(0, _preformatted + step);
            }
            else if (tag.Id == HtmlTagId.P && tag.IsEndTag)
            {
                NewLine();
            }
        }

        public void Write(string data)
        {
            if (_unshown is not null)
            {
                return;
            }

            foreach (var character in data)
            {
                if (_preformatted > 0 && character == '\n')
                {
                    NewLine();
                }
                else if (char.IsWhiteSpace(character) && character != '\u00A0' && _preformatted == 0)
                {
                    _space = _lineHasText;
                }
                else
                {
                    Begin();
                    _text.Append(character == '\u00A0' ? ' ' : character);
                }
            }
        }

        public override string ToString() => _text.ToString();

        private void Begin()
        {
            if (!_lineHasText)
            {
                Mark();
                _lineHasText = true;
            }
            else if (_space)
            {
                _text.Append(' ');
            }

            _space = false;
        }

        private void Mark()
        {
            for (var quote = 0; quote < _quotes; quote++)
            {
                _text.Append("> ");
            }
        }

        private void EndLine()
        {
            if (_lineHasText)
            {
                NewLine();
            }
        }

        private void NewLine()
        {
            if (!_lineHasText)
            {
                Mark();
            }

            _text.Append('\n');
            (_lineHasText, _space) = (false, false);
        }
    }
}
