"""What the bot does when something breaks: people ask through the test server while faults strike, then the reckoning.

    python -m tests.faults                            the long form, which `make soak` runs
    python -m tests.faults --only stop_postgres       one fault, by its name in `scenarios`
    pytest tests/faults                               the short form: every fault once, with a small model

The program is the real one (`partnerguide telegram --workers 2`) with a real PostgreSQL and Redis. `ledger` keeps what
was asked and what came, `installation` runs the processes, `scenarios` holds the faults, `runner` asks and judges.
"""
