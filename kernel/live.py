"""What changes on screens (being written)."""


def changed(*topics):
    """Tell the screens that show `topics`."""
