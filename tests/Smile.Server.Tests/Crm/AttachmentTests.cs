using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Smile.Cli;
using Smile.Crm;
using Smile.Crm.Attachments;
using Smile.Kernel;
using Smile.Server.Tests.Fixture;
using static Smile.Server.Tests.Crm.CrmHelp;
using static Smile.Server.Tests.Fixture.Orders;
using static Smile.Server.Tests.Fixture.PaymentHelp;

namespace Smile.Server.Tests.Crm;

/// <summary>addTicketAttachment() (guide, line 17357), and reading what was attached.</summary>
[Collection(ServerTests.Name)]
public sealed class AttachmentTests(ServerFixture server)
{
    private static readonly byte[] Pdf = Encoding.ASCII.GetBytes("%PDF-1.7\n%The contract\n");

    private CrmHelp Desk => new(server);

    /// <summary>Both of the guide's documents (lines 17383, 17392), and the file as it comes back.</summary>
    [Fact]
    public async Task A_link_and_a_file_are_kept_and_the_file_is_read_by_who_reaches_the_ticket()
    {
        var (customer, other) = (await PortalCustomerAsync(server), await PortalCustomerAsync(server));
        var number = await Desk.RaiseAsync(Support, customer.Usn);
        using var caller = await server.AddCustomerAsync(customer.Usn);
        var desk = new CrmHelp(server, caller);
        await desk.AttachAsync(number, "<name>Signed Contract</name><url>http://example.com/871bjiad8h/contract.pdf</url>");
        await desk.AttachAsync(
            number,
            "<name>Signed Contract</name><mimeType>application/pdf</mimeType><filename>contract.pdf</filename>"
                + $"<data>{Convert.ToBase64String(Pdf)}</data><description>The contract signed by the customer</description>"
        );
        var kept = (await AttachmentsAsync(number)).OrderBy(attachment => attachment.Url is null).ToList();
        Assert.Equal(("http://example.com/871bjiad8h/contract.pdf", null, null), (kept[0].Url, kept[0].MimeType, kept[0].Size));
        Assert.Equal(
            ("Signed Contract", "The contract signed by the customer", "application/pdf", "contract.pdf", (int?)Pdf.Length),
            (kept[1].Name, kept[1].Description, kept[1].MimeType, kept[1].FileName, kept[1].Size)
        );
        Assert.Equal(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(Pdf)), kept[1].Sha256);

        using var file = await GetAsync(kept[1].Id, "administrator", "fixture-password-1");
        Assert.Equal(HttpStatusCode.OK, file.StatusCode);
        Assert.Equal(Pdf, await file.Content.ReadAsByteArrayAsync());
        Assert.Equal("application/pdf", file.Content.Headers.ContentType!.ToString());
        Assert.Equal(
            ("attachment", "contract.pdf"),
            (file.Content.Headers.ContentDisposition!.DispositionType, file.Content.Headers.ContentDisposition.FileName)
        );
        Assert.Equal(["nosniff"], file.Headers.GetValues("X-Content-Type-Options"));
        Assert.Equal(["default-src 'none'; sandbox"], file.Headers.GetValues("Content-Security-Policy"));
        Assert.True(file.Headers.CacheControl!.NoStore);

