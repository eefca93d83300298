"""Whether the process lives, whether it can serve, and its counters."""

from litestar import MediaType, Response, get
from litestar.di import NamedDependency
from sqlmodel import col, func, select

from api.edge import Edge
from registry.publication.tables import Edition
from registry.scoring.tables import ScoreRun
from registry.store import outbox
from registry.store.engine import reading
from search_index.protocol import IndexSilent


@get("/healthz", sync_to_thread=False, media_type=MediaType.TEXT, include_in_schema=False)
def alive() -> str:
    """Say that the process lives; it asks nothing of the database."""
    return "ok\n"


def _indexed(edge: Edge) -> int | None:
    """Return the number of documents in the index, or None while a search server does not answer."""
    try:
        return edge.index.count()
    except IndexSilent:
        return None


@get("/readyz", sync_to_thread=True, include_in_schema=False)
def ready(edge: NamedDependency[Edge]) -> Response[dict[str, object]]:
    """Say whether pages and acts can be served, and how far the index is behind."""
    with reading(edge.engine) as session:
        behind = outbox.backlog(session, "search")
    return Response({"database": "ok", "index_documents": _indexed(edge), "index_behind": behind})


@get("/metrics", sync_to_thread=True, media_type=MediaType.TEXT, include_in_schema=False)
def metrics(edge: NamedDependency[Edge]) -> str:
    """Return gauges in the text format that monitors read."""
    with reading(edge.engine) as session:
        gauges = {
            "hm_index_documents": "NaN" if (documents := _indexed(edge)) is None else documents,
            **{f"hm_outbox_{consumer}": outbox.backlog(session, consumer) for consumer in outbox.CONSUMERS},
            "hm_editions": session.exec(select(func.count()).select_from(Edition)).one(),
            "hm_editions_to_build": session.exec(
                select(func.count()).where(col(Edition.built_generation) < col(Edition.generation))
            ).one(),
            "hm_score_runs": session.exec(select(func.count(col(ScoreRun.completed_at)))).one(),
        }
    return "".join(f"# TYPE {name} gauge\n{name} {value}\n" for name, value in gauges.items())
