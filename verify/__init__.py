"""What it means to be right: refinement, verdicts, counterexamples, and the round trip over the emitted code."""
