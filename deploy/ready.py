"""Ends with 0 when the site in this container is ready, else with 1: the health check of deploy/Dockerfile."""

import os
import sys
from http.client import HTTPConnection, HTTPException
from urllib.parse import urlsplit

connection = HTTPConnection("127.0.0.1", 8000, timeout=4)
try:
    connection.request("GET", "/readyz", headers={"Host": urlsplit(os.environ["SITE_URL"]).netloc})
    response = connection.getresponse()
except (OSError, HTTPException) as error:
    sys.exit(f"The site does not answer: {error}.")
sys.exit(0 if response.status == 200 else response.read().decode())
