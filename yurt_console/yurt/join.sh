#!/bin/sh
# Joins this machine to the cluster as an edge node. Linux, amd64 or arm64, with containerd.
# Usage: sh join.sh [NAME]     NAME ends the node's name; default: this machine's own.
# Keep this file to yourself: it holds the token with which machines join as yours.
# It may be run again at any time.
set -eu

# yurt-console: values

cri_socket=${CRI_SOCKET:-/run/containerd/containerd.sock}
root=${YURT_CONSOLE_ROOT:-}
state=$root/var/lib/yurt-console
kubelet_config=$root/etc/kubernetes/kubelet.conf

say() { printf 'join: %s\n' "$*"; }
fail() {
    printf 'join: %s\n' "$*" >&2
    exit 1
}
as_root() {
    if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo "$@"; fi
}
fetch() { # address file
    if command -v curl >/dev/null 2>&1; then
        curl -fsSL --retry 3 -o "$2" "$1"
    else
        wget -q -O "$2" "$1"
    fi || fail "could not download $1"
}

# A name that Kubernetes takes and that stays the same when this is run again: the prefix, what the
# machine is called, and a few digits of its id, because many a machine is called "raspberrypi".
node_name() {
    own=$(printf '%s' "${1:-$(uname -n)}" | tr '[:upper:]' '[:lower:]' | tr -cs 'a-z0-9' '-' | cut -c 1-14)
    own=${own#-}
    own=${own%-}
    id=''
    if [ -z "${1:-}" ] && [ -r "$root/etc/machine-id" ]; then
        id=-$(sha256sum <"$root/etc/machine-id" | cut -c 1-6)
    fi
    printf '%s-%s%s' "$node_prefix" "${own:-node}" "$id"
}

[ "$(uname -s)" = Linux ] || fail "this machine does not run Linux"
case $(uname -m) in
    x86_64 | amd64) arch=amd64 ;;
    aarch64 | arm64) arch=arm64 ;;
    *) fail "OpenYurt has no release for $(uname -m), only for amd64 and arm64" ;;
esac
[ "$(id -u)" -eq 0 ] || command -v sudo >/dev/null 2>&1 || fail "run this as root: there is no sudo"
command -v curl >/dev/null 2>&1 || command -v wget >/dev/null 2>&1 || fail "install curl or wget first"

name=$(node_name "${1:-}")
joined=$(cat "$state/joined" 2>/dev/null || true)
attempt=$(cat "$state/attempt" 2>/dev/null || true)
here="$server $name"
[ "$attempt" = "$here" ] || attempt=''
if [ -e "$kubelet_config" ]; then
    if [ "$joined" = "$here" ]; then
        say "this machine has joined as $name already; nothing to do"
        exit 0
    fi
    [ -n "$attempt" ] || fail "this machine belongs to a cluster ($kubelet_config exists);" \
        "take it out first: yurtadm reset, or kubeadm reset"
fi
[ -S "$cri_socket" ] || fail "containerd does not run here ($cri_socket); install and start it," \
    "or set CRI_SOCKET to the socket of another runtime"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

archive=yurtadm-$release-linux-$arch.tar.gz
say "fetching $archive"
fetch "$download/$archive" "$work/$archive"
fetch "$download/sha256sums.txt" "$work/sha256sums.txt"
wanted=''
while read -r sum file || [ -n "$sum" ]; do
    if [ "${file#\*}" = "$archive" ]; then wanted=$sum; fi
done <"$work/sha256sums.txt"
[ -n "$wanted" ] || fail "sha256sums.txt of $release does not list $archive"
found=$(sha256sum <"$work/$archive")
[ "${found%% *}" = "$wanted" ] || fail "$archive is damaged: its checksum is not the release's"
tar -xzf "$work/$archive" -C "$work"
yurtadm=$work/linux-$arch/yurtadm
chmod +x "$yurtadm"

if [ -n "$attempt" ]; then
    say "undoing an earlier attempt"
    as_root "$yurtadm" reset --force --cri-socket="$cri_socket" || say "not everything could be undone"
fi
as_root mkdir -p "$state"
as_root rm -f "$state/joined"
as_root cp "$yurtadm" "$state/yurtadm" # the leave script needs it
printf '%s\n' "$here" | as_root tee "$state/attempt" >/dev/null
if command -v swapoff >/dev/null 2>&1; then
    as_root swapoff -a || say "swap could not be switched off; the kubelet may refuse to start"
fi

say "joining as $name"
as_root "$yurtadm" join "$server" \
    --token="$token" \
    --discovery-token-ca-cert-hash="$ca_hash" \
    --node-type=edge \
    --node-name="$name" \
    --node-labels="$node_labels" \
    --cri-socket="$cri_socket" \
    || fail "yurtadm could not join this machine. The console's page of nodes tells whether it was refused," \
        "and why; otherwise mend what yurtadm says above. Then run this again"
as_root mv "$state/attempt" "$state/joined"
say "this machine has joined as $name; it shows in the console within a minute"
say "to take it out again, use the leave script that the console gives"
