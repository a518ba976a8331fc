# `make help` says what each goal does.
.DEFAULT_GOAL := default
.PHONY: default help serve demo worker site site-next card measure groups test quick run record write bench guarded lint matrix stability lock clean environment
MAKEFLAGS += --no-print-directory

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
	@echo "  $(BIN)/python examples/manage.py runserver    the example project"
	@echo "  cd examples && ../$(BIN)/celery -A config worker   a worker, its queue in a folder"
	@echo "  $(BIN)/python -m proof --help                 more about run, show and list"

serve: environment ## run all examples on SQLite, serve the site, follow changes
	@$(PROOF) serve

demo: environment ## run the example project with a worker and a server, to try it
	@$(PROOF) demo

worker: environment $(DATABASE) ## run a worker of the example project that reloads on change
	@cd examples && ../$(BIN)/watchfiles --filter python "../$(BIN)/celery -A config worker --beat --loglevel=INFO" .

groups: environment ## install what some examples need and nothing else does
	@sh tools/groups.sh .venv

# The examples first, alone: they fill all cores by themselves.
test: lint groups ## run every example in every lane, and all other tests; ARGS="what pytest is to run"
ifneq ($(ARGS),)
	@$(BIN)/python -m pytest $(ARGS)
else
	@good=true; $(BIN)/python -m pytest -m examples || good=false; \
	$(BIN)/python -m pytest -m "not examples" -n $(TESTERS) \
	  --dist loadscope --no-loadscope-reorder || good=false; $$good
endif

quick: lint ## run the tests that need no example, no server, no browser and no worker
	@$(BIN)/python -m pytest -m "quick" -n 2

run: environment ## run examples and hold them against the evidence; ARGS="page or id"
	@$(PROOF) run $(ARGS)

record: environment ## run examples and record what was seen; ARGS="page or id"
	@$(PROOF) record $(ARGS)

write: environment ## write the parts of files that are made from examples and evidence
	@$(PROOF) write

measure: environment ## measure anew: mechanisms under probes, both case studies under faults
	@$(BIN)/python -m tools.pipeline $(ARGS)
	@$(PROOF) write

site: environment ## build the site into site/, for a server, a sub-path or the file system
	@$(PROOF) site

site-next: environment ## build it with Zensical too, into site-next/, and say what differs
	@$(PROOF) site --next

card: environment ## draw the card that a link to the site is shown with
	@$(BIN)/python -m tools.card

bench: environment ## measure what running an example costs, and what the watch costs a request
	@$(PROOF) bench
	@$(BIN)/python -m tools.watch_cost

guarded: environment ## run the blocks in tests under the guard; ARGS="id or place"
	@$(BIN)/python -m tools.guarded $(ARGS)

lint: environment ## check format, style and types
	@$(BIN)/python -m ruff format --check --quiet .
	@$(BIN)/python -m ruff check --quiet .
	@PYTHONPATH=examples:checker $(BIN)/python -m mypy --no-error-summary
	@PYTHONPATH=checker $(BIN)/python -m django_async_lint check --quiet --no-cache examples

matrix: environment ## run the examples with each Python here, and older versions of Django; ARGS=--every for all pairs
	@$(BIN)/python -m tools.matrix $(ARGS)

stability: environment ## run all examples twenty times, beside three busy processes a core; ARGS="RUNS --busy N --lane LANE"
	@$(BIN)/python tools/stability.py $(ARGS)

lock: ## write the hash-locked requirements anew (needs uv)
	@sh tools/lock.sh

clean: environment ## remove what was made, but for the environment
	@$(PROOF) clean
	@rm -rf site site-next .proof .mypy_cache .ruff_cache .pytest_cache $(DATABASE)* examples/queue
	@find docs examples guide proof tests tools -name __pycache__ -prune -exec rm -rf {} +

environment:
	@PYTHON="$(PYTHON)" sh tools/environment.sh .venv

# Filled beside its place, so that an interrupted fill leaves no half database.
$(DATABASE): | environment
	@echo "Filling $@"
	@rm -f $@.new
	@DATABASE_URL="sqlite:///$(CURDIR)/$@.new" $(BIN)/python examples/manage.py migrate --verbosity 0
	@DATABASE_URL="sqlite:///$(CURDIR)/$@.new" $(BIN)/python examples/manage.py loaddata --verbosity 0 seed
	@mv $@.new $@
