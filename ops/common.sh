# Shared by the commands of this folder; sourced, never run. The caller sets `root`, the project's folder.
# shellcheck shell=bash

configuration=Release
program="$root/node/Host/bin/$configuration/net10.0/settlement.dll"
artifacts="$root/artifacts"

fail() {
  printf '%s\n' "$*" >&2
  exit 1
}

# The dotnet to use: PATH first, then the places where installers put it.
find_dotnet() {
  local candidate
  for candidate in "$(command -v dotnet || true)" "${DOTNET_ROOT:-/nonexistent}/dotnet" \
    "${HOME:-/nonexistent}/.dotnet/dotnet" /usr/share/dotnet/dotnet /usr/lib/dotnet/dotnet; do
    if [ -x "$candidate" ]; then
      dotnet=$candidate
      return
    fi
  done
  fail 'The .NET 10 SDK is not installed: no dotnet on PATH, in DOTNET_ROOT or in ~/.dotnet. See https://dotnet.microsoft.com/download/dotnet/10.0'
}

# dotnet refuses to start without a home it can write; the project's own folder takes its place.
ensure_home() {
  export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1
  if [ -n "${DOTNET_CLI_HOME:-}" ] || { [ -n "${HOME:-}" ] && [ -d "$HOME" ] && [ -w "$HOME" ]; }; then
    return
  fi
  mkdir -p -- "$artifacts/home"
  export DOTNET_CLI_HOME="$artifacts/home" HOME="$artifacts/home"
  export NUGET_PACKAGES="${NUGET_PACKAGES:-$artifacts/packages}"
}

# A hash over the name, size and time of every input of the build: also an older or a deleted file changes it.
inputs_of() {
  (
    cd -- "$root"
    {
      find "$@" \( -name bin -o -name obj \) -prune -o -type f -printf '%p %s %T@\n'
      find . -maxdepth 1 -type f \( -name '*.props' -o -name '*.targets' -o -name global.json -o -name BannedSymbols.txt \
        -o -name .editorconfig -o -iname nuget.config -o -name '*.sln' \) -printf '%p %s %T@\n'
    } | LC_ALL=C sort | sha256sum | cut -d ' ' -f 1
  )
}

# build NAME TARGET OUTPUT INPUT...: builds the target unless OUTPUT is there and was built from the same inputs.
build() {
  local name=$1 target=$2 output=$3 stamp="$artifacts/$1.stamp" inputs log
  shift 3
  inputs=$(inputs_of "$@")
  if is_built "$stamp" "$inputs" "$output"; then return; fi
  mkdir -p -- "$artifacts" || fail "$artifacts cannot be written, and $name is not built."
  find_dotnet
  ensure_home
  # Two commands started at once: the second waits for the first's build and finds it done.
  exec 9> "$artifacts/build.lock"
  if command -v flock > /dev/null; then flock 9; fi
  if is_built "$stamp" "$inputs" "$output"; then
    exec 9>&-
    return
  fi
  if [ -t 2 ]; then printf 'Building %s ...' "$name" >&2; fi
  log=$(mktemp "$artifacts/build.XXXXXX")
  if ! "$dotnet" build "$root/$target" --configuration "$configuration" --nologo -clp:NoSummary -v minimal \
    -nodeReuse:false -p:UseSharedCompilation=false > "$log" 2>&1 < /dev/null 9>&-; then
    if [ -t 2 ]; then printf '\n' >&2; fi
    cat -- "$log" >&2
    rm -f -- "$log"
    fail "$name does not build."
  fi
  rm -f -- "$log"
  printf '%s\n' "$inputs" > "$stamp"
  exec 9>&-
  if [ -t 2 ]; then printf ' done\n' >&2; fi
}

is_built() {
  [ -f "$1" ] && [ "$(cat -- "$1")" = "$2" ] && [ -f "$3" ]
}
