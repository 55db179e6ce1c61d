"""The `.spec` language: its text as a tree, what its expressions mean, and the specs in it."""
