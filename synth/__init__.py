"""How a graph is found: enumeration by cost, shared values, and an SMT-guided search, all checked by the prover."""
