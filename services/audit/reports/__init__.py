"""Reports for people: one model each, from which every form of it is made."""
