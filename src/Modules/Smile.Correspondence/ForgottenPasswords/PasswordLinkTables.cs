using Microsoft.EntityFrameworkCore;
using Smile.Session;

namespace Smile.Correspondence.ForgottenPasswords;

/// <summary>Links by which a password is set anew.</summary>
internal static class PasswordLinkTables
{
    extension(IStageDatabase database)
    {
        internal DbSet<PasswordLink> PasswordLinks => database.Set<PasswordLink>();
    }
}
