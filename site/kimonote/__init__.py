"""The project that puts the apps together: `settings` from the environment, `urls`, `middleware`, `wsgi`.

`scheduler` runs the worker's `tasks`; `backup` and `doctor` do what the commands of these names say.
"""
