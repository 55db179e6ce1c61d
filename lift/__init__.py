"""How source becomes a graph, and how a spec file becomes a `Spec`."""
