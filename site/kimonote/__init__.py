"""The project that puts the apps together: `settings` from the environment, `urls`, `middleware`, `wsgi`.

`scheduler` runs the worker's `tasks`; `management.commands` are `prepare`, `serve`, `worker` and `makemessages`.
"""
