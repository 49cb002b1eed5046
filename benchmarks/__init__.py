"""Measurements that are run by hand, each printed by one command. No service imports them."""
