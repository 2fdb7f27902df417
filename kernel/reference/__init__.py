"""Rows that a new installation starts with."""
