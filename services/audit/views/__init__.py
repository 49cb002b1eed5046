"""What people ask of the record: one case's timeline, and the open work. Reads only."""
