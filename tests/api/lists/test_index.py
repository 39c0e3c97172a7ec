"""What an index remembers of the questions that it was asked."""

from __future__ import annotations

from tests import rows
from yurt_console.api.http import query
from yurt_console.api.http.query import ListQuery
from yurt_console.api.lists.index import Index


class Labels(dict[str, str]):
    """Labels that count how often somebody looks at one."""

    looks = 0

    def get(self, key: str, default: object = None) -> object:  # type: ignore[override]
        self.looks += 1
        return super().get(key, default)


def asked(**given: str) -> ListQuery:
    return query.read(given, sorts=("name",), default_sort="name", most=100)


def test_a_filter_that_is_used_all_the_time_outlives_what_many_search_for_once() -> None:
    labels = Labels(app="web")
    pods = [rows.pod("web-1", labels=labels)]
    index = Index(pods, keys={"name": lambda pod: pod.name}, status=lambda _: "", texts=lambda _: ())
    for number in range(500):
        index.select(asked(q=f"typed-{number}", labels="app=web"))

    assert index.select(asked(labels="app=web")).rows == pods
    assert labels.looks == 1


def test_a_row_that_comes_back_after_all_had_gone_is_listed_once() -> None:
    pod = rows.pod("db-0")
    index = Index([pod], keys={"name": lambda pod: pod.name}, status=lambda _: "", texts=lambda _: ())
    found = []
    for row in (pod, None, pod, None):
        assert index.apply_changes([(pod.key, row)])
        found.append(index.select(asked()).rows)

    assert found == [[pod], [], [pod], []]
