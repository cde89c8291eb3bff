"""The JSON API: the questions of the pages, asked by programs in a person's name."""
