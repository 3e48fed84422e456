using Smile.Kernel;

namespace Smile.Modules.Tests.Kernel;

public sealed class OfferIdsTests
{
    [Fact]
    public void An_id_comes_out_of_the_same_parts_again_and_is_a_name_based_UUID_as_in_print()
    {
        var id = OfferIds.Of("2142422431", "557", null);
        Assert.Equal(id, OfferIds.Of("2142422431", "557", null));
        Assert.Equal((3, true), (id.Version, id.Variant is >= 8 and <= 11));

        // Servers of different versions must agree on what they offered.
        Assert.Equal("95e9b098-640d-3c74-b4e4-33e102418372", id.ToString());
    }

    [Fact]
    public void Parts_are_told_apart()
    {
        string?[][] parts =
        [
            [],
            [null],
            [""],
            ["", ""],
            ["ab"],
            ["a", "b"],
            ["b", "a"],
            ["a", "b", null],
            ["a", "b", ""],
            ["\u00e9"],
            ["e\u0301"],
        ];
        Assert.Equal(parts.Length, parts.Select(each => OfferIds.Of(each)).Distinct().Count());
    }
}
