"""Bringing annotations in: whose they are, where they belong, and storing them."""
