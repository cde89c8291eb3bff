"""Changed texts: tags carried from one revision to the next, and watched articles."""
