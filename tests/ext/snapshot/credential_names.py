"""Names of secrets, composed of words from public lists of credential names.

The words are those of the default deny lists of Datadog's and Sentry's SDKs, Elastic APM, Rails, Django, Rollbar,
OpenTelemetry's semantic conventions and detect-secrets, and endings of the environment variables that services
document for their keys. Each name is a word with something before it, behind it, both or neither, in one of the ways
names are written.

Half of the names is held back: rules may be written, and false friends added, by looking at what the other half
misses, never by looking at this one.
"""

from __future__ import annotations

import functools
import hashlib
import itertools

WORDS = """
password passwd pwd pass passphrase passcode secret secret_key client_secret api_secret app_secret shared_secret
token access_token auth_token refresh_token id_token bearer_token oauth_token api_token bot_token deploy_token
repo_token session_token csrf_token xsrf_token security_token jwt jti api_key apikey app_key application_key
access_key access_key_id secret_access_key private_key privatekey public_key ssh_key gpg_key pgp_key master_key
encryption_key signing_key signature_key session_key license_key recaptcha_key consumer_key consumer_secret
service_key account_key db_key database_key client_key deploy_key webhook_secret hmac_key
credentials credential creds auth authorization proxy_authorization http_auth basic_auth oauth x_api_key
x_auth_token cookie set_cookie session_id sessionid session_cookie phpsessid csrf xsrf
signature salt nonce cipher hmac otp totp mfa_code two_factor_code pin pin_code recovery_code backup_code
seed_phrase mnemonic dsn sas connection_string database_url db_url redis_url webhook_url
credit_card credit_card_number card_number cc_number cvv cvc pan iban account_number bank_account routing_number
sort_code ssn social_security_number tax_id national_id passport_number drivers_license
dob date_of_birth phone phone_number email email_address address street_address ip_address remote_addr
x_forwarded_for x_real_ip medical_record imei iccid fingerprint security_answer security_question
""".split()

BEFORE = """
user admin root customer client tenant partner vendor employee owner sender account_owner
db database mysql postgres mongo redis rabbitmq kafka ldap smtp imap ftp sftp vpn proxy
aws gcp azure github gitlab slack stripe paypal twilio sendgrid mailgun shopify twitter facebook google okta heroku
jenkins jira docker npm pypi sentry datadog algolia firebase square braintree
old new current previous original temp my our the raw plain default fallback primary secondary main legacy
prod production staging dev test_env internal external upstream downstream remote local source target
encrypted decrypted hashed encoded decoded submitted provided stored cached incoming outgoing login signup checkout
""".split()

BEHIND = """
value values str string text raw plain bytes b64 base64 hex hash digest enc encrypted decrypted
1 2 01 old new prod dev backup copy data input param header override default
""".split()

# A word is no secret behind these, or in front of them: `hash` of a card is, `data` of a signature is; but what people
# call signature_header or address_data is about something else.
_ONLY_BARE = frozenset(("pan", "pin", "pass", "sas", "dsn", "auth", "oauth", "cipher"))


def _snake(parts: list[str]) -> str:
    return "_".join(parts)


def _camel(parts: list[str]) -> str:
    return parts[0] + "".join(part.capitalize() for part in parts[1:])


WAYS = (
    _snake,
    lambda parts: _snake(parts).upper(),
    _camel,
    lambda parts: "".join(part.capitalize() for part in parts),
    lambda parts: "-".join(parts),
    lambda parts: "-".join(part.capitalize() for part in parts),
    lambda parts: ".".join(parts),
    lambda parts: "_" + _snake(parts),
    lambda parts: "$" + _camel(parts),
)

NAMES_PER_HALF = 2000


@functools.cache
def _composed() -> list[str]:
    names = set()
    for word, before, behind in itertools.product(WORDS, ["", *BEFORE], ["", *BEHIND]):
        if word in _ONLY_BARE and behind:
            continue
        parts = [part for text in (before, word, behind) for part in text.split("_") if part]
        way = WAYS[_hash(f"way of {before} {word} {behind}") % len(WAYS)]
        names.add(way(parts))
    return sorted(names, key=_hash)


def _hash(text: str) -> int:
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")


def _half(held_back: bool) -> list[str]:
    names = [name for name in _composed() if (_hash(f"half of {name}") % 2 == 1) is held_back]
    return names[:NAMES_PER_HALF]


def used_names() -> list[str]:
    """Names that may be looked at while rules are written."""
    return _half(held_back=False)


def held_back_names() -> list[str]:
    """Names that may not."""
    return _half(held_back=True)
