"""Pages in, examples out: every Python block of `docs/`, or an error with its line."""

from collections.abc import Callable, Collection, Iterable
from pathlib import Path
from typing import NoReturn

from pytest_examples import CodeExample, find_examples

from proof.claims.kind import ClaimError
from proof.claims.read import read_claims, read_printed
from proof.claims.versions import DEFAULT, EDITIONS, Edition, bounds_of
from proof.errors import MarkdownError
from proof.example import Example
from proof.lanes import LANES
from proof.places import PLACES
from proof.project import PROJECT
from proof.reading.fences import no_fence_overlooked
from proof.reading.header import read_header
from proof.reading.visible import unseen
from proof.watching import reaches

DOCS = PROJECT.docs


def extract(docs: Path | None = None) -> tuple[Example, ...]:
    """Return every example below a folder, in the order of pages and lines.

    Raises:
        MarkdownError: a block, a header or a claim cannot be read, an id stands
            twice, a twin is missing or its goal is not the same.
    """
    docs = docs or DOCS
    blocks = sorted(
        (block for block in find_examples(docs) if block.path.suffix == ".md"),
        key=lambda block: (block.path, block.start_line),
    )
    no_fence_overlooked(docs, blocks)
    if not blocks:
        raise MarkdownError(
            docs.name, 1, "no page here has a Python block", "Is this the right folder?"
        )
    paths = {block.path for block in blocks}
    lines = {path: path.read_text("utf-8").splitlines() for path in paths}
    examples = tuple(
        _example(docs.parent, block, lines[block.path][block.start_line - 1])
        for block in blocks
    )
    _ids_are_unique(examples)
    for example in examples:
        _twin_fits(example, {other.id: other for other in examples})
    return examples


def _example(root: Path, block: CodeExample, header: str) -> Example:
    path = block.path.relative_to(root)
    options = read_header(path, block.start_line, header)
    try:
        claims = read_claims(block.source)
    except ClaimError as error:
        line = block.start_line + error.line
        raise MarkdownError(path, line, error.problem, error.then) from error
    example = Example(
        id=options["id"],
        title=options["title"],
        place=options["data-place"],
        twin=options.get("data-twin"),
        call=options.get("data-call"),
        settles=tuple(options.get("data-settles", "").split()),
        under=tuple(options.get("data-under", "").split()),
        path=path,
        start=block.start_line,
        end=block.end_line,
        code=block.source,
        claims=claims,
        printed=read_printed(block.source),
    )
    _header_fits_claims(example)
    _hides_nothing(example)
    return example


def _header_fits_claims(example: Example) -> None:
    def wrong(problem: str, then: str) -> NoReturn:
        raise MarkdownError(example.path, example.start, problem, then)

    if example.place not in PLACES:
        wrong(
            f'unknown place "{example.place}"', f"The places are: {', '.join(PLACES)}."
        )
    if not example.claims:
        wrong(
            f"the block {example.id} makes no claim",
            "Say in a comment what its run will show, such as "
            "`# ✅ committed: EXPRESSION` or `# ❌ raises Type: message`.",
        )
    _is_one_of_both(example, wrong)
    mark = "✅" if example.good else "❌"
    if not example.title.startswith(f"{mark} "):
        wrong(
            f'the title "{example.title}" does not begin with {mark}, as the claims do',
            f'Write title="{mark} {example.title.lstrip("✅❌ ")}".',
        )
    called = PLACES[example.place].called
    if (example.call is None) == bool(called):
        wrong(
            f"the place {example.place} {'needs' if called else 'takes no'} data-call",
            called or "Remove it: this place calls the block itself.",
        )
    _under_is_known(example, wrong)
    _project_has_its_part(example, wrong)


def _project_has_its_part(
    example: Example, wrong: Callable[[str, str], NoReturn]
) -> None:
    """See that [tool.proof] names what the place runs a block with."""
    # A service may be called from a task, and from a command of no app.
    keys = PLACES[example.place].keys
    for under in ("", *example.under):
        key = keys.get(under)
        if key and not getattr(PROJECT, key):
            name = under or example.place
            wrong(
                f"a {name} needs {key} in [tool.proof], which is not there",
                f'Add {key} = "…" to {PROJECT.root / "pyproject.toml"}.',
            )


