"""Who may do what in a PostgreSQL that several programs share: a role for each, with the rights that its work takes.

Tables are made and migrated by their owner. What hangs on a deleted row goes by the database's own rule, which asks for
no right.
"""

from __future__ import annotations

from collections.abc import Iterator

from bot.store.migrations import VERSION_TABLE

#: The programs that run against the database, with what they are called here.
ROLES = ("bot", "worker", "console")

_S, _SU = "SELECT", "SELECT, UPDATE"
_SI, _SIU, _SID = "SELECT, INSERT", "SELECT, INSERT, UPDATE", "SELECT, INSERT, DELETE"
_ALL = "SELECT, INSERT, UPDATE, DELETE"

#: Role → table → rights. A table that is not named is none of the role's business.
RIGHTS: dict[str, dict[str, str]] = {
    "bot": {
        **dict.fromkeys(("enquiry", "inbox", "person", "contact", "thread_part", "tally", "events"), _ALL),
        # What was taught word for word goes with its enquiry.
        "lesson": "SELECT, UPDATE, DELETE",
        "former_key": "SELECT, DELETE",
        **dict.fromkeys(("decision", "answer_change", "official_place", "entry_switch", "change_number"), _S),
    },
    "worker": {
        "job": _ALL,
        "answer_change": _SID,
        **dict.fromkeys(("enquiry", "decision", "lesson", "entry_switch", "change_number", "official_place"), _S),
        **dict.fromkeys(("contact", "thread_part"), _SU),
        # It deletes what has ended, and need not see whose it was.
        "failed_sign_in": "SELECT (at), DELETE",
        "review_session": "SELECT (created_at, seen_at), DELETE",
    },
    "console": {
        # Whose an enquiry is and when it was asked nobody changes: deletion and retention go by that.
        "enquiry": "SELECT, DELETE, UPDATE (review_state, assignee, text, shown, feedback, entities)",
        "contact": _SU,
        "audit": _SI,
        **dict.fromkeys(("decision", "account", "remark", "job", "change_number"), _SIU),
        **dict.fromkeys(("lesson", "thread_part", "review_session", "failed_sign_in"), _ALL),
        **dict.fromkeys(("saved_filter", "canned_text", "entry_switch"), _ALL),
        "entry_tag": _SID,
        **dict.fromkeys(("answer_change", "tally", "official_place"), _S),
    },
}

# Before PostgreSQL 15 everybody may make tables, and the owner of ours often does so by that right alone.
_KEEP_OWNER = """DO $$ BEGIN EXECUTE format('GRANT CREATE ON SCHEMA public TO %I',
    (SELECT tableowner FROM pg_tables WHERE schemaname = 'public' AND tablename = 'enquiry')); END $$;"""


def grants(role: str, name: str) -> Iterator[str]:
    """Yields the statements that give the database role `name` what the program `role` needs, and nothing else.

    Raises:
        KeyError: there is no such program.
    """
    rights = {**RIGHTS[role], VERSION_TABLE: _S}
    yield _KEEP_OWNER
    yield "REVOKE CREATE ON SCHEMA public FROM PUBLIC;"
    yield f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {name};"
    yield f"REVOKE CREATE ON SCHEMA public FROM {name};"
    yield f"GRANT USAGE ON SCHEMA public TO {name};"
    for table, allowed in sorted(rights.items()):
        yield f"GRANT {allowed} ON {table} TO {name};"
    if any("INSERT" in allowed for allowed in rights.values()):
        yield f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {name};"
