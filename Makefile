# `make help` says what each goal does.
.DEFAULT_GOAL := default
.PHONY: default help serve demo worker site site-next card measure groups test quick run record write bench guarded rivals lint matrix stability lock clean environment with-docs with-lint with-suite
MAKEFLAGS += --no-print-directory
# Where it is set, each process compiles anew what it imports.
unexport PYTHONDONTWRITEBYTECODE

PYTHON ?=
BIN := .venv/bin
PROOF := $(BIN)/python -m proof
# Tests wait more than they compute.
TESTERS := 4
DATABASE := examples/db.sqlite3

default: environment $(DATABASE) help

help:
	@echo "make            prepare the environment and $(DATABASE), and say this"
	@awk -F ':[^#]*## ' '/^[a-z]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo
	@echo "By hand:"
	@echo "  $(BIN)/python examples/manage.py runserver    the example project; cases/manage.py the case studies"
	@echo "  cd examples && ../$(BIN)/celery -A config worker   a worker, its queue in a folder"
	@echo "  $(BIN)/python -m proof --help                 more about run, show and list"

serve: with-docs ## run all examples on SQLite, serve the site, follow changes
	@$(PROOF) serve

demo: with-docs ## run the case studies with a worker and a server, to try them
	@$(PROOF) demo

worker: with-docs $(DATABASE) ## run a worker of the case studies that reloads on change
	@PYTHONPATH=examples:cases/apps DJANGO_SETTINGS_MODULE=studies.settings $(BIN)/watchfiles --filter python \
	  "$(BIN)/celery -A config worker --beat --loglevel=INFO" examples cases/apps

groups: environment ## install what some examples need and nothing else does
	@sh tools/groups.sh .venv

# The examples first, alone: they fill all cores by themselves.
test: lint with-suite groups ## run every example in every lane, and all other tests; ARGS="what pytest is to run"
ifneq ($(ARGS),)
	@$(BIN)/python -m pytest $(ARGS)
else
	@good=true; $(BIN)/python -m pytest -m examples || good=false; \
	$(BIN)/python -m pytest -m "not examples" -n $(TESTERS) \
	  --dist loadscope --no-loadscope-reorder || good=false; $$good
endif

quick: lint with-suite ## run the tests that need no example, no server, no browser and no worker
	@$(BIN)/python -m pytest -m "quick" -n 2

run: environment ## run examples and hold them against the evidence; ARGS="page or id"
	@$(PROOF) run $(ARGS)

record: with-docs ## run examples and record what was seen; ARGS="page or id"
	@$(PROOF) record $(ARGS)

write: with-docs ## write the parts of files that are made from examples and evidence
	@$(PROOF) write

measure: with-docs ## measure anew: mechanisms under probes, both case studies under faults
	@$(BIN)/python -m cases.rig $(ARGS)
	@$(PROOF) write

site: with-docs ## build the site into site/, for a server, a sub-path or the file system
	@$(PROOF) site

site-next: with-docs ## build it with Zensical too, into site-next/, and say what differs
	@$(PROOF) site --next

card: with-suite ## draw the card that a link to the site is shown with
	@$(BIN)/python -m tools.card

bench: with-docs ## measure what an example, the watch of a request, and the checker cost
	@$(PROOF) bench
	@$(BIN)/python -m tools.watch_cost
	@$(BIN)/python -m tools.bench_checker

guarded: environment ## run the blocks in tests under the guard; ARGS="--record, id or place"
	@$(BIN)/python -m tools.guarded $(ARGS)

rivals: with-docs ## run other tools over the blocks, in an environment of their own
	@$(BIN)/python -m tools.rivals
	@$(PROOF) write

lint: with-lint ## check format, style and types
	@$(BIN)/python -m ruff format --check --quiet .
	@$(BIN)/python -m ruff check --quiet .
	@PYTHONPATH=examples:cases/apps:checker $(BIN)/python -m mypy --no-error-summary
	@PYTHONPATH=checker $(BIN)/python -m django_async_lint check --quiet --no-cache examples cases/apps

matrix: environment ## run the examples with each Python here, and older versions of Django; ARGS=--every for all pairs
	@$(BIN)/python -m tools.matrix $(ARGS)

stability: environment ## run all examples twenty times, beside three busy processes a core; ARGS="RUNS --busy N --lane LANE"
	@$(BIN)/python tools/stability.py $(ARGS)

lock: ## write the hash-locked requirements anew (needs uv)
	@sh tools/lock.sh

clean: environment ## remove what was made, but for the environment
	@$(PROOF) clean
	@rm -rf site site-next .proof .mypy_cache .ruff_cache .pytest_cache $(DATABASE)* examples/queue
	@find docs examples cases guide proof tests tools -name __pycache__ -prune -exec rm -rf {} +

# What `proof run` needs; the others add what theirs need, so that no goal waits for more.
environment:
	@PYTHON="$(PYTHON)" sh tools/environment.sh .venv

with-docs: environment
	@sh tools/groups.sh .venv docs

# Types are read of all that is imported anywhere.
with-lint: environment
	@sh tools/groups.sh .venv docs lint suite browser

with-suite: environment
	@sh tools/groups.sh .venv docs suite browser

# Filled beside its place, so that an interrupted fill leaves no half database.
$(DATABASE): | environment
	@echo "Filling $@"
	@rm -f $@.new
	@DATABASE_URL="sqlite:///$(CURDIR)/$@.new" $(BIN)/python cases/manage.py migrate --verbosity 0
	@DATABASE_URL="sqlite:///$(CURDIR)/$@.new" $(BIN)/python cases/manage.py loaddata --verbosity 0 seed
	@mv $@.new $@
