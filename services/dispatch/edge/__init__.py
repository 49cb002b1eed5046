"""Where answers, and changes of the roster, come in."""