def _hides_nothing(example: Example) -> None:
    in_code, in_call = map(reaches.refused, (example.code, example.call or ""))
    for found, does, then in (
        (in_code, "reaches for", "An example has no need of it: leave it out."),
        (in_call and (0, in_call[1]), "is called with", "Call what the block has."),
        (unseen(example.code), "hides", "Write all that runs where it is read."),
    ):
        if found:
            line, problem = example.start + found[0], f"{does} {found[1]}"
            problem = f"the block {example.id} {problem}"
            raise MarkdownError(example.path, line, problem, then)


def _is_one_of_both(example: Example, wrong: Callable[[str, str], NoReturn]) -> None:
    silent = [one for one in EDITIONS if not example.claims_of(one)]
    if silent:
        bounds = bounds_of(silent)
        where = f"[{bounds}]" if bounds else f"{silent[0]}"
        wrong(
            f"the block {example.id} makes no claim for {where}",
            "Say what its run shows there, as "
            f"{_ways_to_say(example, silent, bounds)}.",
        )
    aimless = example.aimless()
    if aimless:
        wrong(
            f"the ✅ claims no goal for [{aimless}]",
            "Say what it brings about: `# ✅ committed: EXPRESSION`.",
        )
    for edition in EDITIONS:
        if len({claim.good for claim in example.claims_of(edition)}) == 2:
            wrong(
                f"the block claims both ✅ and ❌{_at(example, edition)}",
                "Make two blocks, a pair of twins.",
            )


def _ways_to_say(
    example: Example, silent: Collection[Edition], bounds: str | None
) -> str:
    """Return a claim to write: on the title's side, or how a ✅ fails elsewhere."""
    good = example.title.startswith("✅")
    name = f" [{bounds}]" if bounds else ""
    ways = [f"`# ✅ committed: …{name}`"] if good else []
    if not good or DEFAULT not in silent:
        ways.append(f"`# ❌ …{name}`")
    return ", or, if it fails there, ".join(ways)


def _at(example: Example, edition: Edition) -> str:
    """Return in which edition, where it is not so in all."""
    bound = any(claim.editions != EDITIONS for claim in example.claims)
    return f" for {edition}" if bound else ""


def _under_is_known(example: Example, wrong: Callable[[str, str], NoReturn]) -> None:
    known = PLACES[example.place].under
    for name in example.under:
        if name not in known:
            wrong(
                f'the place {example.place} does not run under "{name}"',
                f"It runs under: {', '.join(known) or 'nothing else; leave it out'}.",
            )
    lanes = [lane for database in LANES for lane in example.lanes(database)]
    for claim in example.claims:
        if not any(claim.speaks_of(lane) for lane in lanes):
            wrong(
                f"no lane of this block is [{', '.join(claim.lanes)}]",
                "Name what it runs under in data-under, or mend the claim.",
            )


def _ids_are_unique(examples: Iterable[Example]) -> None:
    first: dict[str, Example] = {}
    for example in examples:
        other = first.setdefault(example.id, example)
        if other is not example:
            raise MarkdownError(
                example.path,
                example.start,
                f'the id "{example.id}" stands at {other.path}:{other.start} too',
                "An id is a permalink: give this block another.",
            )


def _twin_fits(example: Example, by_id: dict[str, Example]) -> None:
    def wrong(problem: str, then: str, line: int = 0) -> NoReturn:
        raise MarkdownError(example.path, example.start + line, problem, then)

    if example.good:
        if example.twin is not None:
            wrong("a ✅ names a twin", "Only a ❌ has data-twin: remove it here.")
        return
    if example.twin is None:
        wrong(
            f"the ❌ {example.id} has no twin",
            'Name the ✅ that does the same job: data-twin="its-id".',
        )
    twin = by_id.get(example.twin)
    if twin is None or not twin.good:
        wrong(
            f'the twin "{example.twin}" is not a ✅ of this guide',
            "Name the id of a ✅.",
        )
    if twin.place != example.place:
        wrong(
            f"the twin {twin.id} runs in another place ({twin.place})",
            f"Compare like with like: both in the place {example.place}.",
        )
    for claim in example.claims:
        needed = claim.meaning.twin_says
        goals = [other.text for other in twin.claims if other.kind == needed]
        if needed and claim.text not in goals:
            wrong(
                f'the goal "{claim.text}" is not one that the twin {twin.id} '
                f"{'reaches' if needed == 'committed' else 'rolls back'}: "
                f"{'; '.join(goals) or 'it has none'}",
                "Both say the same, to the letter "
                f"(the twin: {twin.path}:{twin.start}).",
                claim.line,
            )
