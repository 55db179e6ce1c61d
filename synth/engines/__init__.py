"""The ways to find a program: each engine is a generator of candidates and of levels that it has exhausted."""
