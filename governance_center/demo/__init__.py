"""Invented data of any size, in bulk: lived in memory by the same tables of moves, written with COPY.

Through the services one visit takes some 40 ms, which is too slow for a million. What is loaded looks as if it had been
lived: tests/demo compares the two row by row.
"""
