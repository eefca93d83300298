"""What the pages of the merchant's desk share: which businesses are the own ones, and words as papers."""

from registry.audit.work import Work
from registry.documents.commands import FileDocument, Kind, file_document
from registry.settings import Settings
from registry.texts import word

OWN = "/desk/own"


def own_businesses(work: Work) -> list[str]:
    """Return the businesses that the actor speaks for, in order of identifier."""
    return sorted(
        {one.business_id for one in work.actor.grants if one.role == "merchant" and one.business_id}
    )


def is_own(work: Work, business_id: str) -> bool:
    """Say whether the actor speaks for a business."""
    return business_id in own_businesses(work)


def words_filed(
    work: Work, settings: Settings, business_id: str, region: str, said: str, kind: Kind = "statement"
) -> str:
    """File what a business wrote or confirmed on the page itself, and return the document.

    Raises:
        Forbidden: The actor does not speak for the business.
    """
    filing = FileDocument(
        kind=kind,
        title=word("document", kind, "zh"),
        region=region,
        business_id=business_id,
        content=said.encode(),
    )
    return file_document(work, settings.data_dir, filing)
