"""Measurements that anyone can run: `python -m bench.NAME` from the root of the project."""
