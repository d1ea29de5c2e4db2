"""The action server of stock Rasa with our actions, which here write no log.

python -m benchmarks.speed.unlogged_actions --actions actions --port PORT
"""

from __future__ import annotations

from benchmarks.speed.replying import NoLog
from bot.store.enquiries import EnquiryStore


def main() -> None:
    """Serves until it is ended."""
    for name in ("record", "complete"):
        setattr(EnquiryStore, name, getattr(NoLog, name))
    from rasa_sdk.__main__ import main as serve

    serve()


if __name__ == "__main__":
    main()
