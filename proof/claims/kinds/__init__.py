"""The kinds of claim, a module each. A new symptom is a module here."""

from proof.claims.kind import Kind
from proof.discovery import classes_in

_found = [one() for one in classes_in(__name__, __path__, Kind)]
KINDS: dict[str, Kind] = {
    one.name: one for one in sorted(_found, key=lambda one: (not one.good, one.rank))
}
"""All kinds by name: first those of a ✅."""
GOOD = tuple(name for name, kind in KINDS.items() if kind.good)
SYMPTOMS = tuple(name for name, kind in KINDS.items() if not kind.good)
