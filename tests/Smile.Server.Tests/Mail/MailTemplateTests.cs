using Smile.Hosting;
using Smile.Hosting.Mail;

namespace Smile.Server.Tests.Mail;

/// <summary>Templates of mails: what they may do, what they may not, and how their errors are named.</summary>
public sealed class MailTemplateTests
{
    private const string Subject = "Subject: For {{ name }}\n\n";

    [Fact]
    public void Places_conditions_loops_and_formats_are_filled()
    {
        var letter = Fill(
            Subject
                + "Dear {{ name | string.upcase }},\n{{ if overdue == \"0\" }}nothing{{ else }}{{ overdue }} is due{{ end }}.\n"
                + "{{ for line in invoices | string.split \"\\n\" }}{{ for.index + 1 }}. {{ line }}\n{{ end }}"
                + "{{ \"7.5\" | string.to_double | math.format \"F2\" }}\n"
        );
        Assert.Equal("For Joe & <Sons>", letter.Subject);
        Assert.Equal("Dear JOE & <SONS>,\n$5.00 is due.\n1. first\n2. second\n7.50\n", letter.Body);
        Assert.Null(letter.Html);
    }

    [Fact]
    public void A_page_escapes_what_is_filled_in_and_not_itself()
    {
        var letter = Fill(
            Subject + "Dear {{ name }}",
            "<p title=\"{{ name }}\">{{ name }}</p>{{ for line in invoices | string.split \"\\n\" }}<li>{{ line }}</li>{{ end }}"
        );
        Assert.Equal("<p title=\"Joe &amp; &lt;Sons&gt;\">Joe &amp; &lt;Sons&gt;</p><li>first</li><li>second</li>", letter.Html);
        Assert.Equal("Dear Joe & <Sons>", letter.Body);
    }

    [Fact]
    public void A_value_is_never_a_template()
    {
        var values = new Dictionary<string, string> { ["name"] = "{{ usn }} {usn}\nBcc: x@example.com", ["usn"] = "secret" };
        var letter = new MailTemplate("own", Subject + "{{ name }}", "{{ name }}").Fill(values);
        Assert.DoesNotContain("secret", letter.ToString() + letter.Html, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', letter.Subject);
        Assert.StartsWith("{{ usn }} {usn}", letter.Body, StringComparison.Ordinal);
    }

    /// <summary>Before templates were Scriban's, a place was a word in braces, and other braces were text.</summary>
    [Fact]
    public void Templates_of_the_old_form_are_filled_as_before()
    {
        var letter = Fill("Subject: For {name}\n\nDear {name}, {unknown} {} { name } {overdue}\n");
        Assert.Equal("For Joe & <Sons>", letter.Subject);
        Assert.Equal("Dear Joe & <Sons>, {unknown} {} { name } $5.00\n", letter.Body);
        Assert.Null(new MailTemplate("own", "Subject: {name}\n\n{name} {unknown}", null).Problem());
    }

    [Theory]
    [InlineData("{{ for i in 1..100000 }}x{{ end }}")]
    [InlineData("{{ for i in 1..900 }}{{ for j in 1..900 }}x{{ end }}{{ end }}")]
    [InlineData("{{ while true }}x{{ end }}")]
    [InlineData("{{ func f; f; end }}{{ f }}")]
    [InlineData("{{ \"x\" | string.pad_left 1000000000 }}")]
    [InlineData("{{ \"x\" * 1000000000 }}")]
    [InlineData("{{ x = \"xxxxxxxxxx\"; for i in 1..60; x = x + x; end; x }}")]
    [InlineData("{{ include \"/etc/passwd\" }}")]
    [InlineData("{{ \"{{ 1 }\" | object.eval_template }}")]
    [InlineData("{{ \"a\" | regex.match \"(a+)+$\" }}")]
    [InlineData("{{ date.now }}")]
    [InlineData("{{ math.random 1 9 }}{{ math.uuid }}")]
    [InlineData("{{ nobody }}")]
    [InlineData("{{ if name }}")]
    public void What_is_wrong_or_too_much_is_named_with_file_and_line(string text)
    {
        var inText = Assert.Throws<TemplateException>(() => Fill(Subject + "first\n" + text));
        Assert.Equal("own.txt, line 4", inText.Message);
        Assert.StartsWith(
            "own.txt, line 4: ",
            new MailTemplate("own", Subject + "first\n" + text, null).Problem(),
            StringComparison.Ordinal
        );
        var inPage = Assert.Throws<TemplateException>(() => Fill(Subject, "<p>\n" + text));
        Assert.Equal("own.html, line 2", inPage.Message);
    }

    /// <summary>Scriban says of it where it last was in a line, which may be the one before.</summary>
    [Fact]
    public void A_mail_has_a_size() =>
        Assert.StartsWith(
            "own.txt, line ",
            Assert.Throws<TemplateException>(() => Fill(Subject + "{{ x = \"x\" * 200000; x; x }}")).Message,
            StringComparison.Ordinal
        );

    [Theory]
    [InlineData("Subject: {{ nobody }}\n\ntext", "own.txt, line 1: ")]
    [InlineData("Subject: {{ if name }}\n\ntext", "own.txt, line 1: ")]
    [InlineData("Subject: {{ name }}\n\n{name}", "own.txt, line 3: {name} is no place beside {{ … }}; write {{ name }}")]
    public void Subjects_and_mixed_forms_are_looked_at_too(string text, string problem) =>
        Assert.StartsWith(problem, new MailTemplate("own", text, null).Problem(), StringComparison.Ordinal);

    [Fact]
    public async Task The_catalogue_is_told_of_file_and_line_and_the_sender_tells_no_values()
    {
        var folder = Directory.CreateTempSubdirectory();
        try
        {
            await File.WriteAllTextAsync(Path.Combine(folder.FullName, "dispatch-invoice.txt"), Subject + "{{ name | strin.upcase }}\n");
            await File.WriteAllTextAsync(Path.Combine(folder.FullName, "dispatch-note.html"), "<p>\n{{ for }}");
            var templates = new MailTemplates(folder.FullName);
            Assert.StartsWith(
                "the mail template dispatch-invoice.txt, line 3: ",
                await templates.ProblemAsync("dispatch-invoice", "en", CancellationToken.None),
                StringComparison.Ordinal
            );
            Assert.StartsWith(
                "the mail template dispatch-note.html, line 2: ",
                await templates.ProblemAsync("dispatch-note", "en", CancellationToken.None),
                StringComparison.Ordinal
            );
            var sender = new SmtpMailSender(new ServerSettings { MailTemplates = folder.FullName });
            var failure = await Assert.ThrowsAsync<Smile.Correspondence.Dispatch.MailFailedException>(() =>
                sender.FillAsync("dispatch-invoice", "en", Values, CancellationToken.None)
            );
            Assert.Equal("The email could not be made: its template has an error (dispatch-invoice.txt, line 3).", failure.Message);
            Assert.True(failure.IsFinal);
            Assert.Null(failure.InnerException);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static Dictionary<string, string> Values =>
        new()
        {
            ["name"] = "Joe & <Sons>",
            ["overdue"] = "$5.00",
            ["invoices"] = "first\nsecond",
        };

    private static Correspondence.Dispatch.Letter Fill(string text, string? html = null) =>
        new MailTemplate("own", text, html).Fill(Values);
}
