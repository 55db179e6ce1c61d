"""What a program is: the primes, the graph, and its plain readings (text, integers, SMT-LIB, cost, canonical form)."""
