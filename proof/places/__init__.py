"""Where a block runs. A new place is a module here with a class of its own."""

from proof.discovery import classes_in
from proof.places.place import Place

PLACES: dict[str, Place] = {
    one.name: one() for one in classes_in(__name__, __path__, Place)
}
"""All places, by name."""
UNDER = tuple(dict.fromkeys(name for one in PLACES.values() for name in one.under))
"""All that a block can run under."""
