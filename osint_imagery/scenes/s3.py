"""S3 with keys: requests are signed by botocore and sent like all others, so that every fault is ours to see."""

from collections.abc import Callable
from urllib.parse import quote, urlsplit

from osint_imagery.core.errors import InputError
from osint_imagery.scenes.client import Signed

__all__ = ["S3Keys"]


class S3Keys:
    """Keys for the buckets behind one S3 endpoint.

    Parameters
    ----------
    key_id, secret : str
        Access key and secret, of the Copernicus Data Space for example. Never shown.
    endpoint : str
        Its https address; default: Amazon's, of the region.
    region : str
        As the endpoint names it.
    token : str, optional
        Session token of temporary keys.
    requester_pays : bool
        Agree to pay for what is read (``usgs-landsat``, ``sentinel-s2-l1c``).

    Raises
    ------
    InputError
        If a key is empty, or botocore is not installed (extra ``s3``).

    Examples
    --------
    >>> keys = S3Keys("id", "secret", endpoint="https://eodata.dataspace.copernicus.eu", region="default")
    >>> keys.translated("s3://eodata/a/b.jp2")
    'https://eodata.dataspace.copernicus.eu/eodata/a/b.jp2'
    >>> keys
    S3Keys('https://eodata.dataspace.copernicus.eu')
    """

    def __init__(
        self,
        key_id: str,
        secret: str,
        *,
        endpoint: str | None = None,
        region: str = "us-west-2",
        token: str | None = None,
        requester_pays: bool = False,
    ) -> None:
        if not key_id or not secret:
            msg = "key_id or secret (not shown) is empty; give both"
            raise InputError(msg)
        self.endpoint = (endpoint or f"https://s3.{region}.amazonaws.com").rstrip("/")
        self._state = (key_id, secret, region, token, requester_pays)
        self._sign = _signing(*self._state)

    def translated(self, url: str) -> str:
        """Return the https address of an ``s3://`` one, and any other as it is."""
        parts = urlsplit(url)
        return f"{self.endpoint}/{parts.netloc}{quote(parts.path, safe='/~')}" if parts.scheme == "s3" else url

    def signed(self, url: str, *, fresh: bool) -> Signed:  # noqa: ARG002 - keys do not expire within a request
        """Return the address, with the signature where it is one of the endpoint's."""
        same = urlsplit(url)[:2] == urlsplit(self.endpoint)[:2]
        return Signed(url, self._sign(url)) if same else Signed(url)

    def __reduce__(self) -> tuple[Callable[..., "S3Keys"], tuple[object, ...]]:
        return _keys, (self.endpoint, *self._state)

    def __repr__(self) -> str:
        return f"S3Keys({self.endpoint!r})"


def _keys(endpoint: str, key_id: str, secret: str, region: str, *rest: object) -> S3Keys:
    token, pays = rest
    return S3Keys(
        key_id,
        secret,
        endpoint=endpoint,
        region=region,
        token=token if isinstance(token, str) else None,
        requester_pays=bool(pays),
    )


def _signing(*state: object) -> Callable[[str], dict[str, str]]:
    key_id, secret, region, token, pays = state
    try:
        from botocore.auth import S3SigV4Auth
        from botocore.awsrequest import AWSRequest
        from botocore.credentials import Credentials
    except ImportError as err:
        msg = "S3Keys needs botocore: pip install 'osint-imagery[s3]'"
        raise InputError(msg) from err
    signer = S3SigV4Auth(Credentials(key_id, secret, token), "s3", region)
    extra = {"x-amz-request-payer": "requester"} if pays else {}

    def sign(url: str) -> dict[str, str]:
        request = AWSRequest(method="GET", url=url, headers=dict(extra))
        signer.add_auth(request)
        return {name: value for name, value in request.headers.items() if name.lower() != "host"}

    return sign
