"""Selection of objects by label and field selectors."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from apimachinery import field_selectors
from apimachinery.field_selectors import FieldSelector
from apimachinery.selectors import Selector, SelectorError
from kubesim.errors.statuses import bad_request
from kubesim.machinery.kinds import Kind
from kubesim.storage.log import Object


@dataclass(frozen=True, slots=True)
class Selection:
    """A predicate on objects of one kind."""

    kind: Kind
    labels: Selector
    fields: FieldSelector

    @classmethod
    def parse(cls, kind: Kind, label_selector: str, field_selector: str) -> Selection:
        """Parse both selectors. Raises `BadRequestError` for malformed ones and for unsupported fields."""
        try:
            labels, wanted = Selector.parse(label_selector), field_selectors.parse(field_selector)
        except SelectorError as error:
            raise bad_request(str(error)) from None
        known = {"metadata.name", *kind.field_names} | ({"metadata.namespace"} if kind.namespaced else set())
        for term in wanted.terms:
            if term.field not in known and not (term.field == "metadata.namespace" and not kind.custom):
                raise bad_request(_unknown_field(kind, term.field))
        return cls(kind, labels, wanted)

    @property
    def is_everything(self) -> bool:
        """Whether all objects match."""
        return not self.labels.requirements and not self.fields.terms

    def matches(self, obj: Object) -> bool:
        """Whether an object matches."""
        return self.labels.matches(obj["metadata"].get("labels") or {}) and (
            not self.fields.terms or self.fields.matches(self.kind.selectable(obj))
        )

    def predicate(self) -> Callable[[Object], bool] | None:
        """`matches`, or None when all objects match."""
        return None if self.is_everything else self.matches


def _unknown_field(kind: Kind, field: str) -> str:
    if kind.field_names or kind.custom:
        return f"field label not supported: {field}"
    return f'"{field}" is not a known field selector: only "metadata.name", "metadata.namespace"'
