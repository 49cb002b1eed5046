"""The event-sourced runtime that every service stands on. It knows no word of the field.

A closed list of files: a new concern belongs into one of them or into a service.
"""
