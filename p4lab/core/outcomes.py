"""What a customer is told, in words: a sentence for each code of protocol section 5.15.

Rules: one place for the window and the command line; every code has words (a test reads the codes from the sources).
"""

from p4lab.core.names import MAX_KEY

OUTCOMES = {  # protocol section 5.15
    "OK": "done",
    "OK_DUPLICATE": "already stored",
    "OK_LOCAL": "stored in the organisation, to be passed on",
    "NOT_FOUND": "not found",
    "PARTIAL": "only some answered in time",
    "TIMEOUT": "nobody answered in time",
    "E_TOO_BIG": "refused: the value is too big",
    "E_KEY": f"refused: a key has 1 to {MAX_KEY} bytes",
    "E_BAD_HASH": "refused: the hash does not fit",
    "E_BAD_SIG": "refused: the signature does not fit",
    "E_CAS": "refused: the stored version is another one",
    "E_SEQ_OLD": "refused: a newer version is stored",
    "E_SEQ_CONFLICT": "refused: this version has another value already",
    "E_CAP": "refused: too much stored already",
    "E_AGAIN": "failed for now: try again",
    "E_TTL": "refused: the TTL is out of range",
    "E_REGIME": "refused: the regime of this name cannot fall",
    "E_SCOPE": "refused: there is no organisation for it to stay in, or it is known outside",
    "E_SECRET": "refused: the secret does not fit",
    "E_REMOVED": "refused: this entry was taken back",
    "E_KIND": "refused: an immutable value cannot be taken back",
    "E_LEAK": "refused: it came from above, and may not go up again",
    "E_REFUSED": "refused: this provider does not serve its customers",
}


def said(code: str) -> str:
    """What the customer was told; a code that has no words is its own."""
    return OUTCOMES.get(code, code)
