"""What can go wrong, by name: each error is a message key and the facts that fill it.

The text is made when it is read, in the reader's language, so nothing below the doors holds
a sentence. Every input error is also a :class:`ValueError`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from greenmap import i18n


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong with an input.

    Parameters
    ----------
    key : str
        Message key, ``"<part>.<name>"``.
    facts : dict
        What fills the message: file, row, first few ids.
    """

    key: str
    facts: dict[str, Any] = field(default_factory=dict)

    def text(self, lang: str | None = None) -> str:
        """Return the sentence in `lang` (default: the current settings').

        Examples
        --------
        >>> Fault("term.state_met").text("en")
        'met'
        """
        return i18n.text(self.key, lang, **self.facts)


class GreenmapError(Exception):
    """Base of all errors greenmap raises on purpose.

    Parameters
    ----------
    key : str
        Message key, ``"<part>.<name>"``.
    **facts
        What fills the message.
    """

    def __init__(self, key: str, /, **facts: Any) -> None:
        super().__init__(key)
        self.key = key
        self.facts = facts

    def text(self, lang: str | None = None) -> str:
        """Return the sentence in `lang` (default: the current settings')."""
        return i18n.text(self.key, lang, **self.facts)

    def __str__(self) -> str:
        return self.text()


class InputError(GreenmapError, ValueError):
    """Something the user gave can't be used as it is."""


class MissingFileError(InputError):
    """A file named in a call or a study isn't there."""


class UnreadableFileError(InputError):
    """A file is there but isn't what its ending says, or is cut short."""


class SecretSourceError(InputError):
    """A source is marked secret (涉密): nothing of it is read."""


class EncodingError(InputError):
    """Text could not be decoded."""


class CrsError(InputError):
    """A coordinate reference system is missing or not usable."""


class DatumError(InputError):
    """A datum is unknown or contradicts the data."""


class TableError(InputError):
    """A table lacks a column or holds values that can't be."""


class NetworkError(InputError):
    """A street network can't be built or used."""


class WebError(InputError):
    """A web service did not answer."""


class StandardError(InputError):
    """A standard's file breaks the clause grammar, or is unknown."""


class ProfileError(InputError):
    """A walking profile is unknown or incomplete."""


class StudyError(InputError):
    """The parts of a study don't fit together."""


class OutputError(InputError):
    """A result can't be written where it should go."""


class InputFaults(InputError):
    """Several faults, collected and told once.

    Parameters
    ----------
    faults : sequence of Fault
        In the order found.
    """

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("errors.faults", count=len(self.faults))

    def text(self, lang: str | None = None) -> str:
        """Return all sentences, one fault a line."""
        lines = "\n".join(f"  - {fault.text(lang)}" for fault in self.faults)
        return i18n.text(self.key, lang, count=len(self.faults), lines=lines)


class Faults:
    """Collects faults so that all of a file can be told at once.

    Examples
    --------
    >>> faults = Faults()
    >>> faults.raise_if_any()
    >>> faults.add("errors.internal", what="x")
    >>> len(faults)
    1
    """

    def __init__(self) -> None:
        self._faults: list[Fault] = []

    def add(self, key: str, /, **facts: Any) -> None:
        """Note one fault."""
        self._faults.append(Fault(key, facts))

    def take(self, error: InputError) -> None:
        """Note what an error says; an error of many faults is unpacked."""
        if isinstance(error, InputFaults):
            self._faults.extend(error.faults)
        else:
            self.add(error.key, **error.facts)

    def extend(self, faults: Iterable[Fault]) -> None:
        """Note several faults."""
        self._faults.extend(faults)

    def narrow(self, fact: str, of: str, choose: Callable[[Any], Any]) -> None:
        """Tell one fact anew, where another is known from which it follows.

        Parameters
        ----------
        fact, of : str
            Names of the fact told and of the one it follows from.
        choose : callable
            Value of `of` to the new value of `fact`.
        """
        self._faults = [
            replace(fault, facts={**fault.facts, fact: choose(fault.facts[of])})
            if {fact, of} <= set(fault.facts) else fault for fault in self._faults]

    def __len__(self) -> int:
        return len(self._faults)

    def __iter__(self) -> Iterator[Fault]:
        return iter(self._faults)

    def raise_if_any(self) -> None:
        """Raise :class:`InputFaults` if anything was noted.

        Raises
        ------
        InputFaults
            With every fault noted so far.
        """
        if self._faults:
            raise InputFaults(self._faults)
