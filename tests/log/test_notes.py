"""Notes, checkpoints and certificates in the published formats of C2SP."""

import base64

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from registry.log import notes
from registry.log.notes import Signer
from registry.publication.verify import read_checkpoint, signed_text
from tests.log.logs import KEY, SIGNER

# the example of the published specification, signed-note v1.0.0
VERIFIER = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
SIGNATURE = "Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM="
NOTE = f"This is an example message.\n\n— example.com/foo {SIGNATURE}\n"
OTHER = Signer("witness.example", Ed25519PrivateKey.from_private_bytes(bytes(32)))
ROOT = bytes(range(32))


def signature_line(signer: Signer, text: str) -> str:
    return signer.signed(text).rpartition("\n\n")[2]


def test_the_published_note_verifies_under_the_published_key() -> None:
    assert signed_text(NOTE, VERIFIER) == "This is an example message."


def test_the_published_key_id_comes_out() -> None:
    name, key_id, key = VERIFIER.split("+", 2)
    assert notes.key_id(name, base64.b64decode(key)[1:]).hex() == key_id


def test_a_published_note_that_was_altered_is_refused() -> None:
    with pytest.raises(InvalidSignature):
        signed_text(NOTE.replace("example message", "Example message"), VERIFIER)


def test_a_checkpoint_says_origin_size_and_root() -> None:
    note = SIGNER.checkpoint(7, ROOT)
    assert note.split("\n")[:4] == [SIGNER.origin, "7", base64.b64encode(ROOT).decode(), ""]
    assert read_checkpoint(note, KEY) == (SIGNER.origin, 7, ROOT)


def test_signatures_of_others_are_passed_over_and_ours_is_not() -> None:
    note = SIGNER.checkpoint(7, ROOT)
    text = note.rpartition("\n\n")[0] + "\n"
    witnessed = note + signature_line(OTHER, text) * 20
    assert read_checkpoint(witnessed, KEY).size == 7
    with pytest.raises(InvalidSignature):
        read_checkpoint(OTHER.signed(text), KEY)
    ours = note.rpartition(" ")[2]
    broken = base64.b64encode(base64.b64decode(ours)[:-1] + b"\x00").decode()
    with pytest.raises(InvalidSignature):
        read_checkpoint(note + f"— {SIGNER.origin} {broken}\n", KEY)


def test_another_log_under_the_same_key_is_refused() -> None:
    text = f"another.example\n7\n{base64.b64encode(ROOT).decode()}\n"
    with pytest.raises(InvalidSignature):
        read_checkpoint(SIGNER.signed(text), KEY)


@pytest.mark.parametrize(
    "text",
    [
        "{origin}\n07\n{root}\n",
        "{origin}\n-7\n{root}\n",
        "{origin}\n７\n{root}\n",
        "{origin}\n7\n{root}x\n",
        "{origin}\n7\nAAAA\n",
        "{origin}\n7\n",
        "{origin}\t\n7\n{root}\n",
    ],
)
def test_a_signed_note_that_is_no_checkpoint_is_refused(text: str) -> None:
    said = text.format(origin=SIGNER.origin, root=base64.b64encode(ROOT).decode())
    with pytest.raises((ValueError, InvalidSignature)):
        read_checkpoint(SIGNER.signed(said), KEY)


@pytest.mark.parametrize("key", ["", "x", "a+b+c", KEY.replace("+", "+0", 1), KEY[:-4]])
def test_a_key_that_is_none_verifies_nothing(key: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  # every reason is one
        read_checkpoint(SIGNER.checkpoint(7, ROOT), key)
