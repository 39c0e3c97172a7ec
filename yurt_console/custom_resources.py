"""The custom resources this product reads: OpenYurt's NodePool and its own User."""

from __future__ import annotations

from apimachinery.resources import Resource

NODE_POOLS = Resource("apps.openyurt.io", "nodepools", "NodePool", False, ("v1beta2", "v1beta1", "v1alpha1"))
USERS = Resource("user.openyurt.io", "users", "User", False, ("v1alpha1",))
