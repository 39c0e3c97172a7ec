"""API defaulting of pods and workloads, in place.

Source: k8s.io/kubernetes, pkg/apis/*/v1/defaults.go and the registries' strategies, as the replies of
API server v1.20 show them.
"""

from __future__ import annotations

from kubesim.storage.log import Object

_SECONDS_TOLERATED = 300


def pod(obj: Object) -> None:
    """core/v1 Pod."""
    spec = obj.setdefault("spec", {})
    pod_spec(spec)
    spec.setdefault("enableServiceLinks", True)
    for container in [*spec.get("initContainers", ()), *spec.get("containers", ())]:
        limits = container["resources"].get("limits")
        if limits:
            requests = container["resources"].setdefault("requests", {})
            for name, quantity in limits.items():
                requests.setdefault(name, quantity)
    obj.setdefault("status", {})


def new_pod(obj: Object) -> None:
    """Fields of a Pod that admission and its strategy set."""
    spec = obj["spec"]
    tolerations = spec.setdefault("tolerations", [])
    for key in ("node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"):
        if not any(_tolerates(toleration, key) for toleration in tolerations):
            tolerations.append(
                {
                    "key": key,
                    "operator": "Exists",
                    "effect": "NoExecute",
                    "tolerationSeconds": _SECONDS_TOLERATED,
                }
            )
    spec.setdefault("priority", _PRIORITIES.get(spec.get("priorityClassName", ""), 0))
    spec.setdefault("preemptionPolicy", "PreemptLowerPriority")
    obj["status"] = {"phase": "Pending", "qosClass": quality_of_service(spec)}


_PRIORITIES = {"system-cluster-critical": 2_000_000_000, "system-node-critical": 2_000_001_000}


def _tolerates(toleration: Object, key: str) -> bool:
    return toleration.get("key", key) in (key, "") and toleration.get("effect", "NoExecute") == "NoExecute"


def quality_of_service(spec: Object) -> str:
    """A pod's QoS class."""
    requests: dict[str, list[str]] = {"cpu": [], "memory": []}
    limits: dict[str, list[str]] = {"cpu": [], "memory": []}
    containers = [*spec.get("initContainers", ()), *spec.get("containers", ())]
    for container in containers:
        resources = container.get("resources", {})
        for part, found in (("requests", requests), ("limits", limits)):
            for name, quantities in found.items():
                if resources.get(part, {}).get(name, "0") != "0":
                    quantities.append(resources[part][name])
    if not any((*requests.values(), *limits.values())):
        return "BestEffort"
    if requests == limits and all(len(each) == len(containers) for each in limits.values()):
        return "Guaranteed"
    return "Burstable"


def pod_spec(spec: Object) -> None:
    """core/v1 PodSpec, in a Pod or in a template."""
    for container in [*spec.get("initContainers", ()), *spec.get("containers", ())]:
        _container(container, host_network=bool(spec.get("hostNetwork")))
    for volume in spec.get("volumes", ()):
        _volume(volume)
    spec.setdefault("restartPolicy", "Always")
    spec.setdefault("terminationGracePeriodSeconds", 30)
    spec.setdefault("dnsPolicy", "ClusterFirst")
    account = spec.get("serviceAccountName") or spec.get("serviceAccount")
    if account:
        spec["serviceAccountName"] = spec["serviceAccount"] = account
    spec.setdefault("securityContext", {})
    spec.setdefault("schedulerName", "default-scheduler")


def _container(container: Object, *, host_network: bool) -> None:
    for port in container.get("ports", ()):
        if host_network:
            port.setdefault("hostPort", port.get("containerPort", 0))
        port.setdefault("protocol", "TCP")
    for variable in container.get("env", ()):
        field = variable.get("valueFrom", {}).get("fieldRef")
        if field is not None:
            field.setdefault("apiVersion", "v1")
    container.setdefault("resources", {})
    for name in ("livenessProbe", "readinessProbe", "startupProbe"):
        if name in container:
            _probe(container[name])
    container.setdefault("terminationMessagePath", "/dev/termination-log")
    container.setdefault("terminationMessagePolicy", "File")
    if "imagePullPolicy" not in container:
        newest = _tag(container.get("image", "")) == "latest"
        container["imagePullPolicy"] = "Always" if newest else "IfNotPresent"


def _tag(image: str) -> str:
    if "@" in image:
        return ""
    return image.rpartition("/")[2].partition(":")[2] or "latest"


def _probe(probe: Object) -> None:
    probe.setdefault("timeoutSeconds", 1)
    probe.setdefault("periodSeconds", 10)
    probe.setdefault("successThreshold", 1)
    probe.setdefault("failureThreshold", 3)
    if "httpGet" in probe:
        probe["httpGet"].setdefault("path", "/")
        probe["httpGet"].setdefault("scheme", "HTTP")


def _volume(volume: Object) -> None:
    if not volume.keys() - {"name"}:
        volume["emptyDir"] = {}
    for kind in ("secret", "configMap", "downwardAPI", "projected"):
        if kind in volume:
            volume[kind].setdefault("defaultMode", 0o644)
    for source in volume.get("projected", {}).get("sources", ()):
        if "serviceAccountToken" in source:
            source["serviceAccountToken"].setdefault("expirationSeconds", 3600)
    if "hostPath" in volume:
        volume["hostPath"].setdefault("type", "")


