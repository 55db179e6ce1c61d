"""C, C++ and Rust: a compiler writes LLVM IR, calls are inlined and local variables become registers."""
