"""Agreement between coders, from arrays to figures with intervals; no Django, no database.

Imported only by what computes agreement, so that no page pays for numpy's start.
"""
