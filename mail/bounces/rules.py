"""The rules by which a refusal is hard or soft, first match first. Pure.

What speaks of the sender (its network, name, pace, texts) is asked before what speaks of the mailbox, and what no rule
knows is soft: a fault of ours, or one that we do not understand, costs no reader.
"""

import re
from dataclasses import dataclass, field

from mail.bounces.report import Kind


@dataclass(frozen=True, slots=True)
class Refusal:
    """A refusal: `words` in lower case without addresses, hosts and URLs; `context` is what the report says around them."""

    words: str
    code: str = ""  # RFC 3463
    context: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """A kind for refusals whose words, code and context match; an empty pattern matches anything."""

    name: str
    kind: Kind
    words: str = ""
    code: str = ""
    context: str = ""
    patterns: tuple[re.Pattern[str], ...] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "patterns", tuple(map(re.compile, (self.words, self.code, self.context))))

    def matches(self, refusal: Refusal) -> bool:
        words, code, context = self.patterns
        return bool(
            words.search(refusal.words)
            and (not self.code or code.fullmatch(refusal.code))
            and context.search(refusal.context or refusal.words)
        )


MAILBOX = (
    r"(?:user|username|recipients?|address(?:ee|es)?|customer|mailbox|mail ?box|account|inbox"
    r"|e-?mail(?: address| name)?|person|local part)"
)
IS = r"(?:,? (?:is|was|were|has|are|been|the|this|or|currently|host|host name|could|can))*"
GONE = (
    r"(?:not (?:be )?found|not known|unknown|invalid|inactive|disabled|closed|expired|deactivated|discontinued"
    r"|terminated|missing)"
)

