using Smile.Correspondence.Dispatch;
using Smile.Hosting.Stages;

namespace Smile.Hosting.Mail;

/// <summary>Writes files to the folder of the session's stage.</summary>
public sealed class DispatchFolder(ServerSettings settings, StageSessionHolder holder) : IDispatchFolder
{
    public async Task WriteAsync(string fileName, ReadOnlyMemory<byte> content, CancellationToken cancellation)
    {
        var folder = settings.Stages.GetValueOrDefault(holder.Stage.Name)?.DispatchFolder is { Length: > 0 } configured
            ? configured
            : throw new IOException(
                $"Stage {holder.Stage.Name} has no folder for files (Smile:Stages:{holder.Stage.Name}:DispatchFolder)."
            );
        var hidden = Path.Combine(folder, $".{fileName}.{Guid.NewGuid():N}");
        try
        {
            await using (var file = new FileStream(hidden, FileMode.CreateNew, FileAccess.Write))
            {
                await file.WriteAsync(content, cancellation);
                file.Flush(flushToDisk: true);
            }

            File.Move(hidden, Path.Combine(folder, fileName), overwrite: true);
        }
        finally
        {
            File.Delete(hidden);
        }
    }
}
