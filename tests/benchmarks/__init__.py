"""Speed and size of the program, always against something run beside it; `python -m tests.benchmarks`."""
