"""A token of a user pool that the local AWS holds lets its bearer in."""

import base64
import json

import pytest

ECHO = """
import json
def handler(event, context):
    return {"statusCode": 200, "body": json.dumps(event["requestContext"]["authorizer"])}
"""
PASSWORD = {"USERNAME": "dora", "PASSWORD": "Secret-12345"}


@pytest.fixture
def pools(local_aws):
    """Makes a pool with one user; returns its ARN and the user's tokens."""
    cognito = local_aws.client("cognito-idp")

    def make(name):
        pool = cognito.create_user_pool(PoolName=name)["UserPool"]
        client = cognito.create_user_pool_client(
            UserPoolId=pool["Id"], ClientName="c", ExplicitAuthFlows=["ADMIN_NO_SRP_AUTH"]
        )["UserPoolClient"]["ClientId"]
        here = {"UserPoolId": pool["Id"], "Username": "dora"}
        cognito.admin_create_user(**here)
        cognito.admin_set_user_password(**here, Password="Secret-12345", Permanent=True)
        asked = cognito.admin_initiate_auth(
            UserPoolId=pool["Id"],
            ClientId=client,
            AuthFlow="ADMIN_NO_SRP_AUTH",
            AuthParameters=PASSWORD,
        )
        return pool["Arn"], asked["AuthenticationResult"]

    return make


def guarded(application, *arns, **settings):
    authorizer = application.gateway.create_authorizer(
        restApiId=application.api,
        name="pool",
        type="COGNITO_USER_POOLS",
        providerARNs=list(arns),
        identitySource="method.request.header.Authorization",
    )["id"]
    method = {"authorizationType": "COGNITO_USER_POOLS", "authorizerId": authorizer, **settings}
    application.proxy("GET", "/lair", application.function("echo", ECHO), method_settings=method)
    application.deploy()

    def send(token):
        return application.send("GET", "/lair", headers={"Authorization": token} if token else {})

    return send


def forged(token, **claims):
    """The token with other claims, under the signature that it had."""
    head, body, signature = token.split(".")
    said = json.loads(base64.urlsafe_b64decode(body + "=="))
    other = base64.urlsafe_b64encode(json.dumps({**said, **claims}).encode()).decode().rstrip("=")
    return f"{head}.{other}.{signature}"


def test_an_id_token_lets_in_and_its_claims_reach_the_function(application, pools):
    arn, tokens = pools("ours")
    _, strangers = pools("theirs")
    send = guarded(application, arn)
    answer = send(tokens["IdToken"])
    assert answer.status == 200
    assert answer.json["claims"]["cognito:username"] == "dora"
    assert answer.json["claims"]["token_use"] == "id"
    assert send(f"Bearer {tokens['IdToken']}").status == 200
    refused = {
        "none": None,
        "no token": "abc",
        "an access token": tokens["AccessToken"],
        "of another pool": strangers["IdToken"],
        "with a forged claim": forged(tokens["IdToken"], email="else@example.com"),
    }
    answers = {name: send(token) for name, token in refused.items()}
    assert {name: one.status for name, one in answers.items()} == dict.fromkeys(refused, 401)
    assert answers["none"].json == {"message": "Unauthorized"}


@pytest.mark.parametrize(
    ("scope", "status"), [("aws.cognito.signin.user.admin", 200), ("dragons/read", 401)]
)
def test_a_method_with_scopes_wants_an_access_token_that_has_one(application, pools, scope, status):
    arn, tokens = pools("ours")
    send = guarded(application, arn, authorizationScopes=[scope, "dragons/write"])
    assert send(tokens["IdToken"]).status == 401
    assert send(tokens["AccessToken"]).status == status


def test_a_pool_that_is_not_held_here_is_refused_by_name(application):
    arn = "arn:aws:cognito-idp:us-east-1:123456789012:userpool/us-east-1_elsewhere"
    answer = guarded(application, arn)("token")
    assert answer.status == 501
    assert arn in answer.json["message"]
