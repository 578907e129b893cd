"""What comes back to the envelope sender: which mail it is about, and whether its recipient is gone, full or annoyed.

Pure: bytes in, a `Bounce` out. `signup.receiving` acts on it.
"""

from signup.bounces.parsing import parse
from signup.bounces.report import Bounce, Kind
from signup.bounces.verp import read_verp, verp_address

__all__ = ["Bounce", "Kind", "parse", "read_verp", "verp_address"]
