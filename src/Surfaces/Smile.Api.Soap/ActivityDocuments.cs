using Smile.Contracts;
using Smile.Usage.Exports;

namespace Smile.Api.Soap;

/// <summary>Files of activity statements as the contract has them.</summary>
internal static class ActivityDocuments
{
    /// <param name="file">Null where there was no activity (guide, line 10166).</param>
    public static ActivityBatchURLType Document(ActivityFile? file) =>
        file is null
            ? new ActivityBatchURLType { Activity = false }
            : new ActivityBatchURLType
            {
                Activity = true,
                BatchID = file.BatchId,
                URL = file.Address,
            };
}
