"""What editors do, in Chromium by `make test-desk`: each group, in each language and width, by mouse and by keyboard."""
