"""The commands that `python -m proof` has in this project beside its own."""

from proof.commands import Commands, Listed

COMMANDS: Commands = {
    name: Listed(f"{__name__}.{name}", sentence)
    for name, sentence in (
        ("record", "run examples and record what was seen"),
        ("write", "write the parts of files that are made from data"),
        ("site", "build the site as a folder that needs no server"),
        ("serve", "run what changed and serve the site, for writing"),
        ("demo", "run the case studies: a server, a worker, a database to try it"),
        ("bench", "measure what running an example costs"),
    )
}
