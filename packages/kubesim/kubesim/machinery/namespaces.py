"""Namespaces that every cluster has. Source: k8s.io/apimachinery, pkg/apis/meta/v1; k8s.io/api, core/v1."""

from __future__ import annotations

DEFAULT = "default"
SYSTEM = "kube-system"
PUBLIC = "kube-public"
NODE_LEASE = "kube-node-lease"
"""Where the kubelets' heartbeat Leases are."""
ALL = (DEFAULT, SYSTEM, PUBLIC, NODE_LEASE)
