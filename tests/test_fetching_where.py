"""Where pages may be fetched from: told by the address alone, before anything is asked."""

from ipaddress import ip_address

import pytest

from sources.fetching import FetchRefused, fetch, is_public, origin_of


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "192.0.2.1",
        "198.18.0.1",
        "::",
        "::1",
        "fe80::1",
        "fc00::1",
        "ff02::1",
        "2001:db8::1",
        "::ffff:127.0.0.1",
        "::ffff:8.8.8.8",
        "64:ff9b::7f00:1",
        "64:ff9b:1::1",
        "2002:7f00:1::",
        "2001:0:4136::1",
        "::127.0.0.1",
        "fec0::1",
    ],
)
def test_address_that_is_not_public_is_told(address):
    assert not is_public(ip_address(address))


@pytest.mark.parametrize("address", ["8.8.8.8", "93.184.216.34", "2606:4700:4700::1111"])
def test_address_that_is_public_is_told(address):
    assert is_public(ip_address(address))


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/",
        "http://localhost/",
        "http://[::1]/",
        "http://2130706433/",
        "http://0x7f.1/",
        "http://127.1:8080/",
        "https://[::ffff:127.0.0.1]/",
    ],
)
def test_own_machine_is_refused_however_it_is_written(url):
    with pytest.raises(FetchRefused, match="not on the public internet"):
        fetch(url)


@pytest.mark.parametrize(
    ("url", "word"),
    [
        ("ftp://times.example/", "http"),
        ("file:///etc/passwd", "http"),
        ("javascript:alert(1)", "http"),
        ("", "http"),
        ("http://", "http"),
        ("http://[broken/", "not a web address"),
        ("http://times.example:70000/", "not a web address"),
        (f"http://{'a' * 70}.example/", "not a web address"),
        ("http://user:secret@times.example/", "user name"),
        ("http://times.example@127.0.0.1/", "user name"),
        ("http://times.example:22/", "Port 22"),
        ("http://times.example:0/", "Port 0"),
    ],
)
def test_odd_address_is_refused_before_anything_is_asked(url, word):
    with pytest.raises(FetchRefused, match=word):
        fetch(url)


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("HTTPS://Times.Example/a?b#c", "https://times.example"),
        ("http://times.example:80/", "http://times.example"),
        ("http://times.example:8080", "http://times.example:8080"),
        ("https://bücher.example/", "https://xn--bcher-kva.example"),
        ("http://[2001:db8::1]:81/", "http://[2001:db8::1]:81"),
    ],
)
def test_origin_names_whom_we_would_ask(url, origin):
    assert origin_of(url) == origin
