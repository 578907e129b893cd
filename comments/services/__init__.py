"""What is done with comments, one verb a function: `writing` for their writers, `moderation` for editors."""
