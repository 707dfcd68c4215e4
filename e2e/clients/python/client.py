"""Calls Vertex AI and Entra with the official Python clients, once for each case named on the command line.

One JSON line per case goes to stdout: the answer, which names the caller. Nothing of a token is ever printed: only its
SHA-256 and the claims that say whose it is. No case knows how the credentials come about: that is what is tested.
"""

import base64
import hashlib
import json
import os
import sys

PROMPT = "Summarize this report in 5 bullet points"
SCOPE = "https://www.googleapis.com/auth/cloud-platform"


def env(name):
    return os.environ.get(name, "")


def location():
    return env("GOOGLE_CLOUD_LOCATION") or "us-central1"


def base_url():
    return env("GOOGLE_VERTEX_BASE_URL") or f"https://{location()}-aiplatform.googleapis.com"


def endpoint():
    return f"projects/{env('GOOGLE_CLOUD_PROJECT')}/locations/{location()}/endpoints/{env('LB_ENDPOINT_ID')}"


def google_auth():
    """google-auth alone: default credentials and its own HTTP session."""
    import google.auth
    from google.auth.transport.requests import AuthorizedSession

    credentials, _ = google.auth.default(scopes=[SCOPE])
    body = {"instances": [{"content": PROMPT}]}
    answer = AuthorizedSession(credentials).post(f"{base_url()}/v1/{endpoint()}:predict", json=body, timeout=30)
    answer.raise_for_status()
    return answer.text


def genai():
    """google-genai, whole and streamed."""
    from google import genai
    from google.genai import types

    options = types.HttpOptions(base_url=base_url()) if env("GOOGLE_VERTEX_BASE_URL") else None
    client = genai.Client(vertexai=True, project=env("GOOGLE_CLOUD_PROJECT"), location=location(), http_options=options)
    whole = client.models.generate_content(model=env("LB_MODEL"), contents=PROMPT).text
    parts = [chunk.text or "" for chunk in client.models.generate_content_stream(model=env("LB_MODEL"), contents=PROMPT)]
    if "".join(parts) != whole:
        raise SystemExit(f"streamed answer {''.join(parts)!r} is not the whole answer {whole!r}")
    if client.models.count_tokens(model=env("LB_MODEL"), contents=PROMPT).total_tokens < 1:
        raise SystemExit("no tokens counted")
    return whole


def predict(transport):
    """PredictionServiceClient of google-cloud-aiplatform."""
    from google.cloud import aiplatform_v1
    from google.protobuf import json_format
    from google.protobuf.struct_pb2 import Value

    options = {"api_endpoint": env("LB_GRPC") or f"{location()}-aiplatform.googleapis.com"}
    client = aiplatform_v1.PredictionServiceClient(client_options=options, transport=transport)
    instance = json_format.ParseDict({"content": PROMPT}, Value())
    answer = client.predict(endpoint=endpoint(), instances=[instance], timeout=30)
    return json.dumps([json_format.MessageToDict(p) for p in type(answer).pb(answer).predictions])


def describe(token):
    """What a test may know of an Azure token: its hash and its claims."""
    claims = token.split(".")[1]
    claims = json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))
    name = "sha256:" + hashlib.sha256(token.encode()).hexdigest()[:16]
    return json.dumps({"token": name, **{k: claims.get(k) for k in ("iss", "aud", "sub", "oid", "appid", "azp")}})


def azure_workload():
    """WorkloadIdentityCredential from the AZURE_* variables alone."""
    from azure.identity import WorkloadIdentityCredential

    credential = WorkloadIdentityCredential(disable_instance_discovery=True)
    return describe(credential.get_token(env("LB_AZURE_SCOPE")).token)


def azure_managed():
    """ManagedIdentityCredential from the variables of the host alone."""
    from azure.identity import ManagedIdentityCredential

    credential = ManagedIdentityCredential(client_id=env("AZURE_CLIENT_ID") or None)
    return describe(credential.get_token(env("LB_AZURE_SCOPE")).token)


CASES = {
    "auth": google_auth,
    "genai": genai,
    "predict-grpc": lambda: predict("grpc"),
    "predict-rest": lambda: predict("rest"),
    "azure-workload": azure_workload,
    "azure-managed": azure_managed,
}

for case in sys.argv[1:]:
    print(json.dumps({"case": case, "answer": CASES[case]()}), flush=True)
