"""What a program is: the primes, the graph, and its plain readings (text, evaluation, solver terms, cost, canonical form)."""
