# Tests, long checks and measurements. Sourced by ./smile.

test_packages="postgresql activemq libactivemq-java default-jdk-headless python3-zeep python3-stomp python3-aiosmtpd dovecot-imapd gsoap libgsoap-dev g++ php-cli php-soap jaxws libxml2-utils poppler-utils fonts-noto-core fonts-noto-cjk"

# Node.js comes from elsewhere as often as from Debian.
command -v node >/dev/null && command -v npm >/dev/null || test_packages="$test_packages nodejs npm"

# Builds everything and runs every test project. Prints a line per project and one with the sum.
run_tests() {
  install_packages $test_packages || echo "Tests whose packages are missing are skipped." >&2
  local results=$PWD/artifacts/test-results failed=0 log
  rm -rf "$results"
  mkdir -p "$results"
  dotnet build Smile.sln -c Release --nologo -v quiet
  [ $# -gt 0 ] || check_format || failed=1
  for project in $(ls -d tests/*.Tests tests/Smile.Conformance 2>/dev/null); do
    echo "== $project"
    log=$results/$(basename "$project").log
    dotnet test "$project" -c Release --no-build --nologo --logger "console;verbosity=normal" --logger "trx;LogFileName=$(basename "$project").trx" --results-directory "$results" "$@" > "$log" 2>&1 || failed=1
    # What failed and what was skipped is shown, what passed is counted.
    grep -vE '^ +Passed |^\[xUnit|^ *$|Test run for|test files matched|Results File' "$log" || true
  done
  # Whoever sees only the end of a long output learns what failed from it.
  grep -hE -A 12 '^ +Failed ' "$results"/*.log | cut -c 1-400 || true
  sum_results "$results"
  return $failed
}

# Code has the form that the formatter gives it. Where the formatter cannot be had, those who have it check.
check_format() {
  if ! dotnet tool restore > /dev/null; then
    echo "The formatter could not be restored: the form of the code is not checked." >&2
  elif ! dotnet csharpier check .; then
    echo "Some files are not formatted. Run: dotnet csharpier format ."
    return 1
  fi
}

# Adds up what the runs counted: "N passed, N failed, N skipped".
sum_results() {
  local line passed=0 failed=0 skipped=0 total executed ok bad
  for file in "$1"/*.trx; do
    line=$(grep -o '<Counters [^>]*>' "$file")
    total=$(sed -E 's/.* total="([0-9]+)".*/\1/' <<<"$line")
    executed=$(sed -E 's/.* executed="([0-9]+)".*/\1/' <<<"$line")
    ok=$(sed -E 's/.* passed="([0-9]+)".*/\1/' <<<"$line")
    bad=$(sed -E 's/.* failed="([0-9]+)".*/\1/' <<<"$line")
    passed=$((passed + ok)) failed=$((failed + bad)) skipped=$((skipped + total - executed))
  done
  echo "$passed passed, $failed failed, $skipped skipped"
}

# The long checks in full.
run_verify() {
  SMILE_VERIFY=full run_tests "$@"
}

# Speed, as ratios in one run and CPU a call.
run_bench() {
  command -v wrk >/dev/null || install_packages wrk
  dotnet build tests/Smile.Benchmarks.SoapCore -c Release --nologo -v quiet >/dev/null || echo "SoapCore could not be built: it is left out." >&2
  dotnet run --project tests/Smile.Benchmarks -c Release -- "$@"
}
