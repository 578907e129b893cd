"""What editors do, in Chromium by `make test-desk`: members of each group, each language and width, by mouse and by keyboard."""
