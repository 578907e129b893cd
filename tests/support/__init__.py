"""What tests share: `factories` make blogs, posts and authors, `sample_sites` are whole sites, `page_kinds` each kind of page.

Servers and processes for the time of a test: `smtp_server`, `dns_server`, `exim`, `postgres`, `browser`, `worker_processes`.
`reference_index` is the tag index written for clarity, which the real one is compared with.
"""
