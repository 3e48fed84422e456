using Smile.Catalogue;
using Smile.Catalogue.Reading;

namespace Smile.Modules.Tests.Catalogue.Reading;

/// <summary>Stationery, its defaults and its logos.</summary>
public sealed class StationeryTests : IDisposable
{
    private static readonly byte[] Logo = File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "catalogue", "example-telecom.png"));

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory();

    private const string TooLong = "There is room for 150 characters in a line, and 'xxxxxxxxxxxxxxxxxxxx…' has 151. Make two of it.";

    public static TheoryData<string, string> WrongValues =>
        new()
        {
            { "primaryColour: blue", "'blue' is not a colour such as '#1F4E79'. Quote it: # begins a comment." },
            { "paper: A3", "Expected one of A4, Letter, but this is 'A3'. Did you mean 'A4'?" },
            {
                "kinds: [Invoices]",
                "Expected one of Invoice, Quote, Receipt, CreditNote, DebitNote, Surcharge, Reversal, Reimbursement, Transfer, Bond, "
                    + "Statement, but this is 'Invoices'. Did you mean 'Invoice'?"
            },
            { "addressBlock: { left: 300, top: 5 }", "'300' is out of range: 0 to 297." },
            { "logo: ../logo.png", "'../logo.png' is not the name of a .png file beside this one." },
            { "logo: /etc/passwd", "'/etc/passwd' is not the name of a .png file beside this one." },
            { "logo: absent.png", "The picture 'absent.png' cannot be read." },
            { "logo: large.png", "The picture is larger than 200 KB." },
            { "logo: text.png", "The file is not a PNG picture." },
            { "logo: bomb.png", "The picture is not 1 to 2000 pixels wide and high." },
            { "logo: cut.png", "The picture ends too early." },
            { "company: 7", "There is no company 7." },
            { $"headerLines: [short, '{new string('x', 151)}']", TooLong },
            { $"paymentSlipLines: ['{new string('x', 151)}']", TooLong },
        };

    [Theory]
    [MemberData(nameof(WrongValues))]
    public void Wrong_values_are_reported(string key, string message)
    {
        File.WriteAllBytes(Path.Combine(_folder.FullName, "large.png"), new byte[StationerySections.MaxLogoSize + 1]);
        File.WriteAllText(Path.Combine(_folder.FullName, "text.png"), "Not a picture, but longer than the header of one would be.");
        File.WriteAllBytes(Path.Combine(_folder.FullName, "bomb.png"), [.. Logo[..16], 0, 0x10, 0, 0, .. Logo[20..]]);
        File.WriteAllBytes(Path.Combine(_folder.FullName, "cut.png"), Logo[..(Logo.Length / 2)]);
        Assert.Equal(
            [message],
            Read($"stationery:\n  - id: 1\n    code: plain\n    name: Plain\n    {key}").Problems.Select(problem => problem.Message)
        );
    }

    [Fact]
    public void A_kind_has_one_default_for_each_company()
    {
        const string both =
            "stationery:\n  - { id: 1, code: a, name: A, default: true, company: 1 }\n  - { id: 2, code: b, name: B, default: true";
        Assert.Equal(
            ["Stationery a is the default for Quote already."],
            Read(both + ", company: 1, kinds: [Quote] }").Problems.Select(problem => problem.Message)
        );
        Assert.Empty(Read(both + " }").Problems);
    }

    [Fact]
    public void The_companys_own_default_goes_before_the_one_for_all()
    {
        var content = Read(
            "stationery:\n  - { id: 1, code: all, name: A, default: true }\n  - { id: 2, code: own, name: B, default: true, company: "
                + "1, kinds: [Quote] }\n  - { id: 3, code: other, name: C }"
        ).Content!;
        var catalogue = new CatalogueSnapshot(1, content);
        Assert.Equal("own", catalogue.DefaultStationery(1, DocumentKind.Quote)!.Code);
        Assert.Equal("all", catalogue.DefaultStationery(1, DocumentKind.Invoice)!.Code);
        Assert.Equal("all", catalogue.DefaultStationery(2, DocumentKind.Quote)!.Code);
        Assert.Null(new CatalogueSnapshot(1, content with { Stationery = [] }).DefaultStationery(1, DocumentKind.Quote));
    }

    [Fact]
    public void The_logo_travels_with_the_stored_version()
    {
        File.WriteAllBytes(Path.Combine(_folder.FullName, "logo.png"), Logo);
        var content = Read("stationery:\n  - { id: 1, code: plain, name: Plain, logo: logo.png }").Content!;
        Assert.Equal(Logo, CatalogueJson.Read(CatalogueJson.Write(content)).Stationery.Single().Logo!.Value.ToArray());
        Assert.True(CatalogueDifference.Between(content, CatalogueJson.Read(CatalogueJson.Write(content))).IsEmpty);
    }

    /// <summary>A version that was stored before there was stationery.</summary>
    [Fact]
    public void Versions_without_stationery_can_be_read()
    {
        var json = System.Text.Json.Nodes.JsonNode.Parse(CatalogueJson.Write(ExampleCatalogue.Content))!.AsObject();
        Assert.True(json.Remove("stationery"));
        Assert.Empty(CatalogueJson.Read(json.ToJsonString()).Stationery);
    }

    /// <summary>Whatever is in the file: it is a picture, or it is refused.</summary>
    [Fact]
    public void Damaged_pictures_are_refused_and_nothing_worse()
    {
        var random = new Random(4711);
        for (var round = 0; round < 300; round++)
        {
            var damaged = Logo[..random.Next(40, Logo.Length)];
            for (var change = 0; change < 5; change++)
            {
                damaged[random.Next(change < 2 ? 60 : damaged.Length) % damaged.Length] = (byte)random.Next(256);
            }

            try
            {
                Assert.InRange(PngPicture.Read(damaged).Width, 1, PngPicture.LongestSide);
            }
            catch (InvalidDataException)
            {
                // As it should be.
            }
        }
    }

    [Theory]
    [InlineData(0, new byte[] { 0, 10, 200 }, new byte[] { 10, 10, 10, 200, 200, 200 }, null)]
    [InlineData(2, new byte[] { 1, 1, 2, 3, 1, 1, 1 }, new byte[] { 1, 2, 3, 2, 3, 4 }, null)]
    [InlineData(4, new byte[] { 0, 7, 255, 9, 0 }, new byte[] { 7, 7, 7, 9, 9, 9 }, new byte[] { 255, 0 })]
    [InlineData(6, new byte[] { 0, 1, 2, 3, 4, 5, 6, 7, 8 }, new byte[] { 1, 2, 3, 5, 6, 7 }, new byte[] { 4, 8 })]
    public void Pictures_of_every_kind_are_unpacked(byte colourType, byte[] row, byte[] colours, byte[]? opacity)
    {
        var picture = PngPicture.Read(Png(2, 1, colourType, row));
        Assert.Equal(colours, picture.Colours.ToArray());
        Assert.Equal(opacity, picture.Opacity?.ToArray());
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private CatalogueReadResult Read(string text) =>
        CatalogueReader.Read([
            new CatalogueSource("base.yaml", CatalogueText.Base),
            new CatalogueSource(Path.Combine(_folder.FullName, "test.yaml"), text),
        ]);

    private static byte[] Png(int width, int height, byte colourType, byte[] rows)
    {
        using var packed = new MemoryStream();
        using (var deflater = new System.IO.Compression.ZLibStream(packed, System.IO.Compression.CompressionLevel.Optimal, leaveOpen: true))
        {
            deflater.Write(rows);
        }

        return
        [
            0x89,
            (byte)'P',
            (byte)'N',
            (byte)'G',
            0x0D,
            0x0A,
            0x1A,
            0x0A,
            .. Chunk("IHDR", [0, 0, 0, (byte)width, 0, 0, 0, (byte)height, 8, colourType, 0, 0, 0]),
            .. Chunk("IDAT", packed.ToArray()),
            .. Chunk("IEND", []),
        ];
    }

    /// <summary>A chunk; its checksum is not looked at.</summary>
    private static byte[] Chunk(string name, byte[] content) =>
        [0, 0, 0, (byte)content.Length, .. System.Text.Encoding.ASCII.GetBytes(name), .. content, 0, 0, 0, 0];
}
