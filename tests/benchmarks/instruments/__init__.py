"""What the benchmarks measure with and measure on."""
