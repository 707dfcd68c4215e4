say() { printf '%s\n' "$*" >&2; }
die() { say "error: $*"; exit 1; }

need() {
  command -v "$1" >/dev/null 2>&1 || die "this script needs $1"
}

# present VALUE WHAT: what was read is not empty
present() {
  [[ -n $1 && $1 != None ]] || die "could not read $2"
}

# patiently COMMAND...: what was made a moment ago is not known everywhere at once, so a refusal is not the last word
patiently() {
  local try
  for try in 1 2 3 4 5; do
    if "$@"; then return 0; fi
    say "  not yet; once more in $pause s ($try of 5)"
    sleep "$pause"
  done
  "$@"
}

# holds LINES LINE: the line is one of the lines
holds() {
  case $'\n'"$1"$'\n' in
    *$'\n'"$2"$'\n'*) return 0 ;;
  esac
  return 1
}

# What bears our mark: the beginnings of members that are this set-up's alone, one a line.
owned=
own() { # DESCRIPTION BEGINNING
  if holds "$1" "$mark"; then owned+=$2$'\n'; fi
}
