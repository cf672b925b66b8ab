"""What an account gives the right to read with, taken from named variables of the environment by those who ask."""

from collections.abc import Mapping

from osint_imagery.core.errors import InputError
from osint_imagery.scenes.client import Signer
from osint_imagery.scenes.profile import Profile
from osint_imagery.scenes.s3 import S3Keys
from osint_imagery.scenes.signing import BearerToken

__all__ = ["account_of", "wanted_by"]

_KEY, _SECRET, _TOKEN = "OSINT_IMAGERY_S3_KEY", "OSINT_IMAGERY_S3_SECRET", "OSINT_IMAGERY_TOKEN"


def account_of(profile: Profile | None, variables: Mapping[str, str]) -> Signer | None:
    """Return what signs requests for a known catalogue's files, None where nothing was given or is needed.

    Parameters
    ----------
    profile : Profile or None
        The catalogue; of others nothing is known, and no key is sent to them.
    variables : mapping
        The environment: ``OSINT_IMAGERY_S3_KEY`` and ``OSINT_IMAGERY_S3_SECRET``, or ``OSINT_IMAGERY_TOKEN``.

    Raises
    ------
    InputError
        If only one of key and secret is there, or botocore is not installed (extra ``s3``).

    Examples
    --------
    >>> from osint_imagery.scenes.profiles import profile_named
    >>> account_of(profile_named("opera"), {"OSINT_IMAGERY_TOKEN": "secret"})
    BearerToken(hosts=('datapool.asf.alaska.edu', 'cumulus.asf.alaska.edu', 'cumulus.asf.earthdatacloud.nasa.gov'))
    """
    if profile is None:
        return None
    if profile.token_hosts and variables.get(_TOKEN):
        return BearerToken(variables[_TOKEN], hosts=profile.token_hosts)
    key, secret = variables.get(_KEY, ""), variables.get(_SECRET, "")
    if profile.storage is None or not (key or secret):
        return None
    if not (key and secret):
        msg = f"{_KEY} or {_SECRET} is not set (values are not shown); set both, or neither"
        raise InputError(msg)
    place = profile.storage
    return S3Keys(key, secret, endpoint=place.endpoint, region=place.region, requester_pays=place.requester_pays)


def wanted_by(profile: Profile) -> str:
    """Return in words what reading a catalogue's files needs, and where it is put; empty where nothing is needed.

    Examples
    --------
    >>> from osint_imagery.scenes.profiles import profile_named
    >>> wanted_by(profile_named("earth-search")), wanted_by(profile_named("opera"))
    ('', 'an Earthdata Login token (Bearer); set OSINT_IMAGERY_TOKEN')
    """
    if profile.storage is not None:
        return f"{profile.reading}; set {_KEY} and {_SECRET} (extra s3)"
    return f"{profile.reading}; set {_TOKEN}" if profile.token_hosts else ""
