"""The numbers this product promises, measured beside the API server's own: ``python -m bench``.

Nothing here is installed with the package. Every part that measures is a program of its own
(`bench.fill`, `bench.load`, `bench.browsers`, `bench.listing`, `bench.counting`), so that its memory
and garbage collection disturb nobody; ``bench.__main__`` starts them in turn and prints one table.
How to read it: docs/performance.md.
"""
