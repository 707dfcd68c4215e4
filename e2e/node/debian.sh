#!/usr/bin/env bash
# Unpacks Debian's containerd, runc and network plug-ins into the folder DIR. Nothing is installed: the machine stays as it is.
# Usage: debian.sh DIR
set -euo pipefail
dir=$1
mkdir -p "$dir/debs/partial" "$dir/lists/partial"
cd "$dir/debs"
packages=(containerd runc libseccomp2 containernetworking-plugins)
# The lists of packages may be missing or old; new ones go into the folder too.
if ! apt-get -qq -o APT::Sandbox::User=root download "${packages[@]}"; then
  own=(-o "Dir::State::Lists=$dir/lists" -o "Dir::Cache=$dir" -o APT::Sandbox::User=root)
  apt-get -qq "${own[@]}" update
  apt-get -qq "${own[@]}" download "${packages[@]}"
fi
for deb in *.deb; do
  dpkg-deb -x "$deb" "$dir"
done
rm -r "$dir/debs" "$dir/lists"
