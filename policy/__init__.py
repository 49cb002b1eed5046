"""Policy packs: the field's rules as data, each number with its source. No code belongs here."""
