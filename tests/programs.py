"""A program that asks the API, for the tests of it."""

from django.test import Client

from annotations.team.tokens import make_token

ROOT = "/api/v1"


class Program(Client):
    """A client with a token of the user; addresses are given from the API's root on."""

    def __init__(self, user, *, may_write=False, token=""):
        super().__init__()
        self.token = token or make_token("tests", may_write=may_write, user=user).secret

    def ask(self, address, *, method="get", data=None, **headers):
        """Ask as the user; a dictionary is sent as JSON."""
        named = {"Authorization": f"Bearer {self.token}"}
        named |= {name.replace("_", "-"): value for name, value in headers.items()}
        place = address if address.startswith("http") else ROOT + address
        return self.generic(
            method.upper(),
            place,
            self._encode_json({} if data is None else data, "application/json")
            if data is not None
            else "",
            content_type="application/json",
            headers=named,
        )

    def tag(self, key, **given):
        return self.ask(f"/studies/{key}/annotations", method="post", data=given)
