"""How a graph becomes LLVM IR, C, Python and running code."""
