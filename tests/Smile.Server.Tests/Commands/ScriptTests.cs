using System.Diagnostics;
using Smile.Testing;

namespace Smile.Server.Tests.Commands;

/// <summary>What ./smile is made of, run as it runs it.</summary>
public sealed class ScriptTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("script-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>R2: a number that another process has got since.</summary>
    [Fact]
    public async Task Only_the_process_that_was_started_is_stopped()
    {
        Assert.Equal(
            "not running, alive, gone",
            await RunAsync(
                """
                sleep 60 & pid=$!
                printf '%s\n%s\n' "$pid" 1 > "$folder/old.pid"
                is_running "$folder/old.pid" || printf 'not running, '
                stop_process "$folder/old.pid"
                kill -0 "$pid" && printf 'alive, '
                remember_process "$folder/new.pid" "$pid"
                is_running "$folder/new.pid" && stop_process "$folder/new.pid"
                kill -0 "$pid" 2>/dev/null || printf 'gone'
                """
            )
        );
    }

    /// <summary>A script that misspells <c>down</c> must not believe that the server is down.</summary>
    [Fact]
    public async Task A_command_that_there_is_not_is_refused() =>
        Assert.Equal(
            "1 There is no command 'dwon'., 0",
            await RunAsync(
                """
                said=$(./smile dwon 2>&1 >/dev/null); printf '%s %s, ' $? "$(head -n 1 <<<"$said")"
                ./smile help >/dev/null; printf '%s' $?
                """
            )
        );

    /// <summary>R19: what a log has is kept.</summary>
    [Fact]
    public async Task A_long_log_is_put_aside_and_a_short_one_goes_on()
    {
        Assert.Equal(
            "second first 2",
            await RunAsync(
                """
                cd "$folder"
                echo first > server.log; rotate_log server.log 3
                echo second > server.log; rotate_log server.log 3
                echo third > server.log; rotate_log server.log 1000
                printf '%s %s %s' "$(cat server.log.1)" "$(cat server.log.2)" "$(ls server.log.* | wc -l)"
                """
            )
        );
    }

    /// <summary>S5: nobody without the password, and with it no superuser.</summary>
    [Fact]
    public async Task The_private_database_asks_for_a_password_and_gives_a_role_without_privileges()
    {
        var said = await RunAsync(
            """
            start_postgres "$folder"
            trap 'stop_postgres "$folder"' EXIT
            psql="$(postgres_bin)/psql -w -q -At -h 127.0.0.1 -p $(cat "$folder/postgres.port") -d postgres"
            $psql -U smile -c 'SELECT 1' 2>/dev/null || printf 'refused, '
            $psql -U postgres -c 'SELECT 1' 2>/dev/null || printf 'refused, '
            export PGPASSWORD=$(cat "$folder/postgres.password")
            $psql -U smile -c "SELECT rolsuper, rolcreatedb, rolcreaterole FROM pg_roles WHERE rolname = current_user"
            $psql -U smile -c "COPY (SELECT 1) TO PROGRAM 'true'" 2>/dev/null || printf 'refused, '
            stat -c %a "$folder/postgres.password" "$folder/postgres-admin.password" "$folder/postgres" | tr '\n' ' '
            """
        );
        Assert.Equal("refused, refused, f|t|f\nrefused, 600 600 700", said);
    }

    /// <summary>
    /// R1: the example goes into stages that have nothing; a catalogue of one's own is named, and neither is laid over the other. Where the
    /// server runs already, nothing is applied, and one line says how to. The server is a stand-in that writes down what it is told: what
    /// the catalogue's options do, is tried elsewhere.
    /// </summary>
    [Fact]
    public async Task Up_lays_the_example_over_nobody_s_catalogue()
    {
        var said = await RunAsync(
            """
            mkdir -p "$folder/bin" "$folder/smile/artifacts/server" && cp -r smile scripts "$folder/smile/" \
                && touch "$folder/smile/artifacts/server/smile-server.dll"
            cat > "$folder/bin/dotnet" <<'STUB'
            #!/usr/bin/env bash
            shift
            echo "$*" >> "$TOLD"
            [ "$1" = serve ] && exec python3 -c '
            import http.server, sys
            class Answer(http.server.BaseHTTPRequestHandler):
                def do_GET(self):
                    self.send_response(200); self.end_headers(); self.wfile.write(b"{\"status\":\"Healthy\"}")
                def log_message(self, *args): pass
            http.server.HTTPServer(("127.0.0.1", int(sys.argv[1].rsplit(":", 1)[1])), Answer).serve_forever()' "$3"
            exit 0
            STUB
            chmod +x "$folder/bin/dotnet"
            export PATH="$folder/bin:$PATH" TOLD="$folder/told" SMILE_DATA="$folder/data" \
                Smile__Stages__live__Database=x Smile__Stages__test__Database=x
            cd "$folder/smile"
            for own in "" own; do
              SMILE_CATALOGUE=$own ./smile up > /dev/null || printf 'failed, '
              grep -o 'catalogue apply.*' "$TOLD" | tr '\n' ','
              rm -f "$TOLD"; SMILE_CATALOGUE=${own:+an other} ./smile up 2>&1 > /dev/null | grep -v ^find; [ -e "$TOLD" ] && printf 'told, '
              ./smile down; rm -f "$TOLD"
            done
            """
        );
        Assert.Equal(
            "catalogue apply catalogue --if-none --stage live,catalogue apply catalogue --if-none --stage test,"
                + "catalogue apply own --stage live,catalogue apply own --stage test,"
                + "The server runs already, and SMILE_CATALOGUE is for a start: nothing was applied. For each stage: "
                + "./smile run catalogue apply an\\ other --stage live (or test)",
            said
        );
    }

    private async Task<string> RunAsync(string script)
    {
        using var bash = Process.Start(
            new ProcessStartInfo(
                "bash",
                ["-c", $"set -uo pipefail; cd '{Repository.Folder()}'; source scripts/servers.sh; folder='{_folder}'\n{script}"]
            )
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            }
        )!;
        var errors = bash.StandardError.ReadToEndAsync();
        var said = await bash.StandardOutput.ReadToEndAsync();
        await bash.WaitForExitAsync();
        Assert.True(said.Length > 0, await errors);
        return said.Trim();
    }
}
