"""A policy file from text to checked parts, every problem with its line. Knows no case and no IO but
reading the files that ship."""
