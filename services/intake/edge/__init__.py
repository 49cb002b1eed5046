"""Where reports come in."""
