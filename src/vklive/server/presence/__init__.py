"""Who is there: `base` says what is kept, `memory` keeps it for a single process."""
