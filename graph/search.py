"""Finding assets: by words, tags and facts, newest first, a page at a time."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from graph.asset import Asset
from graph.catalog import query
from graph.driver import Graph
from graph.edge import MediaType, Operation
from graph.error import InvalidInput
from graph.identifier import first_id_at

NEWEST = query("search/newest")
TEXT = query("search/text")
SUBJECT = query("search/subject")
LAST_ID = "~"  # sorts after every id
WORD = re.compile(r"\w+")
WORDS_MAX = 100
FIELDS = ("name", "description", "prompt", "tags")


@dataclass(frozen=True)
class Criteria:
    """What to look for; everything given must hold."""

    text: str | None = None
    tags: list[str] | None = None
    media_types: list[MediaType] | None = None
    providers: list[str] | None = None
    operations: list[Operation] | None = None
    subject: str | None = None
    created_after: datetime | None = None
    created_before: datetime | None = None
    deleted: bool = False


async def find(
    graph: Graph, workspace: str, criteria: Criteria, *, before: str | None = None, limit: int = 50
) -> list[Asset]:
    """The newest assets that fit, older than the one whose id is `before`.

    Ids sort by time, so instants bound them. Words and tags are looked up in the full-text
    index together with the workspace; the rest is checked on what is found."""
    bounds = [before or LAST_ID]
    if criteria.created_before:
        bounds.append(first_id_at(criteria.created_before))
    parameters = {
        "workspace": workspace,
        "before": min(bounds),
        "from": first_id_at(criteria.created_after) if criteria.created_after else "",
        "deleted": criteria.deleted,
        "mediaTypes": criteria.media_types or None,
        "providers": criteria.providers or None,
        "operations": criteria.operations or None,
        "tags": criteria.tags or None,
        "limit": limit,
    }
    text = lucene(workspace, criteria)
    if criteria.subject:
        rows = await graph.read(SUBJECT, subject=criteria.subject, **parameters)
    elif text:
        rows = await graph.read(TEXT, text=text, **parameters)
    else:
        rows = await graph.read(NEWEST, **parameters)
    return [Asset.from_columns(row["asset"]) for row in rows]


def lucene(workspace: str, criteria: Criteria, fields: Sequence[str] = FIELDS) -> str | None:
    """The full-text question: every word, as a word or the beginning of one, in any of the fields,
    and every tag."""
    told = WORD.findall(criteria.text or "")
    if len(told) > WORDS_MAX:
        raise InvalidInput("text", f"holds {len(told)} words; at most {WORDS_MAX}")
    words = [f"+({' '.join(f'{field}:{word.lower()}*' for field in fields)})" for word in told]
    tags = [f'+tags:"{" ".join(WORD.findall(tag))}"' for tag in criteria.tags or ()]
    tags = [tag for tag in tags if tag != '+tags:""']
    if not words and not tags:
        return None
    return " ".join([f"+scope:{workspace.replace('-', '')}", *words, *tags])
