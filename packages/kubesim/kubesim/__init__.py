"""A simulated Kubernetes cluster: API server, controllers, scheduler and kubelets in one process.

It answers as Kubernetes v1.20 does and identifies itself as a simulation. Its packages are named as
Kubernetes' own. It shares `apimachinery` with the console, never the console's client, which it exists to
test. ``docs/simulator.md`` lists what it does not do.
"""

__version__ = "0.1.0.dev0"
