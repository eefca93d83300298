"""An installation with a setting that cannot be meant does not start, and says which."""

from pathlib import Path

import pytest

from registry.errors import Broken
from registry.settings import read_settings


@pytest.mark.parametrize(
    "address", ["https://jiliang.example.gov.cn", "https://a.example/registry", "http://127.0.0.1:8000"]
)
def test_the_address_for_citizens_is_kept_as_it_will_be_printed(tmp_path: Path, address: str) -> None:
    assert read_settings(data_dir=tmp_path, public_url=address).public_url == address
    assert read_settings(data_dir=tmp_path, public_url=address + "/").public_url == address


@pytest.mark.parametrize(
    "address",
    [
        *("", "jiliang.example", "ftp://a.example", "https://", "https:///path", "//a.example"),
        *("https://a.example:99999", "https://a.example:0", "https://[::1", "https://a b.example"),
        *("https://u:p@a.example", "https://a.example?x=1", "https://a.example#x", "https://a.example/?"),
        *("https://a.example\n", "https://计量.example", "https://a.example/a+b", "javascript:alert(1)"),
    ],
)
def test_an_address_that_leads_nowhere_is_refused_by_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    monkeypatch.setenv("HM_PUBLIC_URL", address)
    with pytest.raises(Broken) as refused:
        read_settings(data_dir=tmp_path)
    assert "HM_PUBLIC_URL" in str(refused.value)
