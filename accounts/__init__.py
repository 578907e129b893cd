"""Who may sign in; knows mail, web, wagtail_actions, the blog's name and intake of pictures, and how emails of sign-up look.

`limits` are those of attempts by password, `attempts` their record, `hashing` the slot in which hashes are computed,
`middleware` applies all of them to every view that takes a password; `emails` composes the link to reset one.
`sessions` is Django's session store with what their owner sees of them, `own_sessions` lists and ends them.
`second_factor` has the verbs for codes, `encryption` says how they are stored, `second_factor_sign_in` keeps a
sign-in that waits for one. `session_middleware` applies both to every request. `present_password` is asked for before
what signs in is changed, `passwords` validates a new one, `authorization_log` writes down what was refused.
"""
