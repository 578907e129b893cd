"""Who may sign in; knows mail, web, and of sign-up how its emails look.

`limits` are those of attempts by password, `attempts` their record, `hashing` the turns to compute hashes, `middleware`
applies all of them to every view that takes a password; `emails` composes the link to reset one.
"""
