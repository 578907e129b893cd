"""Moving posts between this site and others, by command or in the admin (`admin`), where `background` does it as a job.

`importing` reads posts of other systems and writes them into a blog; `exporting` writes a blog into a folder, which Jekyll,
Hugo and `importing` read; `added_fields` are those that a site has added to
posts, `rights` says who may.
"""
