"""The archive: what a post is, how it comes in, and how it is read.

This package imports nothing, so that the parsing workers can start without Django.
"""
