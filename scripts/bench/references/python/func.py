"""
Does what the samples in Python do: introspection, and a new back-end token for each call, with two cached
secrets from OCI Vault. It checks nothing else. Do not deploy it.
"""
import base64
import datetime
import io
import json
import os

import fdk.response
import oci
import requests

secrets = {}


def read_secret(ocid):
    if ocid not in secrets:
        signer = oci.auth.signers.get_resource_principals_signer()
        client = oci.secrets.SecretsClient(
            {}, signer=signer, service_endpoint=os.environ["vault_secrets_endpoint"]
        )
        content = client.get_secret_bundle(ocid).data.secret_bundle_content.content
        secrets[ocid] = base64.b64decode(content).decode()
    return secrets[ocid]


def post_as_client(endpoint, client_id, secret_ocid, form):
    client = (os.environ[client_id], read_secret(os.environ[secret_ocid]))
    return requests.post(os.environ[endpoint], data=form, auth=client, timeout=10).json()


def introspect(token):
    return post_as_client(
        "idcs_introspection_endpoint",
        "idcs_app_client_id",
        "idcs_app_client_secret_ocid",
        {"token": token},
    )


def backend_token():
    return post_as_client(
        "back_end_token_endpoint",
        "back_end_app_client_id",
        "back_end_client_secret_ocid",
        {"grant_type": "client_credentials", "scope": os.environ["back_end_scope"]},
    )["access_token"]


def handler(ctx, data: io.BytesIO = None):
    token = json.load(data)["data"]["token"].removeprefix("Bearer ")
    claims = introspect(token)
    if not claims.get("active"):
        answer = {"active": False, "wwwAuthenticate": 'Bearer realm="example"'}
    else:
        expires_at = datetime.datetime.fromtimestamp(claims["exp"], datetime.timezone.utc)
        answer = {
            "active": True,
            "principal": claims["sub"],
            "expiresAt": expires_at.isoformat(),
            "context": {"back_end_token": f"Bearer {backend_token()}"},
        }
    return fdk.response.Response(
        ctx, response_data=json.dumps(answer), headers={"Content-Type": "application/json"}
    )
