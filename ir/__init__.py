"""What a program is: the primes, the graph, and its plain readings (text, evaluation, SMT-LIB, cost, canonical form)."""
