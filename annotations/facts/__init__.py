"""Facts and reports: the matrix, and one fact in all its wordings."""
