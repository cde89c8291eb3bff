"""Formats in which annotations come and go. Pure: bytes in, records out, and back."""
