"""Games that the benchmarks and the tests share."""
