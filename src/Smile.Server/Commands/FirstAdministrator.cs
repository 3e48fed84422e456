using Microsoft.EntityFrameworkCore;
using Smile.Cli;
using Smile.Customers.Access;
using Smile.Hosting.Stages;

namespace Smile.Server.Commands;

/// <summary>A stage without any API user gets an administrator on first start; the password is printed once.</summary>
internal static class FirstAdministrator
{
    private const string Username = "admin";

    public static async Task EnsureAsync(Stage stage, IPasswordVault vault, CancellationToken cancellation)
    {
        await using (var database = stage.Store.CreateDatabase())
        {
            if (await database.ReadApiPermissions.AnyAsync(cancellation))
            {
                return;
            }
        }

        var (_, password) = await UserCommand.AddAsync(
            stage,
            vault,
            new ApiUser(Username, null, null, AllAccounts: true, ViewPassword: true, AllPackages: true, []),
            cancellation
        );
        if (password is not null)
        {
            Console.WriteLine($"Stage {stage.Name}: first API user '{Username}' with the password {password}   (shown only now)");
        }
    }
}
