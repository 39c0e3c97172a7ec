"""Our patches and a real API server's: for random originals and patches the same result, or the same refusal.

What a patch makes of an object is written with PUT on one side and patched by the server on the other,
both as dry runs, so that defaults are the server's own on both sides.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apimachinery.errors import StatusError
from kubesim.patch.json_patch import JSON_PATCH, MERGE_PATCH, STRATEGIC_MERGE_PATCH, json_patch, merge_patch
from kubesim.patch.strategic import strategic_merge_patch
from kubesim.schema import merge_strategies
from kubesim.schema.merge_strategies import Schema
from tests.conformance.servers.asking import Asker, Cluster
from tests.planes.control_plane import ControlPlane

Json = dict[str, Any]
TEMPLATES = "/api/v1/namespaces/default/podtemplates"
SLOW = settings(
    max_examples=120,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@pytest.fixture(scope="module")
def asker(control_plane: ControlPlane) -> Iterator[Asker]:
    cluster = Cluster.real(control_plane)
    asker = cluster.admin()
    asker.ask(
        "POST",
        TEMPLATES,
        {"metadata": {"name": "x"}, "template": pod_template({"containers": [container("a")]})},
    )
    yield asker
    asker.ask("DELETE", f"{TEMPLATES}/x")
    cluster.close()


def container(name: str) -> Json:
    return {"name": name, "image": "i"}


def pod_template(spec: Json) -> Json:
    return {"metadata": {"labels": {"app": "x"}}, "spec": spec}


def part(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[Json]:
    """An object with some of these fields."""
    return st.fixed_dictionaries({}, optional=fields)


def listed(key: str, values: str, item: st.SearchStrategy[Json]) -> st.SearchStrategy[list[Json]]:
    """A list of items with different keys."""

    def keyed(name: str) -> st.SearchStrategy[Json]:
        return item.map(lambda one: {key: name, **one})

    names = st.lists(st.sampled_from(values.split()), unique=True, max_size=3)
    return names.flatmap(lambda some: st.tuples(*map(keyed, some)).map(list))


WORDS = st.sampled_from(["one", "two", "three"])
TEXTS = st.dictionaries(st.sampled_from(["k", "l", "m"]), WORDS, max_size=3)
ENV = listed("name", "A B C", part(value=WORDS))
MOUNTS = listed("mountPath", "/v /w", st.just({"name": "v"}))
VOLUMES = listed(
    "name",
    "v w z",
    st.sampled_from([{"emptyDir": {}}, {"configMap": {"name": "c"}}, {"hostPath": {"path": "/h"}}]),
)
PORTS = st.lists(st.sampled_from([80, 81]), unique=True).map(
    lambda ports: [{"containerPort": port} for port in ports]
)
CONTAINERS = listed("name", "a b c", part(env=ENV, ports=PORTS, args=st.lists(WORDS, max_size=2)).map(
    lambda one: {"image": "i", **one}
))  # fmt: skip
TOLERATIONS = st.lists(
    st.sampled_from([{"key": "x", "operator": "Exists"}, {"operator": "Exists"}]), max_size=2
)
SPECS = part(
    nodeSelector=TEXTS,
    volumes=VOLUMES,
    tolerations=TOLERATIONS,
    imagePullSecrets=listed("name", "s t", st.just({})),
)
ORIGINALS = st.builds(
    lambda spec, containers, metadata: {
        "metadata": {"name": "x", **metadata},
        "template": pod_template({**spec, "containers": containers or [container("a")]}),
    },
    SPECS,
    CONTAINERS,
    part(
        labels=TEXTS,
        annotations=TEXTS,
        finalizers=st.lists(st.sampled_from(["a/a", "a/b", "a/c"]), unique=True),
    ),
)


def or_null(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(strategy, strategy, strategy, st.none())


def merging(key: str, values: str, item: st.SearchStrategy[Json]) -> st.SearchStrategy[list[Json]]:
    """A patch of a list: items, deletions of items, sometimes instead of the whole list."""
    deleted = st.just({"$patch": "delete"})
    items = listed(key, values, st.one_of(item, item, deleted))
    replaced = items.map(lambda some: [*some, {"$patch": "replace"}])
    return st.one_of(items, items, items, replaced)


def ordered(field: str, key: str, values: str) -> st.SearchStrategy[Json]:
    """An order for a list, as kubectl apply sends it."""
    names = st.permutations(values.split())
    return st.one_of(
        st.just({}), names.map(lambda some: {f"$setElementOrder/{field}": [{key: one} for one in some]})
    )


TEXTS_PATCH = or_null(st.dictionaries(st.sampled_from(["k", "l", "m"]), or_null(WORDS), max_size=3))
CONTAINER_PATCH = st.builds(
    lambda one, order: {**one, **order},
    part(
        image=WORDS,
        env=or_null(merging("name", "A B C", part(value=or_null(WORDS)))),
        args=or_null(st.lists(WORDS)),
        ports=or_null(PORTS),
    ),
    ordered("env", "name", "A B C"),
)
VOLUME_PATCH: st.SearchStrategy[Json] = st.sampled_from(
    [
        {"emptyDir": {}, "$retainKeys": ["name", "emptyDir"]},
        {"configMap": {"name": "d"}, "hostPath": None, "emptyDir": None},
        {"hostPath": {"path": "/i"}},
        {"emptyDir": {}, "$retainKeys": ["name"]},
    ]
)
STRATEGIC_SPECS = st.builds(
    lambda one, order: {**one, **order},
    part(
        containers=merging("name", "a b c", CONTAINER_PATCH),
        volumes=or_null(merging("name", "v w z", VOLUME_PATCH)),
        nodeSelector=TEXTS_PATCH,
        tolerations=or_null(TOLERATIONS),
        imagePullSecrets=or_null(merging("name", "s t", st.just({}))),
    ),
    ordered("containers", "name", "a b c"),
)
FINALIZERS = st.lists(st.sampled_from(["a/a", "a/b", "a/c", "a/d"]), unique=True)
STRATEGIC = st.builds(
    lambda metadata, spec: {"metadata": metadata, "template": {"spec": spec}},
    st.one_of(  # adding and deleting at once depends on the order in which Go walks a map
        part(
            labels=TEXTS_PATCH,
            finalizers=or_null(FINALIZERS),
            **{"$setElementOrder/finalizers": FINALIZERS},
        ),
        part(annotations=TEXTS_PATCH, **{"$deleteFromPrimitiveList/finalizers": FINALIZERS}),
    ),
    st.one_of(
        STRATEGIC_SPECS, STRATEGIC_SPECS, STRATEGIC_SPECS.map(lambda spec: {**spec, "$patch": "replace"})
    ),
)
MERGING = st.builds(
    lambda metadata, spec: {"metadata": metadata, "template": {"spec": spec}},
    part(labels=TEXTS_PATCH, annotations=TEXTS_PATCH, finalizers=or_null(FINALIZERS)),
    part(
        nodeSelector=TEXTS_PATCH,
        volumes=or_null(VOLUMES),
        containers=CONTAINERS,
        tolerations=or_null(TOLERATIONS),
    ),
)
POINTERS = st.sampled_from(
    [
        "/metadata/labels",
        "/metadata/labels/k",
        "/metadata/labels/l",
        "/metadata/finalizers",
        "/metadata/finalizers/0",
        "/metadata/finalizers/-",
        "/metadata/finalizers/1",
        "/metadata/finalizers/x",
        "/metadata/annotations/a~1b",
        "/template/spec/containers/0/image",
        "/template/spec/nope/x",
        "",
    ]
)
OPERATIONS = st.lists(
    st.one_of(
        st.builds(lambda op, path, value: {"op": op, "path": path, "value": value},
                  st.sampled_from(["add", "replace", "test"]), POINTERS, WORDS.map(lambda word: f"a/{word}")),
        st.builds(lambda path: {"op": "remove", "path": path}, POINTERS),
        st.builds(lambda op, path, start: {"op": op, "path": path, "from": start},
                  st.sampled_from(["move", "copy"]), POINTERS, POINTERS),
    ),
    min_size=1,
    max_size=3,
)  # fmt: skip


def same(
    asker: Asker, original: Json, patch: Any, media_type: str, ours: Callable[[Json, Any], Json]
) -> None:
    code, live = asker.ask("PUT", f"{TEMPLATES}/x", original)
    assert code == 200, live
    real = asker.ask("PATCH", f"{TEMPLATES}/x?dryRun=All", patch, media_type)
    try:
        made = ours(live, patch)
    except StatusError as error:
        if asker.expected.refuses_patches_as_1_20:
            assert (error.status.code, error.status.message) == (real[0], real[1]["message"])
        assert real[0] in (400, 422, 500), real
        return
    expected = asker.ask("PUT", f"{TEMPLATES}/x?dryRun=All", made)
    if expected[0] == 400:
        assert real[0] in (400, 422)  # a value of the wrong type, refused where it is decoded
    else:
        assert plain(real) == plain(expected)


def matched(schema: Schema, original: Json, patch: Json) -> Json:
    """A patch without the nulls and directives in fields that the original lacks.

    1.20 takes them over into the object, later servers drop them. Those in new items of a list, and in
    what replaces a whole object, are taken over by both.
    """
    if "$patch" in patch:
        return patch
    retained = patch.get("$retainKeys", original)
    result: Json = {}
    for key, value in patch.items():
        there = original.get(key) if key in retained else None
        if key.startswith("$deleteFromPrimitiveList/"):
            if key.partition("/")[2] in original:
                result[key] = value
        elif there is None and value is not None and not key.startswith("$"):
            result[key] = bare(value)
        elif isinstance(value, dict) and isinstance(there, dict):
            result[key] = matched(schema.at(key), there, value)
        elif isinstance(value, list) and isinstance(there, list):
            result[key] = [matched_item(schema.at(key), there, item) for item in value]
        else:
            result[key] = value
    return result


def matched_item(schema: Schema, originals: list[Any], item: Any) -> Any:
    if not schema.merge_key or not isinstance(item, dict):
        return item
    found = [one for one in originals if one.get(schema.merge_key) == item.get(schema.merge_key)]
    return matched(schema.items, found[0], item) if found else item


def bare(value: Any) -> Any:
    """A value without nulls and without what a directive is about."""

    def stays(one: Any) -> bool:
        return not (isinstance(one, dict) and "$patch" in one)

    if isinstance(value, dict):
        return {key: bare(one) for key, one in value.items() if one is not None and stays(one)}
    return [bare(one) for one in value if stays(one)] if isinstance(value, list) else value


def plain(answer: tuple[int, Json]) -> tuple[int, Json]:
    for counted in ("managedFields", "generation"):
        answer[1].get("metadata", {}).pop(counted, None)
    return answer


@SLOW
@given(original=ORIGINALS, patch=STRATEGIC)
def test_a_strategic_merge_patch_does_what_the_real_one_does(
    asker: Asker, original: Json, patch: Json
) -> None:
    schema = merge_strategies.of("", "PodTemplate")

    def ours(live: Json, one: Json) -> Json:
        read = one if asker.expected.patches_take_unmatched else matched(schema, live, one)
        return strategic_merge_patch(schema, live, read)

    same(asker, original, patch, STRATEGIC_MERGE_PATCH, ours)


@SLOW
@given(original=ORIGINALS, patch=MERGING)
def test_a_merge_patch_does_what_the_real_one_does(asker: Asker, original: Json, patch: Json) -> None:
    same(asker, original, patch, MERGE_PATCH, merge_patch)


@SLOW
@given(original=ORIGINALS, operations=OPERATIONS)
def test_a_json_patch_does_what_the_real_one_does(
    asker: Asker, original: Json, operations: list[Json]
) -> None:
    same(asker, original, operations, JSON_PATCH, json_patch)


NO_JSON_PATCHES: list[Any] = [None, 5, "x", {"a": 1}, [5], [{"op": "nope"}]]
NO_MERGE_PATCHES: list[Any] = [None, 5, "x"]


@pytest.mark.parametrize(
    ("media_type", "ours", "patch"),
    [
        *((JSON_PATCH, json_patch, patch) for patch in NO_JSON_PATCHES),
        *((MERGE_PATCH, merge_patch, patch) for patch in NO_MERGE_PATCHES),
    ],
)
def test_a_patch_that_is_none_is_refused_in_the_same_words(
    asker: Asker, media_type: str, ours: Callable[[Json, Any], Json], patch: Any
) -> None:
    original = {"metadata": {"name": "x"}, "template": pod_template({"containers": [container("a")]})}

    same(asker, original, patch, media_type, ours)
