"""The language of outlets: echoes, word choice, quotations and their speakers."""
