"""Images of the library: what is taken in, which versions of it there are, and who may see them.

`pixels` refuses what is too large to decode, `metadata` removes where and with what a picture was taken, `versions` gives
the sizes and formats that a browser may choose from.
"""
