"""Laws of histograms, as Prometheus reads them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yurt_console.metrics.histogram import Histogram

numbers = st.one_of(st.integers(0, 8).map(float), st.floats(0, 100, allow_nan=False))


@given(st.lists(numbers, min_size=1, max_size=6, unique=True).map(sorted), st.lists(numbers, max_size=30))
def test_a_bucket_counts_what_is_at_most_its_bound(bounds: list[float], values: list[float]) -> None:
    histogram = Histogram(bounds)
    for value in values:
        histogram.observe(value)

    expected = [(str(bound), sum(value <= bound for value in values)) for bound in bounds]
    assert histogram.buckets() == [*expected, ("+Inf", len(values))]
    assert histogram.total == pytest.approx(sum(values))
    assert sum(histogram.counts) == len(values)
