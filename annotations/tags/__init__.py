"""Tags: put on words, edited, undone, and drawn where they stand."""
