"""SyGuS-IF 2.1: s-expressions, SMT-LIB terms, grammars, and the functions that a `.sl` file asks for."""
