"""Provers: one small module each. They answer whether a condition over bit-vectors can hold (query.py)."""
