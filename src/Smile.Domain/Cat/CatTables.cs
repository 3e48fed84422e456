using Microsoft.EntityFrameworkCore;
using Smile.Domain.Foundation;
using Smile.Kernel;

namespace Smile.Domain.Cat;

/// <summary>Links by which a password is set anew.</summary>
public static class CatTables
{
    extension(IStageDatabase database)
    {
        public DbSet<PasswordLink> PasswordLinks => database.Set<PasswordLink>();
    }
}
