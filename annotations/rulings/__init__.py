"""Rulings: the queue of tags, cards of overlapping ones, the gold layer and its outcomes."""
