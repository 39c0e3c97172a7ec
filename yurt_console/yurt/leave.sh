#!/bin/sh
# Takes this machine out of the cluster that it joined by the console's join script.
# Usage: sh leave.sh
# It holds nothing secret, and may be run again at any time.
set -eu

cri_socket=${CRI_SOCKET:-/run/containerd/containerd.sock}
root=${YURT_CONSOLE_ROOT:-}
state=$root/var/lib/yurt-console
kubelet_config=$root/etc/kubernetes/kubelet.conf

say() { printf 'leave: %s\n' "$*"; }
fail() {
    printf 'leave: %s\n' "$*" >&2
    exit 1
}
as_root() {
    if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo "$@"; fi
}

[ "$(id -u)" -eq 0 ] || command -v sudo >/dev/null 2>&1 || fail "run this as root: there is no sudo"

here=$(cat "$state/joined" 2>/dev/null || cat "$state/attempt" 2>/dev/null || true)
if [ -z "$here" ]; then
    [ ! -e "$kubelet_config" ] || fail "this machine belongs to a cluster that it did not join by the" \
        "console's join script ($kubelet_config exists); nothing was changed"
    say "this machine is in no cluster; nothing to do"
    exit 0
fi
name=${here##* }

if [ -x "$state/yurtadm" ]; then
    tool=$state/yurtadm
else
    tool=$(command -v yurtadm || command -v kubeadm) \
        || fail "neither yurtadm nor kubeadm is here any more; put one of them on the PATH"
fi
say "taking $name out of its cluster"
if command -v systemctl >/dev/null 2>&1; then
    # OpenYurt 1.7 runs yurthub as a service; earlier releases have none of this name
    as_root systemctl disable --now yurthub.service >/dev/null 2>&1 || true
fi
as_root "$tool" reset --force --cri-socket="$cri_socket" \
    || fail "${tool##*/} could not undo everything; mend what it says above and run this again"
as_root rm -rf "$root/etc/cni/net.d" "$state"
say "this machine has left; now remove the node $name in the console, or it stays there as Offline"
