"""The contract between the services: frozen pydantic models, no IO, importing nothing of ours.

Adding an event: model -> catalogue row -> wire sample -> `evolve` case (the type checker lists the
missing ones) -> glossary word -> `make schemas`.
"""
