"""How work is run: killable workers and their limits."""
