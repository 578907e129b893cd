"""What is done with subscriptions, one verb a function, each one transaction.

`subscriptions` requests, confirms, changes and ends them, `suppression` suppresses, lifts and erases, `renaming` follows
renamed tags, `history` notes each event, `download` gives a subscriber everything that is held about them.
"""
