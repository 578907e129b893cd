"""Why a request of a program is refused: an error's code as OAuth 2.0 and Micropub have them, and a sentence."""

from dataclasses import dataclass

UNAUTHORIZED, FORBIDDEN, INSUFFICIENT = "unauthorized", "forbidden", "insufficient_scope"
INVALID, TOO_MANY, TOO_LARGE = "invalid_request", "too_many_requests", "too_large"
NOT_FOUND, CONFLICT, UNPROCESSABLE = "not_found", "conflict", "unprocessable"
INVALID_GRANT, UNSUPPORTED = "invalid_grant", "unsupported_grant_type"  # of OAuth 2.0
STATUSES = {
    **{UNAUTHORIZED: 401, FORBIDDEN: 403, INSUFFICIENT: 403, TOO_MANY: 429, TOO_LARGE: 413},
    **{NOT_FOUND: 404, CONFLICT: 409, UNPROCESSABLE: 422},
}


@dataclass(eq=False)  # an exception that is raised is written to
class Refusal(Exception):
    """A request that is refused; `wait` is the number of seconds until it may be repeated, `scope` what the token lacks."""

    code: str
    sentence: str
    wait: int = 0
    scope: str = ""

    @property
    def status(self) -> int:
        return STATUSES.get(self.code, 400)

    @property
    def headers(self) -> dict[str, str]:
        """Return the headers that say what to do (RFC 6750, section 3; RFC 6585, section 4)."""
        if self.wait:
            return {"Retry-After": str(self.wait)}
        if self.code == UNAUTHORIZED:
            return {"WWW-Authenticate": "Bearer"}
        if self.code == INSUFFICIENT:
            return {"WWW-Authenticate": f'Bearer error="insufficient_scope", scope="{self.scope}"'}
        return {}
