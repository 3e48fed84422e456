using Smile.Correspondence.Dispatch;

namespace Smile.Modules.Tests.Correspondence.Dispatch;

public sealed class DispatchFilesTests
{
    /// <summary>In percent of the room that a mail has: the sizes, how many go with it, and how many were made for that.</summary>
    [Theory]
    [InlineData("", 0, 0)]
    [InlineData("100", 1, 1)]
    [InlineData("101", 0, 1)]
    [InlineData("50,50,1", 2, 3)]
    [InlineData("60,60,1", 1, 2)]
    public void Files_go_with_a_mail_as_far_as_there_is_room(string sizes, int fitting, int made)
    {
        var count = 0;
        var files = DispatchFiles.Fitting(sizes.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(Make)).ToList();
        Assert.Equal((fitting, made), (files.Count, count));
        Assert.True(files.Sum(file => file.Content.Length) <= DispatchFiles.MostBytes);

        MailAttachment Make(string percent)
        {
            count++;
            return new MailAttachment(
                $"{count}.pdf",
                "application/pdf",
                new byte[
                    (int)
                        Math.Ceiling(DispatchFiles.MostBytes * int.Parse(percent, System.Globalization.CultureInfo.InvariantCulture) / 100m)
                ]
            );
        }
    }
}
