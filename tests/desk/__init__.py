"""What editors do, in Chromium by `make test-desk`: members of each group, in each language and width, by mouse and keyboard."""
