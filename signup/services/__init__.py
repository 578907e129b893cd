"""What is done with subscriptions, one verb a function, each one transaction."""
