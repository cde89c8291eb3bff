"""The embedded PostgreSQL: a private server in the data folder, shared by all our processes."""
