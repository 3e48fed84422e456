using Microsoft.EntityFrameworkCore;

namespace Smile.Storage;

/// <summary>The tables of one stage. The schema is made by the SQL migrations; a test compares it with this model.</summary>
internal sealed class StageDbContext(DbContextOptions<StageDbContext> options) : DbContext(options)
{
    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder) =>
        StageModel.ConfigureConventions(configurationBuilder);

    protected override void OnModelCreating(ModelBuilder modelBuilder) => StageModel.Configure(modelBuilder);
}
