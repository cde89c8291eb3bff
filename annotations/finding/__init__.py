"""What a machine finds and a person confirms: suggestions for cells, and proposed facts."""