def template(holder: Object) -> None:
    """The pod template of a workload."""
    pod_template = holder.setdefault("template", {})
    pod_template.setdefault("metadata", {}).setdefault("creationTimestamp", None)
    pod_spec(pod_template.setdefault("spec", {}))


def deployment(obj: Object) -> None:
    """apps/v1 Deployment."""
    spec = obj.setdefault("spec", {})
    spec.setdefault("replicas", 1)
    spec.setdefault("selector", None)
    template(spec)
    strategy = spec.setdefault("strategy", {})
    if strategy.setdefault("type", "RollingUpdate") == "RollingUpdate":
        rolling = strategy.setdefault("rollingUpdate", {})
        rolling.setdefault("maxUnavailable", "25%")
        rolling.setdefault("maxSurge", "25%")
    spec.setdefault("revisionHistoryLimit", 10)
    spec.setdefault("progressDeadlineSeconds", 600)
    obj.setdefault("status", {})


def replica_set(obj: Object) -> None:
    """apps/v1 ReplicaSet."""
    spec = obj.setdefault("spec", {})
    spec.setdefault("replicas", 1)
    spec.setdefault("selector", None)
    template(spec)
    obj.setdefault("status", {}).setdefault("replicas", 0)


def replication_controller(obj: Object) -> None:
    """core/v1 ReplicationController: selector and labels default to the template's."""
    spec = obj.setdefault("spec", {})
    spec.setdefault("replicas", 1)
    template(spec)
    labels = spec["template"]["metadata"].get("labels")
    if labels:
        spec.setdefault("selector", labels)
        obj["metadata"].setdefault("labels", labels)
    obj.setdefault("status", {}).setdefault("replicas", 0)


def stateful_set(obj: Object) -> None:
    """apps/v1 StatefulSet."""
    spec = obj.setdefault("spec", {})
    spec.setdefault("replicas", 1)
    spec.setdefault("selector", None)
    template(spec)
    spec.setdefault("serviceName", "")
    spec.setdefault("podManagementPolicy", "OrderedReady")
    update = spec.setdefault("updateStrategy", {})
    if update.setdefault("type", "RollingUpdate") == "RollingUpdate":
        update.setdefault("rollingUpdate", {}).setdefault("partition", 0)
    spec.setdefault("revisionHistoryLimit", 10)
    for claim in spec.get("volumeClaimTemplates", ()):
        claim.setdefault("kind", "PersistentVolumeClaim")
        claim.setdefault("apiVersion", "v1")
        claim.setdefault("metadata", {}).setdefault("creationTimestamp", None)
        claim.setdefault("spec", {}).setdefault("volumeMode", "Filesystem")
        claim.setdefault("status", {}).setdefault("phase", "Pending")
    obj.setdefault("status", {}).setdefault("replicas", 0)


def daemon_set(obj: Object) -> None:
    """apps/v1 DaemonSet."""
    spec = obj.setdefault("spec", {})
    spec.setdefault("selector", None)
    template(spec)
    update = spec.setdefault("updateStrategy", {})
    if update.setdefault("type", "RollingUpdate") == "RollingUpdate":
        update.setdefault("rollingUpdate", {}).setdefault("maxUnavailable", 1)
    spec.setdefault("revisionHistoryLimit", 10)
    status = obj.setdefault("status", {})
    for count in ("currentNumberScheduled", "numberMisscheduled", "desiredNumberScheduled", "numberReady"):
        status.setdefault(count, 0)


def new_daemon_set(obj: Object) -> None:
    """The deprecated template generation."""
    annotations = obj["metadata"].setdefault("annotations", {})
    annotations["deprecated.daemonset.template.generation"] = "1"


def job(obj: Object) -> None:
    """batch/v1 Job."""
    job_spec(obj.setdefault("spec", {}))
    obj.setdefault("status", {})


def job_spec(spec: Object) -> None:
    """batch/v1 JobSpec, of a Job or a CronJob."""
    if "completions" not in spec and "parallelism" not in spec:
        spec["completions"] = 1
    spec.setdefault("parallelism", 1)
    spec.setdefault("backoffLimit", 6)
    template(spec)


def new_job(obj: Object) -> None:
    """The generated selector of a Job: its uid."""
    obj["status"] = {}
    spec, metadata = obj["spec"], obj["metadata"]
    if spec.get("manualSelector"):
        return
    mine = {"controller-uid": metadata["uid"], "job-name": metadata.get("name", "")}
    labels = spec["template"]["metadata"].setdefault("labels", {})
    labels.update(mine)
    if not metadata.get("labels"):
        metadata["labels"] = dict(labels)
    spec["selector"] = {"matchLabels": {"controller-uid": metadata["uid"]}}


def cron_job(obj: Object) -> None:
    """batch/v1beta1 CronJob."""
    spec = obj.setdefault("spec", {})
    spec.setdefault("schedule", "")
    spec.setdefault("concurrencyPolicy", "Allow")
    spec.setdefault("suspend", False)
    jobs = spec.setdefault("jobTemplate", {})
    jobs.setdefault("metadata", {}).setdefault("creationTimestamp", None)
    inner = jobs.setdefault("spec", {})
    template(inner)
    spec.setdefault("successfulJobsHistoryLimit", 3)
    spec.setdefault("failedJobsHistoryLimit", 1)
    obj.setdefault("status", {})
