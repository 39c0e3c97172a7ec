"""A simulated Kubernetes cluster: API server, controllers, scheduler and kubelets in one process.

It answers as Kubernetes v1.20 does, and says everywhere that it is a simulation. Its packages are named
as Kubernetes' own. It shares `apimachinery` with the console, never the console's client: it exists to
check that client. What it does not do stands in ``docs/simulator.md``.
"""

__version__ = "0.1.0.dev0"
