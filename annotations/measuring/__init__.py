"""Agreement and drift of a study, computed, stored and shown with their cases."""
