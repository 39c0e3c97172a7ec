"""Validation of pods and workloads, in the words of API server v1.20."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from apimachinery import quantities
from apimachinery.errors import StatusCause
from apimachinery.selectors import Selector, SelectorError
from apimachinery.validation import dns_label_problems, dns_subdomain_problems
from kubesim.errors.field_errors import (
    duplicate,
    forbidden_field,
    invalid_go_value,
    invalid_value,
    not_supported,
    required,
    under,
)
from kubesim.machinery.object_meta import label_problems
from kubesim.storage.log import Object

_MUTABLE_POD = (
    "spec.containers[*].image`, `spec.initContainers[*].image`, `spec.activeDeadlineSeconds` or"
    " `spec.tolerations` (only additions to existing tolerations)"
)


def pod(obj: Object) -> Sequence[StatusCause]:
    """core/v1 Pod."""
    return under("spec", pod_spec(obj["spec"]))


def pod_update(new: Object, old: Object) -> Sequence[StatusCause]:
    """Immutability of a pod's spec except images, deadline, tolerations and (by binding) its node."""
    if _fixed(new["spec"]) == _fixed(old["spec"]):
        return []
    return [forbidden_field("spec", f"pod updates may not change fields other than `{_MUTABLE_POD}")]


def _fixed(spec: Object) -> Object:
    fixed = {k: v for k, v in spec.items() if k not in ("activeDeadlineSeconds", "tolerations")}
    for part in ("containers", "initContainers"):
        if part in fixed:
            fixed[part] = [{k: v for k, v in each.items() if k != "image"} for each in fixed[part]]
    return fixed


def pod_spec(spec: Object) -> Iterator[StatusCause]:
    """core/v1 PodSpec."""
    volumes: set[str] = set()
    for position, volume in enumerate(spec.get("volumes", ())):
        name = volume.get("name", "")
        if problem := dns_label_problems(name):
            yield (
                invalid_value(f"volumes[{position}].name", name, problem)
                if name
                else required(f"volumes[{position}].name")
            )
        elif name in volumes:
            yield duplicate(f"volumes[{position}].name", name)
        volumes.add(name)
    if not spec.get("containers"):
        yield required("containers")
    names: set[str] = set()
    for part in ("containers", "initContainers"):
        for position, container in enumerate(spec.get(part, ())):
            yield from under(f"{part}[{position}]", _container(container, names, volumes))
    if spec["restartPolicy"] not in ("Always", "OnFailure", "Never"):
        yield not_supported("restartPolicy", spec["restartPolicy"], ("Always", "OnFailure", "Never"))
    if spec["dnsPolicy"] not in _DNS_POLICIES:
        yield not_supported("dnsPolicy", spec["dnsPolicy"], _DNS_POLICIES)
    yield from label_problems("nodeSelector", spec.get("nodeSelector", {}))
    for key in ("nodeName", "serviceAccountName"):
        if spec.get(key) and (problem := dns_subdomain_problems(spec[key])):
            yield invalid_value(key, spec[key], problem)


_DNS_POLICIES = ("ClusterFirstWithHostNet", "ClusterFirst", "Default", "None")


def _container(  # noqa: PLR0912 - one rule after the other
    container: Object, names: set[str], volumes: set[str]
) -> Iterator[StatusCause]:
    name = container.get("name", "")
    if not name:
        yield required("name")
    elif problem := dns_label_problems(name):
        yield invalid_value("name", name, problem)
    elif name in names:
        yield duplicate("name", name)
    names.add(name)
    image = container.get("image", "")
    if not image:
        yield required("image")
    elif image != image.strip():
        yield invalid_value("image", image, "must not have leading or trailing whitespace")
    for position, port in enumerate(container.get("ports", ())):
        yield from under(f"ports[{position}]", _port(port))
    for position, variable in enumerate(container.get("env", ())):
        key = variable.get("name", "")
        if not key:
            yield required(f"env[{position}].name")
        elif not re.fullmatch(r"[-._a-zA-Z][-._a-zA-Z0-9]*", key):
            yield invalid_value(f"env[{position}].name", key, _VARIABLE_RULE)
    for position, mount in enumerate(container.get("volumeMounts", ())):
        if not mount.get("name"):
            yield required(f"volumeMounts[{position}].name")
        elif mount["name"] not in volumes:
            yield StatusCause(
                "FieldValueNotFound", f'Not found: "{mount["name"]}"', f"volumeMounts[{position}].name"
            )
        if not mount.get("mountPath"):
            yield required(f"volumeMounts[{position}].mountPath")
    if container["imagePullPolicy"] not in _PULL_POLICIES:
        yield not_supported("imagePullPolicy", container["imagePullPolicy"], _PULL_POLICIES)
    yield from under("resources", _resources(container["resources"]))


_PULL_POLICIES = ("Always", "IfNotPresent", "Never")
_VARIABLE_RULE = (
    "a valid environment variable name must consist of alphabetic characters, digits, '_', '-', or '.', and"
    " must not start with a digit (e.g. 'my.env-name',  or 'MY_ENV.NAME',  or 'MyEnvName1', regex used for"
    " validation is '[-._a-zA-Z][-._a-zA-Z0-9]*')"
)


