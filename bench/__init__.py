"""Benchmarks of the promised numbers: ``python -m bench``. Not installed with the package.

Promises are ratios within one run: against the API server for the same data, and against the floor, a
bare ASGI application that sends the same bytes. Every program that measures runs as a process of its own
(`bench.load`), so its memory and garbage collection do not disturb the server. See docs/performance.md.
"""
