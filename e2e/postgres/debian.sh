#!/usr/bin/env bash
# Makes sure that PostgreSQL's programs are installed, from Debian's packages where they are not and root asks. No server is
# started.
# Usage: debian.sh DIR
set -euo pipefail
shopt -s nullglob
found=(/usr/lib/postgresql/*/bin/initdb)
if [ ${#found[@]} -eq 0 ] && [ "$(id -u)" -ne 0 ]; then
  echo "PostgreSQL is not installed, and only root can install it: the tests that need it say so and skip"
  exit 0
fi
if [ ${#found[@]} -eq 0 ]; then
  # The package would make a cluster and start it: neither is wanted here.
  mkdir -p /etc/postgresql-common
  [ -e /etc/postgresql-common/createcluster.conf ] || echo 'create_main_cluster = false' > /etc/postgresql-common/createcluster.conf
  export DEBIAN_FRONTEND=noninteractive
  apt-get -qq install --yes --no-install-recommends postgresql || { apt-get -qq update && apt-get -qq install --yes --no-install-recommends postgresql; }
  found=(/usr/lib/postgresql/*/bin/initdb)
fi
echo "${found[0]}" > "$1/initdb"
