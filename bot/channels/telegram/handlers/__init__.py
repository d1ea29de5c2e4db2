"""What the front does with each kind of update, one topic a module."""
