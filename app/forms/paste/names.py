"""What things are called: host, hostname and server are one thing, and so are DB_PASSWORD and "Password".

Two names match if they are equal once cut into words, if the table of aliases says so, or if one of them only has
words in front (`ORDERS_DB_HOST` for a field `host`). The more was needed, the fewer points.
"""

from __future__ import annotations

import re
from functools import lru_cache

Words = tuple[str, ...]

_ALIASES = """
host: hostname, host name, server, server name, server address, addr, data source, network address, pghost, domain
port: port number, pgport, server port
username: user, user name, login, login name, user id, uid, pguser, account user, usr
password: pass, passwd, pwd, pgpassword, user password, app password
database: db, dbname, db name, database name, initial catalog, pgdatabase, default database
schema: schema name, default schema
access key id: access key, access id, key id, aws access key id, aws access key, hmac key id, hmac access key
secret access key: secret key, access key secret, aws secret access key, aws secret key, hmac secret, secret
session token: aws session token, security token
region: aws region, aws default region, default region, region name, bucket region
bucket: bucket name, container, container name, s3 bucket, gcs bucket
prefix: path prefix, key prefix, object prefix, folder path, start path
path: folder, directory, dir, base path, remote path, root path, root folder
endpoint: endpoint url, url, base url, server url, service url, site url, site, instance url, address, web address,
  api url, host url, aws endpoint url, aws endpoint url s3, api endpoint, feed url, feed address
connection string: dsn, uri, connection uri, connection url, database url, db url, mongodb uri, mongo url, redis url,
  jdbc url, azure storage connection string
account name: storage account, storage account name, azure storage account
account key: storage account key, storage key, azure storage key, shared key
account id: cloudflare account id
namespace: tenancy namespace, object storage namespace
project id: project, google cloud project, gcp project, gcloud project
service account key: service account, service account json, service account info, service account credentials,
  service account key json, credentials json, google application credentials, google credentials, key file, json key
token: api token, access token, auth token, bearer token, personal access token, pat, oauth token
api key: apikey, x api key, key
client id: oauth client id, app id, application id, consumer key
client secret: oauth client secret, app secret, application secret, consumer secret
tenant id: tenant, directory id, azure tenant id
token url: token uri, token endpoint, token address, oauth token url
ssl mode: sslmode, tls mode
tls: ssl, use tls, use ssl, encrypt, secure, ssl enabled, tls enabled
email: e mail, email address, mail, client email, login email
owner: organization, organisation, org
repository: repo, repository name
proxy: proxy url, https proxy, http proxy
warehouse: warehouse name
timeout: time out, connect timeout, connection timeout
"""
_SECRET = frozenset({"password", "secret access key", "session token", "account key", "service account key", "token"})
_SECRET_TOO = frozenset({"api key", "client secret", "connection string", "private key", "passphrase"})
_MAKERS = frozenset({"aws", "s3", "r2", "gcs", "gcp", "google", "azure", "oci", "db", "database", "postgres", "mysql"})
"""Words in front of a field's own name that say who made it, not what it is."""
_WORD = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z\d]+|[A-Z\d]+|[^\W_]+")


def words(name: str) -> Words:
    """`AWS_ACCESS_KEY_ID`, `accessKeyId` and "Access key ID" as lower-case words."""
    return tuple(word.casefold() for word in _WORD.findall(name))


def _table() -> dict[Words, str]:
    table: dict[Words, str] = {}
    for line in _ALIASES.replace(",\n", ",").strip().splitlines():
        thing, _, aliases = line.partition(":")
        for alias in (thing, *aliases.split(",")):
            table[words(alias)] = thing
    return table


_THINGS = _table()


def thing(name: str) -> str:
    """What a name stands for, "" if nobody knows."""
    return _thing(words(name))


def _thing(name: Words) -> str:
    return _THINGS.get(name, "")


def is_secret_name(name: str) -> bool:
    """Whether what is called so should not be shown, whatever the form says."""
    cut = words(name)
    return any(_thing(cut[start:]) in _SECRET | _SECRET_TOO for start in range(len(cut)))


def keys_of_field(wanted: str) -> set[Words]:
    """What a field's name or title can be found by; see `keys_in`."""
    field = words(wanted)
    known = _known(field)
    return ({field} | ({(known,)} if known else set())) - {()}


def keys_in(name: str) -> set[Words]:
    """What a name in a text may mean, whatever words it has in front: the keys of all fields it is like."""
    given = words(name)
    endings = [given[start:] for start in range(len(given))]
    return {*endings, *((_thing(ending),) for ending in endings if _thing(ending))}


@lru_cache(maxsize=4096)
def likeness(name: str, wanted: str) -> int:
    """How surely a name in a text means a field's name or title: 0 to 100 points."""
    given, field = words(name), words(wanted)
    if not given or not field:
        return 0
    if given == field:
        return 100
    known = _known(field)
    if known and _thing(given) == known:
        return 80
    for start in range(1, len(given)):
        rest = given[start:]
        if rest == field:
            return 72 - 3 * start
        if known and _thing(rest) == known:
            return 66 - 3 * start
    return 0


def _known(field: Words) -> str:
    return _thing(field) or _thing(_without_maker(field))


def _without_maker(field: Words) -> Words:
    return field[1:] if len(field) > 1 and field[0] in _MAKERS else field


def in_front(name: str, wanted: str) -> Words:
    """The words that a name has in front of what a field is called; () if the whole name was needed."""
    given, field = words(name), words(wanted)
    known = _known(field)
    for start in range(len(given)):
        rest = given[start:]
        if rest == field or (known and _thing(rest) == known):
            return given[:start]
    return ()
