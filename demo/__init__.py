"""An invented company with its customers and papers, made from a seed: demo, and input of tests and benchmarks.

Nothing here is shipped in the wheel. Same seed, same bytes: no clock, no network, no chance besides `random.Random`.
"""
