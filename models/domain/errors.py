"""Programming and usage errors, one class per cause.

TieoutError
├── NotPermittedError         the person's role or membership does not allow it
├── NotFoundError             nothing of that key, or nothing the person may see
├── ConflictError             somebody else was first; the state has moved on
│   └── NotApprovableError    the approver is the uploader, or the extract is not awaiting approval
├── InvalidInputError         an argument that no caller should have passed
│   ├── CurrencyMismatchError two currencies met without a rate
│   ├── UnknownCurrencyError  not an ISO 4217 code
│   ├── EffectKindError       in-year, run-rate and full-year effects met in one sum
│   └── PanelError            a KPI panel that is not one (a unit twice in a period, text for numbers)
├── MissingRateError          no FX rate for a currency and period; never taken as 1
├── StoreBusyError            the database is locked by somebody else; try again
├── StoreUnavailableError     the database cannot be reached, or went away; nothing was changed
├── WorkersLostError          processes or machines that compute ended in the middle of it
├── StoreFullError            no room is left on the disk; nothing was changed
└── IntegrityError            stored bytes or rows are not what their record says

Problems of data are not here: they are findings, values that are collected and shown.
"""

from __future__ import annotations


class TieoutError(Exception):
    """Head of the tree; its text is written for the person who meets it."""


class NotPermittedError(TieoutError):
    """The person's role or membership does not allow it."""


class NotFoundError(TieoutError):
    """Nothing of that key exists, or nothing that the person may see."""


class ConflictError(TieoutError):
    """Somebody else was first; the state has moved on."""


class NotApprovableError(ConflictError):
    """The approver is the uploader, or the extract is not awaiting approval."""


class InvalidInputError(TieoutError):
    """An argument that no caller should have passed."""


class CurrencyMismatchError(InvalidInputError):
    """Two currencies met without a rate between them."""


class UnknownCurrencyError(InvalidInputError):
    """The text is not an ISO 4217 currency code."""


class EffectKindError(InvalidInputError):
    """In-year, run-rate and full-year effects, or two fiscal years, met in one sum."""


class PanelError(InvalidInputError):
    """A frame that is not a KPI panel."""


class MissingRateError(TieoutError):
    """No FX rate for a currency, period and rate set; it is never taken as 1."""


class StoreBusyError(TieoutError):
    """The database is locked by another writer; nothing was changed."""


class StoreUnavailableError(TieoutError):
    """The database cannot be reached, or went away in the middle; nothing was changed."""


class WorkersLostError(TieoutError):
    """Processes or machines that compute ended in the middle of it; what was finished is kept."""


class StoreFullError(TieoutError):
    """No room is left on the disk; nothing was changed."""


class IntegrityError(TieoutError):
    """Stored bytes or rows are not what their record says."""
