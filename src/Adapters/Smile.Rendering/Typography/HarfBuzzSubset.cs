using System.Runtime.InteropServices;
using HarfBuzzSharp;

namespace Smile.Rendering.Typography;

/// <summary>HarfBuzz's subsetter, which is in its native library but not in the package's classes.</summary>
internal static partial class HarfBuzzSubset
{
    private const string Library = "libHarfBuzzSharp";

    private const int DropTables = 3;

    private const uint NoLayoutClosure = 0x200;

    /// <summary>Readers of PDF take glyphs by number and place them as the page says; these tables would be dead weight.</summary>
    private static readonly string[] Unused =
    [
        "GSUB",
        "GPOS",
        "GDEF",
        "BASE",
        "name",
        "OS/2",
        "post",
        "cmap",
        "vhea",
        "vmtx",
        "VORG",
        "gasp",
    ];

    /// <summary>A font file with these glyphs only, each with its place in the list as its number.</summary>
    /// <param name="table">The one table that is wanted; the whole file where absent.</param>
    public static byte[] Create(Face face, IReadOnlyList<uint> glyphs, string? table)
    {
        var input = hb_subset_input_create_or_fail();
        try
        {
            hb_subset_input_set_flags(input, NoLayoutClosure);
            foreach (var tag in Unused)
            {
                hb_set_add(hb_subset_input_set(input, DropTables), Tag.Parse(tag));
            }

            for (var number = 0; number < glyphs.Count; number++)
            {
                hb_set_add(hb_subset_input_glyph_set(input), glyphs[number]);
                hb_map_set(hb_subset_input_old_to_new_glyph_mapping(input), glyphs[number], (uint)number);
            }

            return Run(face, input, table);
        }
        finally
        {
            hb_subset_input_destroy(input);
        }
    }

    private static byte[] Run(Face face, nint input, string? table)
    {
        var subset = hb_subset_or_fail(face.Handle, input);
        if (subset == 0)
        {
            throw new InvalidOperationException("HarfBuzz made no subset of the font.");
        }

        var blob = table is null ? hb_face_reference_blob(subset) : hb_face_reference_table(subset, Tag.Parse(table));
        try
        {
            var start = hb_blob_get_data(blob, out var length);
            var file = new byte[length];
            Marshal.Copy(start, file, 0, file.Length);
            return file;
        }
        finally
        {
            hb_blob_destroy(blob);
            hb_face_destroy(subset);
            GC.KeepAlive(face);
        }
    }

    [LibraryImport(Library)]
    private static partial nint hb_subset_input_create_or_fail();

    [LibraryImport(Library)]
    private static partial void hb_subset_input_destroy(nint input);

    [LibraryImport(Library)]
    private static partial void hb_subset_input_set_flags(nint input, uint flags);

    [LibraryImport(Library)]
    private static partial nint hb_subset_input_set(nint input, int kind);

    [LibraryImport(Library)]
    private static partial nint hb_subset_input_glyph_set(nint input);

    [LibraryImport(Library)]
    private static partial nint hb_subset_input_old_to_new_glyph_mapping(nint input);

    [LibraryImport(Library)]
    private static partial nint hb_subset_or_fail(nint face, nint input);

    [LibraryImport(Library)]
    private static partial void hb_set_add(nint set, uint value);

    [LibraryImport(Library)]
    private static partial void hb_map_set(nint map, uint key, uint value);

    [LibraryImport(Library)]
    private static partial nint hb_face_reference_blob(nint face);

    [LibraryImport(Library)]
    private static partial nint hb_face_reference_table(nint face, uint tag);

    [LibraryImport(Library)]
    private static partial void hb_face_destroy(nint face);

    [LibraryImport(Library)]
    private static partial nint hb_blob_get_data(nint blob, out uint length);

    [LibraryImport(Library)]
    private static partial void hb_blob_destroy(nint blob);
}