def _port(port: Object) -> Iterator[StatusCause]:
    name = port.get("name", "")
    if name:
        if len(name) > 15:
            yield invalid_value("name", name, "must be no more than 15 characters")
        if not re.fullmatch("[-a-z0-9]+", name):
            yield invalid_value(
                "name", name, "must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)"
            )
        if not re.search("[a-z0-9]", name) or not re.search("[a-z]", name):
            yield invalid_value("name", name, "must contain at least one letter or number (a-z, 0-9)")
    number = port.get("containerPort", 0)
    if not number:
        yield required("containerPort")
    elif not 0 < number < 65536:
        yield invalid_value("containerPort", number, "must be between 1 and 65535, inclusive")
    if port["protocol"] not in ("SCTP", "TCP", "UDP"):
        yield not_supported("protocol", port["protocol"], ("SCTP", "TCP", "UDP"))


def _resources(resources: Object) -> Iterator[StatusCause]:
    limits = resources.get("limits", {})
    for part in ("limits", "requests"):
        for name, quantity in sorted(resources.get(part, {}).items()):
            if quantities.parse(quantity) < 0:
                yield invalid_value(f"{part}[{name}]", quantity, "must be greater than or equal to 0")
            if (
                name in limits
                and part == "requests"
                and quantities.parse(quantity) > quantities.parse(limits[name])
            ):
                yield invalid_value("requests", quantity, f"must be less than or equal to {name} limit")


def deployment(obj: Object) -> Sequence[StatusCause]:
    """apps/v1 Deployment."""
    found = [*_selected(obj, always=True)]
    strategy = obj["spec"]["strategy"]
    if strategy["type"] not in ("Recreate", "RollingUpdate"):
        go_text = "(*apps.RollingUpdateDeployment)(nil)"
        found.append(
            StatusCause(
                "FieldValueNotSupported",
                f'Unsupported value: apps.DeploymentStrategy{{Type:"{strategy["type"]}",'
                f' RollingUpdate:{go_text}}}: supported values: "Recreate", "RollingUpdate"',
                "spec.strategy",
            )
        )
    elif strategy["type"] == "Recreate" and "rollingUpdate" in strategy:
        text = "may not be specified when strategy `type` is 'Recreate'"
        found.append(forbidden_field("spec.strategy.rollingUpdate", text))
    elif strategy["type"] == "RollingUpdate":
        rolling = strategy["rollingUpdate"]
        if all(str(rolling[key]) in ("0", "0%") for key in ("maxSurge", "maxUnavailable")):
            text = "may not be 0 when `maxSurge` is 0"
            go_text = 'intstr.IntOrString{Type:0, IntVal:0, StrVal:""}'
            found.append(invalid_go_value("spec.strategy.rollingUpdate.maxUnavailable", go_text, text))
    return found


def replica_set(obj: Object) -> Sequence[StatusCause]:
    """apps/v1 ReplicaSet."""
    return [*_selected(obj, always=True)]


def stateful_set(obj: Object) -> Sequence[StatusCause]:
    """apps/v1 StatefulSet; its volumeMounts may name volumeClaimTemplates."""
    found = _selected(obj, always=True)
    return [
        one for one in found if not (one.reason == "FieldValueNotFound" and ".volumeMounts[" in one.field)
    ]


def daemon_set(obj: Object) -> Sequence[StatusCause]:
    """apps/v1 DaemonSet."""
    return [*_selected(obj, always=True)]


def replication_controller(obj: Object) -> Sequence[StatusCause]:
    """core/v1 ReplicationController."""
    found = [*_not_negative(obj)]
    if not obj["spec"].get("selector"):
        found.append(required("spec.selector"))
    return found + under("spec.template.spec", pod_spec(obj["spec"]["template"]["spec"]))


def job(obj: Object) -> Sequence[StatusCause]:
    """batch/v1 Job."""
    return _job_spec("spec", obj["spec"])


def _job_spec(path: str, spec: Object) -> list[StatusCause]:
    found = [
        invalid_value(f"{path}.{key}", spec[key], "must be greater than or equal to 0")
        for key in ("parallelism", "completions", "activeDeadlineSeconds", "backoffLimit")
        if spec.get(key, 0) < 0
    ]
    pod_template = spec["template"]["spec"]
    found += under(f"{path}.template.spec", pod_spec(pod_template))
    if pod_template["restartPolicy"] not in ("OnFailure", "Never"):
        text = 'valid values: "OnFailure", "Never"'
        found.append(
            required(f"{path}.template.spec.restartPolicy", text)
            if pod_template["restartPolicy"] == "Always"
            else not_supported(
                f"{path}.template.spec.restartPolicy", pod_template["restartPolicy"], ("OnFailure", "Never")
            )
        )
    return found


