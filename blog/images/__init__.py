"""Images of the library: what is taken in, which versions of it there are, and who may see them.

`pixels` refuses what is too large to decode, `metadata` removes where and with what a picture was taken, `versions` gives
the format and sizes that a browser may choose from. `intake` cleans each image before the library stores it.
`storage` says where files lie, and `visibility` who may see them; `services.image_files` makes versions and places their
files, and `views.media` sends what the web server does not give away.
"""
