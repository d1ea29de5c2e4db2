"""Every table and all SQL: the enquiry log, its spool, its migrations, and what protects the people in it."""
