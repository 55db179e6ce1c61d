"""primir finds the shortest integer program that meets a spec, proves that it does, and emits code that runs."""

__version__ = "0.1.0"
