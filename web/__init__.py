"""What visitors' forms share: antispam, the client's network, rate limits, links whose page acts by a button."""
