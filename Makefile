# The few commands of this project; `make help` lists them. Set-up is in .ci/environment.
# Words for the program behind a target: make test ARGS="-k fallback"

# Set here so that a variable ARGS of the shell does not slip in.
ARGS =
BIN = .venv/bin
SHELL = /bin/sh

# Nothing leaves this machine after the set-up, and TensorFlow keeps its notes to itself.
export RASA_TELEMETRY_ENABLED = false
export TF_CPP_MIN_LOG_LEVEL = 3

.DEFAULT_GOAL = help
.PHONY: help environment chat telegram review test fuzz audit train lint bench soak lock clean

chat: environment  ## talk to the guide in the terminal; trains first where needed
	@exec $(BIN)/partnerguide chat $(ARGS)

telegram: environment  ## run the Telegram bot (TELEGRAM_BOT_TOKEN); trains first where there is no model
	@exec $(BIN)/partnerguide telegram $(ARGS)

review: environment  ## run the review console in the browser: http://127.0.0.1:8600
	@exec $(BIN)/partnerguide review $(ARGS)

# The model is trained while the tests that do without one run, unless only some are asked for; the order is conftest's.
test: environment  ## run every test, in two processes more than there are cores
	@if [ -z "$(ARGS)" ]; then $(BIN)/partnerguide train --if-stale >/dev/null 2>&1 & fi; \
	exec $(BIN)/python -m pytest --numprocesses auto --dist loadfile --no-loadscope-reorder $(ARGS)

fuzz: environment  ## try 20,000 cases anew at every border (FUZZ_CASES=… for another number)
	@FUZZ_CASES=$${FUZZ_CASES:-20000} exec $(BIN)/python -m pytest --numprocesses auto --dist loadfile tests/fuzz $(ARGS)

audit:  ## ask for known advisories on what is pinned, where the scanner can reach its data
	@exec .ci/audit $(ARGS)

train: environment  ## train the model anew
	@exec $(BIN)/partnerguide train $(ARGS)

lint: environment  ## check style, types, knowledge base and training data
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/partnerguide knowledge check
	@$(BIN)/partnerguide lint-data

bench: environment  ## measure speed on a quiet machine and write docs/benchmarks.md; BASELINE=1: stock Rasa too
	@exec $(BIN)/python -m benchmarks.speed all $(ARGS)

soak: environment  ## 20,000 questions of 500 people while faults strike (about half an hour)
	@exec $(BIN)/python -m tests.faults $(ARGS)

lock:  ## compile requirements.lock anew from pyproject.toml (ARGS=--upgrade for newer releases)
	@.ci/environment lock $(ARGS)

clean:  ## remove the environment and caches; var/ (enquiries, models, secret) stays
	@rm -rf .venv .uv build *.egg-info knowledge/.parsed.json .pytest_cache .mypy_cache .ruff_cache .hypothesis .rasa
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

help:  ## list these commands
	@sed -n 's/^\([a-z]*\):.*  ## /\1\t/p' $(firstword $(MAKEFILE_LIST)) | awk -F'\t' '{ printf "make %-10s %s\n", $$1, $$2 }'

environment:
	@.ci/environment
