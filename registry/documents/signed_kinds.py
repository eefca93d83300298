"""The forms of papers that somebody else than the office signs: a proof of service, a pledge."""

from registry.documents.forms import Form, items, line, said

SERVICE_PROOF = Form(
    "paper.service_proof.title",
    "form",
    (
        line("paper.service_proof.addressee", "party"),
        line("paper.service_proof.papers", "papers"),
        line("paper.service_proof.place", "place"),
        line("paper.service_proof.way", "way"),
        line("paper.service_proof.received"),
        line("paper.service_proof.received_on"),
        line("paper.service_proof.other"),
        line("paper.service_proof.refused"),
        line("paper.service_proof.witness"),
        line("paper.service_proof.servers"),
        line("paper.service_proof.note"),
    ),
    addressed=False,
)
PLEDGE = Form(
    "paper.pledge.title",
    "pledge",
    (
        said("paper.pledge.intro"),
        items("articles"),
        said("paper.pledge.term", optional=True),
        said("paper.pledge.open", optional=True),
        said("paper.pledge.breach"),
        line("paper.pledge.party", "party"),
        line("paper.pledge.place", "place"),
        line("paper.pledge.signed", "signed_by"),
        line("paper.pledge.witness", "witness"),
        line("paper.pledge.signed_on", "signed_on"),
    ),
    addressed=False,
)
