"""Long work that an editor starts and the worker does: with progress, log and result in the admin, cancelled by a button.

Knows no app of this site: an app registers a `JobKind` (in its `ready()`), and `start`s jobs of it. docs/jobs.md has the rules.

- `models`: `Job`, a row with what is to be done, how far it is, and what came of it.
- `kinds`: `JobKind`, its function, and the `Run` that the function is given.
- `starting`: `start`, which puts a job into the queue.
- `running`: `run_pending`, which does what waits; a job whose process ended goes on from its last position.
- `pauses`: between transactions, in which others write.
- `locks`: by which one process works on a job, until it ends in whatever way.
"""
