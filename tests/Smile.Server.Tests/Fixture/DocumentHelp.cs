using Smile.Correspondence.Documents;
using Smile.Rating.Exports;
using Smile.Session;

namespace Smile.Server.Tests.Fixture;

/// <summary>Documents as the server makes them.</summary>
internal static class DocumentHelp
{
    public static LedgerDocuments DocumentsOf(this ServerFixture server, StageSession session) =>
        new(session, server.Stage.CatalogueVersions, new LedgerStatements(session), new InvoicedUsageRecords(session, server.Stage.Usage));
}
