"""An embedded Kubernetes API server with OpenYurt on it; it says everywhere that it is a simulation.

It answers as Kubernetes v1.20 does. It uses ``kube``'s vocabulary but never its client, because it
exists to check that client. What it does not do stands in ``docs/simulator.md``.
"""
