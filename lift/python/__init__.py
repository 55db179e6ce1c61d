"""Python functions: loaded, read as machine words, and lowered to LLVM IR by numba."""
