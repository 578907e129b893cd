"""`python -m tests.support.steady_visitor HOST`: visits 127.0.0.1:443 until its input ends, and prints how often what came."""

import json
import ssl
import sys
import threading
import time
from collections import Counter
from http.client import HTTPException, HTTPSConnection

PAGES = ("/", "/tags/", "/streams/", "/feed.atom", "/?q=sea")
PAUSE = 0.1  # seconds: nginx lets 30 requests a second through from one address


def visit(host: str, path: str) -> str:
    connection = HTTPSConnection("127.0.0.1", 443, context=ssl._create_unverified_context(), timeout=60)
    try:
        connection.request("GET", path, headers={"Host": host})
        response = connection.getresponse()
        response.read()
    except (OSError, HTTPException) as error:
        return type(error).__name__
    finally:
        connection.close()
    return str(response.status)


def main() -> None:
    seen, number = Counter[str](), 0
    waiting = threading.Thread(target=sys.stdin.read, daemon=True)
    waiting.start()
    while waiting.is_alive():
        number += 1
        seen[visit(sys.argv[1], PAGES[number % len(PAGES)])] += 1
        time.sleep(PAUSE)
    print(json.dumps(seen))  # noqa: T201


if __name__ == "__main__":
    main()
