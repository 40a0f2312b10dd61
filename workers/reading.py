"""What an asset's stored metadata says, beside what is known of it already."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from graph.asset import NewAsset, reference_key
from graph.extraction import Clue, Match, Rank, State
from planning.extraction import Wanted
from providers.extraction import extract
from providers.hint import Extraction, Reference
from workers.reference import clue, is_made, name_of, wanted

DELETED = Extraction(problems=("It was deleted; its lineage stays as it is.",))
SILENT = Extraction(
    problems=("No provider and provider metadata are stored, so there is nothing to read.",)
)


@dataclass(frozen=True)
class Own:
    """The id under which its provider knows the asset itself."""

    asset_id: str
    reference: Reference

    @property
    def clue(self) -> Clue:
        return clue(self.reference)

    @property
    def uploads(self) -> dict[str, dict[str, str]]:
        kind, number = self.reference.id_kind, self.reference.id
        if self.clue.made or not (kind and number):
            return {}
        return {self.reference.provider: {kind: number}}

    def is_noted(self, matches: Mapping[Clue, list[Match]]) -> bool:
        return any(match.id == self.asset_id for match in matches.get(self.clue, ()))

    def clash(self, matches: Mapping[Clue, list[Match]]) -> str | None:
        """Why it cannot be noted; None if it can."""
        for match in matches.get(self.clue, ()):
            if match.id != self.asset_id and (match.rank is Rank.UPLOAD or not match.deleted):
                return f"{name_of(self.reference)} is asset {match.id} already; it was not noted."
        return None


@dataclass(frozen=True)
class Reading:
    """An asset as it stands and what its metadata says."""

    state: State
    said: Extraction

    def of(self, state: State) -> "Reading":
        """The reading of the asset as it is by now; read anew only if its metadata changed."""
        same = _source(state) == _source(self.state)
        return Reading(state, self.said) if same else read(state)

    @property
    def understood(self) -> bool:
        """Whether what is missing from it may be taken for not being so."""
        return bool(self.said.operation or self.said.parents or not self.said.problems)

    @cached_property
    def wanted(self) -> tuple[Wanted, ...]:
        return tuple(wanted(self.state.asset.id, hint) for hint in self.said.parents)

    @cached_property
    def own(self) -> Own | None:
        """Its own id, if its asset has none of that kind yet."""
        asset, kind = self.state.asset, self.said.provider_asset_id_kind
        provider = asset.provider or ""
        if not self.said.provider_asset_id or (is_made(provider, kind) and asset.provider_asset_id):
            return None
        return Own(asset.id, Reference(provider, kind, self.said.provider_asset_id))

    @property
    def clues(self) -> list[Clue]:
        return [*(one.clue for one in self.wanted), *([self.own.clue] if self.own else [])]

    @property
    def facts(self) -> dict[str, object]:
        """The properties it tells of that are still empty."""
        asset, said = self.state.asset, self.said
        told = {
            "operation": (asset.operation, said.operation),
            "prompt": (asset.prompt, said.prompt),
            "negativePrompt": (asset.negative_prompt, said.negative_prompt),
            "seed": (asset.seed, None if said.seed is None else str(said.seed)),
            "model": (asset.model, said.model),
        }
        return {name: new for name, (known, new) in told.items() if new and not known}

    def missing(self, matches: Mapping[Clue, list[Match]]) -> tuple[dict[str, object], Own | None]:
        """The properties to fill in, and the id to note in a map of its own."""
        own = self.own
        if own is None or own.is_noted(matches) or own.clash(matches):
            return self.facts, None
        return (self.facts, own) if own.uploads else (self.facts | self._named(own), None)

    def _named(self, own: Own) -> dict[str, object]:
        asset, number = self.state.asset, own.reference.id
        like = NewAsset(asset.media_type, provider=asset.provider, provider_asset_id=number)
        return {"providerAssetId": number, "referenceKey": reference_key(like)}

    def problems(self, matches: Mapping[Clue, list[Match]]) -> tuple[str, ...]:
        noted = self.own is None or self.own.is_noted(matches)
        clash = None if noted or self.own is None else self.own.clash(matches)
        return (*self.said.problems, *([clash] if clash else []))


def read(state: State) -> Reading:
    """Reads the metadata of an asset; what cannot be read becomes a problem."""
    provider, text, deleted = _source(state)
    if deleted:
        return Reading(state, DELETED)
    if not (provider and text):
        return Reading(state, SILENT)
    return Reading(state, extract(provider, json.loads(text)))


def _source(state: State) -> tuple[str | None, str | None, bool]:
    return state.asset.provider, state.provider_metadata, bool(state.asset.deleted_at)
