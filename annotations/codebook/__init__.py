"""Codebooks: their codes, their revisions, files, and the tags that a change leaves behind."""
