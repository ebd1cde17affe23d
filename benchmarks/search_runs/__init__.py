"""Search benchmarks: generated archives of any size, kinds of queries, alternative engines."""