        var (own, foreign) = (await LoginAsync(customer.Usn), await LoginAsync(other.Usn));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(kept[1].Id, own));
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(kept[1].Id, foreign));
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(kept[0].Id, own));
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(Guid.NewGuid(), own));
        using var nobody = new HttpClient { BaseAddress = server.Address };
        using var refused = await nobody.GetAsync(Path(kept[1].Id));
        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
        Assert.NotEmpty(refused.Headers.WwwAuthenticate);

        // When the ticket goes to another account, so does what is attached.
        await Desk.UpdateAsync(number, $"<USN>{other.Usn}</USN>");
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(kept[1].Id, own));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(kept[1].Id, foreign));

        // The bytes are in no audit trail.
        Assert.DoesNotContain(
            "The contract\n",
            await server.QueryAsync<string>("SELECT string_agg(after::text, ' ') FROM audit_change WHERE table_name LIKE 'ticket%'"),
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData("<name>n</name>")]
    [InlineData("<name>n</name><url>https://example.com/a</url><description>d</description><data>eA==</data>")]
    [InlineData("<name>n</name><url>https://example.com/a</url><filename>a.txt</filename>")]
    [InlineData("<name>n</name><mimeType>text/plain</mimeType><filename>a.txt</filename>")]
    [InlineData("<name>n</name><mimeType>text/plain</mimeType><data>eA==</data>")]
    [InlineData("<name>n</name><filename>a.txt</filename><data>eA==</data>")]
    [InlineData("<name> </name><url>https://example.com/a</url>")]
    [InlineData("<name>n</name><url>javascript:alert(1)</url>")]
    [InlineData("<name>n</name><url>ftp://example.com/a</url>")]
    [InlineData("<name>n</name><url>file:///etc/passwd</url>")]
    [InlineData("<name>n</name><url>/relative</url>")]
    [InlineData("<name>n</name><url>https://user:secret@example.com/</url>")]
    [InlineData("<name>n</name><url></url>")]
    [InlineData("<name>n</name><url>https://example.com/\u202Efdp.exe</url>")]
    [InlineData("<name>n</name><url>https://exa\u200Bmple.com/a</url>")]
    [InlineData("<name>n</name><url>https://example.com/\U000E0041</url>")]
    public async Task What_is_neither_a_link_nor_a_file_is_refused(string attachment) => await RequireRefusedAsync(attachment);

    [Theory]
    [InlineData("text/html", "a.html", "<script>alert(1)</script>")]
    [InlineData("image/svg+xml", "a.svg", "<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>")]
    [InlineData("application/xhtml+xml", "a.xhtml", "<html/>")]
    [InlineData("application/javascript", "a.js", "alert(1)")]
    [InlineData("application/octet-stream", "a.bin", "x")]
    [InlineData("application/x-msdownload", "a.exe", "MZ")]
    [InlineData("", "a.txt", "x")]
    [InlineData("application/pdf", "a.pdf", "<html>no pdf</html>")]
    [InlineData("image/png", "a.png", "%PDF-1.7")]
    [InlineData("image/gif", "a.gif", "GIF8")]
    [InlineData("text/plain", "a.txt", "a\u0000b")]
    [InlineData("text/plain", "a.html", "<html/>")]
    [InlineData("text/plain", "a.txt.exe", "x")]
    [InlineData("text/plain", "../a.txt", "x")]
    [InlineData("text/plain", "a/b.txt", "x")]
    [InlineData("text/plain", "C:\\a.txt", "x")]
    [InlineData("text/plain", ".txt", "x")]
    [InlineData("text/plain", "txt.\u202Eexe.txt", "x")]
    [InlineData("text/plain", "", "x")]
    [InlineData("text/plain", "a.txt", "")]
    [InlineData("text/plain", "a.txt", "<script>alert(1)</script>")]
    [InlineData("text/plain", "a.txt", "\uFEFF \r\n\t<!DOCTYPE html><title>x</title>")]
    [InlineData("text/plain", "a.txt", "<!-- --><svg onload='alert(1)'/>")]
    [InlineData("text/plain", "a.txt", "<?xml version='1.0'?>\n<svg xmlns='http://www.w3.org/2000/svg'/>")]
    [InlineData("text/plain", "a.txt", "<SVG/onload=alert(1)>")]
    [InlineData("text/plain", "a.log", "#!/bin/sh\nrm -rf /\n")]
    [InlineData("text/csv", "a.csv", "\n<html >")]
    [InlineData("application/vnd.openxmlformats-officedocument.wordprocessingml.document", "a.docx", "PK\u0003\u0004")]
    public async Task A_file_that_is_not_what_it_says_or_could_run_is_refused(string type, string name, string content) =>
        await RequireRefusedAsync(FileOf(type, name, Encoding.UTF8.GetBytes(content)));

    [Theory]
    [InlineData("text/plain; charset=utf-8", "Grüße aus Köln.TXT", "Grüße", "text/plain")]
    [InlineData("TEXT/CSV", "list.csv", "a;b\r\n", "text/csv")]
    [InlineData("application/zip", "all.zip", "PK\u0003\u0004", "application/zip")]
    [InlineData("text/plain", "tags.txt", "Write <script> or <svg>: #!", "text/plain")]
    [InlineData("text/plain", "data.txt", "<?xml version='1.0'?><order/>", "text/plain")]
    [InlineData("text/plain", "mail.txt", "<anna@example.com> writes", "text/plain")]
    public async Task A_file_is_served_as_the_type_that_it_is(string type, string name, string content, string served)
    {
        var customer = await PortalCustomerAsync(server);
        var number = await Desk.RaiseAsync(Support, customer.Usn);
        await Desk.AttachAsync(number, FileOf(type, name, Encoding.UTF8.GetBytes(content)));
        using var file = await GetAsync((await AttachmentsAsync(number))[0].Id, "administrator", "fixture-password-1");
        Assert.Equal(served, file.Content.Headers.ContentType!.ToString());
        Assert.Equal("attachment", file.Content.Headers.ContentDisposition!.DispositionType);
        Assert.Equal(name, file.Content.Headers.ContentDisposition.FileNameStar ?? file.Content.Headers.ContentDisposition.FileName);
        Assert.Equal(content, await file.Content.ReadAsStringAsync());
    }

    /// <summary>An archive is what it holds: a text in a sheet's clothes, and a document with a program, are refused.</summary>
    [Theory]
    [InlineData("wordprocessingml.document", "a.docx", "[Content_Types].xml word/document.xml", true)]
    [InlineData("wordprocessingml.document", "a.docx", "[Content_Types].xml xl/workbook.xml", false)]
    [InlineData("wordprocessingml.document", "a.docx", "word/document.xml", false)]
    [InlineData("wordprocessingml.document", "a.docx", "[Content_Types].xml word/document.xml word/vbaProject.bin", false)]
    [InlineData("spreadsheetml.sheet", "a.xlsx", "[Content_Types].xml xl/workbook.xml", true)]
    [InlineData("spreadsheetml.sheet", "a.xlsx", "[Content_Types].xml xl/workbook.xml xl/VBAPROJECT.BIN", false)]
    [InlineData("spreadsheetml.sheet", "a.xlsx", "virus.exe", false)]
    public void An_office_file_holds_what_such_files_do(string kind, string name, string entries, bool isTaken) =>
        RequireTaken(
            $"application/vnd.openxmlformats-officedocument.{kind}",
            name,
            ZipOf([.. entries.Split(' ').Select(each => (each, "x"))]),
            isTaken
        );

    [Theory]
    [InlineData("text", "a.odt", "application/vnd.oasis.opendocument.text", "content.xml", true)]
    [InlineData("text", "a.odt", "application/vnd.oasis.opendocument.spreadsheet", "content.xml", false)]
    [InlineData("text", "a.odt", "application/vnd.oasis.opendocument.text-master", "content.xml", false)]
    [InlineData("spreadsheet", "a.ods", "application/vnd.oasis.opendocument.spreadsheet", "Basic/Standard/Module1.xml", false)]
    public void An_OpenDocument_file_says_what_it_is(string kind, string name, string says, string other, bool isTaken) =>
        RequireTaken($"application/vnd.oasis.opendocument.{kind}", name, ZipOf([("mimetype", says), (other, "x")]), isTaken);

    [Fact]
    public async Task An_address_is_kept_without_blanks_around_it()
    {
        var number = await Desk.RaiseAsync(Support, (await PortalCustomerAsync(server)).Usn);
        await Desk.AttachAsync(number, "<name>n</name><url>\n  https://example.com/a  </url>");
        Assert.Equal("https://example.com/a", (await AttachmentsAsync(number))[0].Url);
    }

    private static void RequireTaken(string type, string name, byte[] data, bool isTaken)
    {
        var check = () => AttachmentRules.Check(new NewAttachment("n", null, null, type, name, data), new AttachmentOptions());
        if (isTaken)
        {
            check();
        }
        else
        {
            Assert.Contains("not what mimeType says", Assert.Throws<SmileException>(check).Message, StringComparison.Ordinal);
        }
    }

    private static byte[] ZipOf(params (string Name, string Text)[] entries)
    {
        using var bytes = new MemoryStream();
        using (var archive = new ZipArchive(bytes, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, text) in entries)
            {
                using var writer = new StreamWriter(archive.CreateEntry(name).Open());
                writer.Write(text);
            }
        }

        return bytes.ToArray();
    }

    [Fact]
    public async Task A_file_has_the_settings_size_at_most()
    {
        var customer = await PortalCustomerAsync(server);
        var number = await Desk.RaiseAsync(Support, customer.Usn);
        var largest = new byte[server.Settings.MaxAttachmentBytes];
        Pdf.CopyTo(largest, 0);
        await Desk.AttachAsync(number, FileOf("application/pdf", "large.pdf", largest));
        var fault = await Desk.AttachRefusedAsync(number, FileOf("application/pdf", "large.pdf", [.. largest, 0]));
        Assert.Equal("InvalidRequestException", fault.Element);
        Assert.Contains("2000000", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_ticket_has_a_hundred_attachments_at_most_however_many_come_at_once()
    {
        var customer = await PortalCustomerAsync(server);
        var number = await Desk.RaiseAsync(Support, customer.Usn);
        const string link = "<name>n</name><url>https://example.com/a</url>";
        await Desk.AttachAsync(number, link);
        await server.ExecuteAsync(
            "INSERT INTO ticket_attachment (id, ticket_number, name, url, added, changed_by) "
                + "SELECT gen_random_uuid(), ticket_number, name, url, added, changed_by FROM ticket_attachment, generate_series(1, 97) "
                + "WHERE ticket_number = $1",
            long.Parse(number, System.Globalization.CultureInfo.InvariantCulture)
        );
        var wrapper = SoapCaller.Wrapper(
            "addTicketAttachment",
            [SoapCaller.P("ticketNumber", number), SoapCaller.Document($"<Attachment>{link}</Attachment>")]
        );
        var faults = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => server.Administrator.TryAsync("crm", wrapper)));
        Assert.Equal((2, 4), (faults.Count(fault => fault is null), faults.Count(fault => fault?.Element == "InvalidRequestException")));
    }

    [Fact]
    public async Task An_accounts_logins_cannot_fill_the_disk()
    {
        var customer = await PortalCustomerAsync(server);
        var number = await Desk.RaiseAsync(Support, customer.Usn);
        using var caller = await server.AddCustomerAsync(customer.Usn);
        var desk = new CrmHelp(server, caller);
        await desk.AttachAsync(number, FileOf("application/pdf", "a.pdf", Pdf));
        await server.ExecuteAsync(
            "UPDATE ticket_attachment SET size = 99999990 WHERE ticket_number = $1",
            long.Parse(number, System.Globalization.CultureInfo.InvariantCulture)
        );
        var other = await Desk.RaiseAsync(Support, customer.Usn);
        var fault = await desk.AttachRefusedAsync(other, FileOf("application/pdf", "a.pdf", Pdf));
        Assert.Equal(("InvalidRequestException", true), (fault.Element, fault.Message.Contains("100000000", StringComparison.Ordinal)));

        // Links take no room, and the company's people go on.
        await desk.AttachAsync(other, "<name>n</name><url>https://example.com/a</url>");
        await Desk.AttachAsync(other, FileOf("application/pdf", "a.pdf", Pdf));
    }

    private async Task RequireRefusedAsync(string attachment)
    {
        var customer = await PortalCustomerAsync(server);
        var number = await Desk.RaiseAsync(Support, customer.Usn);
        Assert.Equal("InvalidRequestException", (await Desk.AttachRefusedAsync(number, attachment)).Element);
        Assert.Empty(await AttachmentsAsync(number));
    }

    private static string FileOf(string type, string name, byte[] content) =>
        $"<name>n</name><mimeType>{type}</mimeType><filename>{name}</filename><data>{Convert.ToBase64String(content)}</data>";

    private async Task<IReadOnlyList<TicketAttachment>> AttachmentsAsync(string number) =>
        (await RunAsync<TicketAdministration, WholeTicket>(server, tickets => tickets.ShowAsync(number, default))).Attachments;

    private async Task<string> LoginAsync(string usn)
    {
        var name = server.Unique("reader");
        using var made = await server.AddUserAsync(new ApiUser(name, "fixture-password-6", usn, false, false, false, []));
        return name;
    }

    private async Task<HttpStatusCode> StatusAsync(Guid id, string username)
    {
        using var response = await GetAsync(id, username, "fixture-password-6");
        return response.StatusCode;
    }

    private async Task<HttpResponseMessage> GetAsync(Guid id, string username, string password)
    {
        using var http = new HttpClient { BaseAddress = server.Address };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(
            "Basic",
            Convert.ToBase64String(Encoding.UTF8.GetBytes($"{username}:{password}"))
        );
        return await http.GetAsync(Path(id));
    }

    private static Uri Path(Guid id) => new($"/api-downloads/ticket-attachments/{id:D}", UriKind.Relative);
}
