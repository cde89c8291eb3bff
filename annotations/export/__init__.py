"""What people take away: tables, columns, and rows checked against their texts."""