RULES = (
    Rule(
        "account closed, said after the message",  # Yahoo and AOL look at the mailbox only then
        Kind.HARD,
        r"doesn't have an? (?:host|\S+) account|account (?:is|has been) (?:disabled or )?discontinued"
        r"|disabled or discontinued",
    ),
    Rule(
        "connecting, HELO, MAIL FROM or DATA",
        Kind.SOFT,
        context=r"in reply to (?:(?:end of )?data|mail from|[hel]+o)\b"
        r"|after (?:pipelined )?(?:mail from|(?:sending|end of) data|data\b|initial connection|[he]{2}lo\b)"
        r"|refused to talk to me|>>> (?:mail from|[he]{2}lo)|(?:sender|my name) was rejected|greeting failed"
        r"|failed after i sent the message",
    ),
    Rule("temporary code", Kind.SOFT, code=r"4\..*"),
    Rule(
        "directory of Exchange Online",
        Kind.HARD,
        r"recipient address(?:es)? rejected ?: access denied",
        code=r"5\.4\.1",
    ),
    Rule(
        "sender",
        Kind.SOFT,
        r"sender(?:'s)? (?:(?:address|domain|host|ip|server|e-?mail|id) )*"
        r"(?:verif|reject|denied|refused|blocked|is not|not|must|does|unknown|invalid|unauth|policy|has been|may|could)"
        r"|(?:bad|invalid|unknown|banned|fake|forged|spoofed|unresolvable|unverified|your|of) (?:the )?(?:outbound )?sender\b"
        r"|verification failed for|callout|from (?:address|domain|header)|return.?path|envelope.?(?:from|sender)|mail ?from\b"
        r"|domain may not exist|resource record|(?:allowed|permitted|authori[sz]ed) to send|dear sender",
    ),
    Rule("authentication", Kind.SOFT, r"\b(?:spf|dkim|dmarc|arc)\b|authenticat"),
    Rule(
        "network",
        Kind.SOFT,
        r"\b(?:rbl|dnsbl|rhsbl|spamhaus|spamcop|senderbase)\b|(?:black|block|deny).?list|\bblock(?:ed|ing)?\b|\bbanned\b"
        r"|\blisted (?!in domino)|(?:in|from|by) dns\b|client host|reputation|reverse (?:dns|lookup|ip)|\brdns\b"
        r"|\bptr\b|\b[he]{2}lo\b|\bip (?:address|is|was|name)|\bbad ip"
        r"|\byour (?:ip|host|server|network|domain|provider|isp|mail ?server)\b|dynamic|dial.?up|residential|poor ip",
    ),
    Rule(
        "content",
        Kind.SOFT,
        r"\bspam\w*|junk|virus|malware|phish|\bcontent\b|attachment|unsolicited|\bbulk\b|\bur[il]bl\b"
        r"|message (?:looks|contains|appears|is considered|was considered|was classified)",
    ),
    Rule(
        "pace",
        Kind.SOFT,
        r"too (?:many|fast|frequent|quickly|much)|\brate\b|throttl|concurren|slow down|\blater\b|try again\b|deferr"
        r"|limit (?:has been )?(?:exceeded|reached)|exceeded? .{0,40}limit|(?:per|this) (?:hour|minute|day|session)"
        r"|gr[ae]y.?list|temporar|overload|\bbusy\b|\bresources\b|timed? ?out",
    ),
    Rule(
        "full",
        Kind.SOFT,
        r"quota|\b(?:is|(?:mail|in)?box|almost|user|account) (?:\w+ )?full\b|full (?:mail)?box"
        r"|over (?:the )?(?:disk|space|storage|size|limit)"
        r"|disk|storage|out of space|no space|not enough space|insufficient|exceed\w* .{0,40}(?:size|space|allowed|allocat)"
        r"|mailbox size|too (?:large|big|long)|voll\b|pleine|piena|llen[oa]\b",
    ),
    Rule("suspended", Kind.SOFT, r"suspend|\blocked\b|frozen|on hold|maintenance"),
    Rule(
        "policy",
        Kind.SOFT,
        r"polic(?:y|ies)|prohibit|authori[sz]ed|not (?:permitted|allowed)|permission|access (?:is )?(?:denied|restricted)"
        r"|relay(?:ing)? (?:access|not|denied|is|prohib)|(?:to|for|an?|open) relay|we do not relay|administrat"
        r"|(?:refused|rejected|denied) by (?!recipient)|security|firewall|\bfilter|restricted|blackhole"
        r"|rule imposed|challenge|whitelist|allow.?list|subscription",
    ),
    Rule(
        "routing",
        Kind.SOFT,
        r"name service error|name server (?:time|fail|error)|lookup fail|\bdns (?:check|lookup|fail|error|time|server|query)"
        r"|mx records?|\bloop|hops?\b|unreachable|connection|contacted|no route|internal (?:server )?error"
        r"|configuration|misconfig|ldap|i/o error|\bbug\b",
    ),
    Rule("mailbox full, code", Kind.SOFT, code=r"5\.2\.[234]"),
    Rule(
        "message, system or policy, code",
        Kind.SOFT,
        code=r"5\.(?:3\.[1-9]|6\.|7\.(?![01]$|1[78]$)|4\.(?![01]$|310$)|1\.[789]).*",
    ),
    Rule(
        "no such domain",
        Kind.HARD,
        r"no such domain|domain (?:\S+ )?(?:name )?(?:does not exist|doesn't exist|not found)|host unknown|unknown host"
        r"|null ?mx|accepts? no mail|no smtp service|unrout(?:e)?able|unknown domain|domain must exist",
    ),
    Rule(
        "no such mailbox",
        Kind.HARD,
        rf"\b{MAILBOX}(?: \S+){{0,3}}?{IS} {GONE}\b|(?:unknown|invalid|bad|non-?existent|inactive|disabled"
        rf"|closed) {MAILBOX}\b"
        rf"|unknown (?:or invalid )?(?:local|virtual|to)|no (?:such|valid|known) {MAILBOX}"
        rf"|no {MAILBOX} (?:here|by|with|found|available|for)"
        r"|(?<!may )not exist\b|n't exist\b|inexist|non-?exist"
        rf"|not an? (?:\w+ )?(?:valid|known|active|local|deliverable|recognized) (?:\w+ )?{MAILBOX}"
        rf"|not (?:a )?local\b|not present"
        rf"|{MAILBOX} (?:is |no longer |is no longer )?(?:unavail\w+|not available|not valid|not active|not listed|not ok)"
        r"|no longer (?:valid|active|in use|available|exists?|accepts|here|at|works|employed|with)|nobody (?:here|by)"
        r"|no one (?:here|at)"
        r"|badrcptto|badrecipientto|not our customer|not listed in|validrcptto|allowed rcpthosts|recipientnotfound"
        r"|adr\.\w+notfound|home directory|userunknown|nosuchuser"
        r"|has (?:been )?(?:moved|left|replaced)|wrong or no longer|address(?: was|:)? rejected"
        rf"|{MAILBOX} (?:rejected|refused|not accepted|denied)|recipient has been denied|can't accept user|mailbox couldn't"
        rf"|couldn't be found|wasn't found|no account|{MAILBOX} deleted|has been (?:deleted|closed|deactivated|removed)",
    ),
    Rule(
        "no such mailbox, in other languages",
        Kind.HARD,
        r"(?:utilisateur|destinataire|adresse(?: e-?mail)?|boite) (?:inconnue?|invalide|inexistante?|desactivee?)"
        r"|existe p(?:as|lus)"
        r"|(?:empf(?:ä|ae)nger|benutzer|nutzer|adresse|postfach|teilnehmer)(?:name|adresse)?(?: \S+)?(?: ist| wurde)? "
        r"(?:unbekannt|ung(?:ü|ue)ltig|nicht bekannt|nicht (?:gefunden|vorhanden)|gesperrt|gel(?:ö|oe)scht)"
        r"|unbekannte[rn]? (?:empf|ben|nutz|adr)"
        r"|existiert nicht|(?:usuario|direcci(?:ó|o)n|cuenta|buz(?:ó|o)n) (?:desconocid|no existe|inv(?:á|a)lid"
        r"|inexist)|no existe"
        r"|n(?:ã|a)o existe|desconhecid|(?:utente|casella|indirizzo) (?:sconosciut|inesistent|non)|onbekend|nieznany"
        r"|okänd|ukendt|ukjent"
        r"|не (?:существует|найден)|不存在",
    ),
    Rule("mailbox or domain, code", Kind.HARD, code=r"5\.1\.(?:[12346]|10|11|351)|5\.2\.1|5\.4\.310|5\.7\.1[78]"),
    Rule("unclear", Kind.SOFT),
)
UNCLEAR = RULES[-1]


def decide(refusal: Refusal) -> Rule:
    """Return the first rule that matches."""
    return next(rule for rule in RULES if rule.matches(refusal))
