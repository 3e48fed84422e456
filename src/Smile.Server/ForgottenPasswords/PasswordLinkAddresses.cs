using Smile.Correspondence.ForgottenPasswords;
using Smile.Hosting;
using Smile.Hosting.Stages;

namespace Smile.Server.ForgottenPasswords;

/// <summary>
/// Addresses of links to new passwords: below the configured address, whatever host the call came to. Customers follow them.
/// </summary>
internal sealed class PasswordLinkAddresses(ServerSettings settings, StageSessionHolder holder) : IPasswordLinkAddresses
{
    /// <summary>The path below the stage.</summary>
    public const string Path = "/password";

    public bool AreMailed => settings.ForgottenPasswords.Mail == ForgottenPasswordMail.Link;

    public string AddressOf(string token)
    {
        var address =
            settings.PasswordLinkAddress
            ?? throw new InvalidOperationException("Links are mailed, and there is no address for them: the settings were not checked.");
        return $"{address.TrimEnd('/')}/{Uri.EscapeDataString(holder.Stage.Name)}{Path}/{token}";
    }
}
