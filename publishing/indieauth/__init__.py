"""IndieAuth: a program is given a token by its user's consent in the admin (OAuth 2.0 with PKCE, RFC 6749 and 7636).

Programs are known by addresses, `client_id`, of which nothing is ever fetched: a code is sent to that very host alone.
"""
