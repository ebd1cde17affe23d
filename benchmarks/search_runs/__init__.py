"""Measuring the search: invented archives of any size, kinds of queries, and what stands beside."""
