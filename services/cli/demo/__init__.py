"""The demonstration: an invented agency, a sink instead of phones, and members who may answer."""
