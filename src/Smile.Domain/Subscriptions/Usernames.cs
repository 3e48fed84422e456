using Smile.Domain.Foundation;

namespace Smile.Domain.Subscriptions;

/// <summary>What a username may be, wherever it comes from: one login must not look like another.</summary>
internal static class Usernames
{
    private const int MaxLength = 200;

    /// <summary>Without blanks around it.</summary>
    /// <exception cref="SmileException">It is empty, too long, or has control characters such as line breaks in it.</exception>
    public static string Checked(string username, string what, string fault)
    {
        var trimmed = username.Trim();
        return trimmed.Length is > 0 and <= MaxLength && !trimmed.Any(char.IsControl)
            ? trimmed
            : throw Refuse.With(fault, what, trimmed.ReplaceLineEndings(" "), $"A username has 1 to {MaxLength} characters, and no control characters.");
    }
}
