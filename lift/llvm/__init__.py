"""LLVM IR: what LLVM prints of a module is read, and its functions walked, block by block, into graphs."""
