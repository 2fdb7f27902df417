"""The stream of changes, for whoever listens to it."""

from tests.streams import address, its_folder, listen, server  # noqa: F401