def job_update(new: Object, old: Object) -> Sequence[StatusCause]:
    """Immutability of a Job's completions, selector and template."""
    found: list[StatusCause] = []
    for key in ("completions", "selector", "template"):
        if new["spec"].get(key) != old["spec"].get(key):
            go_text = go_selector(new["spec"][key]) if key == "selector" else None
            text = "field is immutable"
            path = f"spec.{key}"
            found.append(
                invalid_go_value(path, go_text, text)
                if go_text
                else invalid_value(path, new["spec"].get(key), text)
            )
    return found


def cron_job(obj: Object) -> Sequence[StatusCause]:
    """batch/v1beta1 CronJob."""
    spec = obj["spec"]
    found: list[StatusCause] = []
    name = obj["metadata"].get("name", "")
    if len(name) > 52:
        found.append(invalid_value("metadata.name", name, "must be no more than 52 characters"))
    schedule = spec["schedule"]
    if not schedule:
        found.append(required("spec.schedule"))
    elif not schedule.startswith("@") and len(schedule.split()) != 5:
        count = len(schedule.split())
        found.append(
            invalid_value("spec.schedule", schedule, f"Expected exactly 5 fields, found {count}: {schedule}")
        )
    policies = ("Allow", "Forbid", "Replace")
    if spec["concurrencyPolicy"] not in policies:
        found.append(not_supported("spec.concurrencyPolicy", spec["concurrencyPolicy"], policies))
    return found + _job_spec("spec.jobTemplate.spec", spec["jobTemplate"]["spec"])


def selector_update(new: Object, old: Object) -> Sequence[StatusCause]:
    """Immutability of a workload's selector."""
    selector = new["spec"].get("selector")
    if selector == old["spec"].get("selector"):
        return []
    return [invalid_go_value("spec.selector", go_selector(selector), "field is immutable")]


def stateful_set_update(new: Object, old: Object) -> Sequence[StatusCause]:
    """Immutability of a StatefulSet except replicas, template and updateStrategy."""
    mutable = ("replicas", "template", "updateStrategy")
    before, after = ({k: v for k, v in obj["spec"].items() if k not in mutable} for obj in (old, new))
    if before == after:
        return []
    text = (
        "updates to statefulset spec for fields other than 'replicas', 'template', and 'updateStrategy'"
        " are forbidden"
    )
    return [forbidden_field("spec", text)]


def _selected(obj: Object, *, always: bool) -> Iterator[StatusCause]:
    spec = obj["spec"]
    yield from _not_negative(obj)
    selector = spec.get("selector")
    labels = spec["template"]["metadata"].get("labels")
    matches = False
    if selector is None:
        yield required("spec.selector")
    elif not selector:
        yield invalid_go_value(
            "spec.selector", go_selector(selector), "empty selector is invalid for deployment"
        )
    else:
        try:
            matches = Selector.of(selector).matches(labels or {})
        except SelectorError as error:
            yield invalid_go_value("spec.selector", go_selector(selector), str(error))
    if not matches:
        yield invalid_go_value(
            "spec.template.metadata.labels", go_map(labels), "`selector` does not match template `labels`"
        )
    yield from label_problems("spec.template.labels", labels or {})
    pod_template = spec["template"]["spec"]
    yield from under("spec.template.spec", pod_spec(pod_template))
    if always and pod_template["restartPolicy"] in ("OnFailure", "Never"):
        path = "spec.template.spec.restartPolicy"
        yield not_supported(path, pod_template["restartPolicy"], ("Always",))


def _not_negative(obj: Object) -> Iterator[StatusCause]:
    for key in ("replicas", "minReadySeconds", "revisionHistoryLimit"):
        value = obj["spec"].get(key, 0)
        if value < 0:
            yield invalid_value(f"spec.{key}", value, "must be greater than or equal to 0")


def go_map(labels: Mapping[str, str] | None) -> str:
    """Labels in Go's format."""
    if labels is None:
        return "map[string]string(nil)"
    return "map[string]string{" + ", ".join(f'"{k}":"{v}"' for k, v in sorted(labels.items())) + "}"


def go_selector(selector: Mapping[str, Any] | None) -> str:
    """A LabelSelector in Go's format."""
    selector = selector or {}
    expressions = selector.get("matchExpressions")
    go_text = "[]v1.LabelSelectorRequirement(nil)"
    if expressions:
        items = ", ".join(
            f'v1.LabelSelectorRequirement{{Key:"{each.get("key", "")}",'
            f' Operator:"{each.get("operator", "")}",'
            f" Values:{_go_texts(each.get('values'))}}}"
            for each in expressions
        )
        go_text = f"[]v1.LabelSelectorRequirement{{{items}}}"
    return (
        f"v1.LabelSelector{{MatchLabels:{go_map(selector.get('matchLabels'))}, MatchExpressions:{go_text}}}"
    )


def _go_texts(values: Sequence[str] | None) -> str:
    if values is None:
        return "[]string(nil)"
    return "[]string{" + ", ".join(f'"{value}"' for value in values) + "}"
