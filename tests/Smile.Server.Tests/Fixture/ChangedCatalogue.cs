using Smile.Catalogue;
using Smile.Storage;

namespace Smile.Server.Tests.Fixture;

/// <summary>Another catalogue than the example, as long as a test needs it.</summary>
internal sealed class ChangedCatalogue : IAsyncDisposable
{
    private readonly ServerFixture _server;

    private ChangedCatalogue(ServerFixture server) => _server = server;

    public static async Task<ChangedCatalogue> ApplyAsync(ServerFixture server, Func<CatalogueContent, CatalogueContent> change)
    {
        var changed = new ChangedCatalogue(server);
        await changed.ApplyAsync(change(ServerFixture.ReadCatalogue()));
        return changed;
    }

    /// <summary>The example with one of its account terms changed.</summary>
    public static Task<ChangedCatalogue> OfTermsAsync(ServerFixture server, int id, Func<AccountTermsItem, AccountTermsItem> change) =>
        ApplyAsync(
            server,
            content => content with { AccountTerms = [.. content.AccountTerms.Select(terms => terms.Id == id ? change(terms) : terms)] }
        );

    public async ValueTask DisposeAsync() => await ApplyAsync(ServerFixture.ReadCatalogue());

    private async Task ApplyAsync(CatalogueContent content)
    {
        await CatalogueStore.ApplyAsync(_server.Stage.Store.Source, content, "test", CancellationToken.None, _server.Clock.GetUtcNow());
        _server.Stage.Catalogue = (await CatalogueStore.LoadAsync(_server.Stage.Store.Source, CancellationToken.None))!;
    }
}
