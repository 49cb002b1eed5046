"""Where people say that something was done."""
