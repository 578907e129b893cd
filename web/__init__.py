"""What visitors' forms share; knows no other app of this site.

`antispam.VisitorForm` is a form guarded against spam, `addresses.normalise` checks an e-mail address, `client.network_of`
names the network of a request, `limits.take` counts against rate limits, `tokens` are the signed parts of links,
`links.behind_a_link` their pages with a button.
"""
