"""Cognito: what makes a pool, its clients, its users, and their tokens."""

from __future__ import annotations

from tests.local.members.cases import Written
from tests.local.members.touched import Touched, shown
from tests.local.members.world import World

SERVICE = "cognito-idp"
PASSWORD = "Secret-12345"
EMAIL = [{"Name": "email", "Value": "dora@example.com"}]
SENT = {
    "SmsVerificationMessage": "{####}", "EmailVerificationMessage": "{####}",
    "EmailVerificationSubject": "s", "SmsAuthenticationMessage": "{####}",
    "VerificationMessageTemplate": {"DefaultEmailOption": "CONFIRM_WITH_CODE"},
    "EmailConfiguration": {"EmailSendingAccount": "COGNITO_DEFAULT"},
    "SmsConfiguration": {"SnsCallerArn": "arn:aws:iam::123456789012:role/sms"},
}  # fmt: skip
"""Of messages, which nobody sends here."""
UNUSED = ("AnalyticsMetadata", "ClientMetadata", "ContextData", "DesiredDeliveryMediums",
          "ValidationData")  # fmt: skip
"""For triggers, messages and the advanced security, which a pool here does not have."""


def pool(world: World) -> str:
    """The id of a new pool."""
    made = world.call(SERVICE, "CreateUserPool", PoolName="p")
    return str(made["UserPool"]["Id"])


def client(world: World, **more):
    """The members that name a new client of a new pool."""
    here = {"UserPoolId": pool(world)}
    made = world.call(SERVICE, "CreateUserPoolClient", **here, ClientName="c", **more)
    return {**here, "ClientId": made["UserPoolClient"]["ClientId"]}


def user(world: World, here: str):
    """The members that name a new user of a pool."""
    named = {"UserPoolId": here, "Username": "dora"}
    world.call(SERVICE, "AdminCreateUser", **named)
    return named


def signing_in(world: World):
    """A client, and what a user with a password tells it."""
    here = client(world, ExplicitAuthFlows=["ADMIN_NO_SRP_AUTH"])
    named = user(world, here["UserPoolId"])
    world.call(SERVICE, "AdminSetUserPassword", **named, Password=PASSWORD, Permanent=True)
    told = {"USERNAME": "dora", "PASSWORD": PASSWORD}
    return {**here, "AuthFlow": "ADMIN_NO_SRP_AUTH", "AuthParameters": told}


def described_pool(world: World):
    """The pool that was made."""
    (here,) = pools(world)
    found = world.call(SERVICE, "DescribeUserPool", UserPoolId=here)["UserPool"]
    names = {one["Name"] for one in found["SchemaAttributes"]}
    return {**found, "Schema": SCHEMA if "custom:hoard" in names else None}


def described_client(world: World):
    """The client that was made; of a secret, that it has one."""
    here = {"UserPoolId": pools(world)[0]}
    (one,) = world.call(SERVICE, "ListUserPoolClients", **here)["UserPoolClients"]
    told = world.call(SERVICE, "DescribeUserPoolClient", **here, ClientId=one["ClientId"])
    found = told["UserPoolClient"]
    return {**found, "GenerateSecret": bool(found.get("ClientSecret"))}


def pools(world: World):
    """The ids of all pools."""
    listed = world.call(SERVICE, "ListUserPools", MaxResults=9)["UserPools"]
    return [one["Id"] for one in listed]


def is_confirmed(world: World, _):
    """Whether any user has a password that stays."""
    users = [
        one
        for here in pools(world)
        for one in world.call(SERVICE, "ListUsers", UserPoolId=here)["Users"]
    ]
    return "CONFIRMED" in {one["UserStatus"] for one in users}


def is_let_in(world: World, answer):
    """Whether the user that was made gets in with the password, to choose another."""
    (here,) = [
        one for one in pools(world)
        if world.call(SERVICE, "ListUsers", UserPoolId=one)["Users"][0]["UserCreateDate"]
        == answer["User"]["UserCreateDate"]
    ]  # fmt: skip
    made = world.call(
        SERVICE, "CreateUserPoolClient", UserPoolId=here, ClientName="c",
        ExplicitAuthFlows=["ADMIN_NO_SRP_AUTH"],
    )  # fmt: skip
    told = world.call(
        SERVICE, "AdminInitiateAuth", UserPoolId=here, AuthFlow="ADMIN_NO_SRP_AUTH",
        ClientId=made["UserPoolClient"]["ClientId"],
        AuthParameters={"USERNAME": "dora", "PASSWORD": PASSWORD},
    )  # fmt: skip
    return told.get("ChallengeName")


def email(_: World, answer):
    """The address of the user that was made."""
    told = {one["Name"]: one["Value"] for one in answer["User"]["Attributes"]}
    return told.get("email")


SCHEMA = [{"Name": "hoard", "AttributeDataType": "String", "Mutable": True}]
WRITTEN = {
    (SERVICE, "CreateUserPool"): Written(
        about=lambda _: {"PoolName": "n"},
        told=lambda _: {
            **SENT, "Schema": SCHEMA, "MfaConfiguration": "OPTIONAL",
            "Policies": {"PasswordPolicy": {"MinimumLength": 12}},
            "AutoVerifiedAttributes": ["email"], "AliasAttributes": ["email"],
            "UsernameAttributes": ["email"], "UserPoolTags": {"a": "b"},
            "UserAttributeUpdateSettings": {"AttributesRequireVerificationBeforeUpdate": ["email"]},
            "AdminCreateUserConfig": {"AllowAdminCreateUserOnly": True},
            "AccountRecoverySetting": {
                "RecoveryMechanisms": [{"Priority": 1, "Name": "verified_email"}]},
            "UserPoolTier": "LITE",
        },
        read=described_pool,
    ),
    (SERVICE, "CreateUserPoolClient"): Written(
        about=lambda world: {"UserPoolId": pool(world), "ClientName": "n"},
        told=lambda _: {
            "GenerateSecret": True, "ReadAttributes": ["email"], "WriteAttributes": ["email"],
            "ExplicitAuthFlows": ["ALLOW_REFRESH_TOKEN_AUTH"],
            "SupportedIdentityProviders": ["COGNITO"], "CallbackURLs": ["https://a.example/"],
            "LogoutURLs": ["https://a.example/out"], "DefaultRedirectURI": "https://a.example/",
            "AllowedOAuthFlows": ["code"], "AllowedOAuthScopes": ["openid"],
            "AllowedOAuthFlowsUserPoolClient": True, "PreventUserExistenceErrors": "ENABLED",
            "EnableTokenRevocation": False, "EnablePropagateAdditionalUserContextData": True,
            "AuthSessionValidity": 5,
        },
        read=described_client,
    ),
}  # fmt: skip
TOUCHED = {
    (SERVICE, "AdminCreateUser"): Touched(
        lambda world: {"UserPoolId": pool(world), "Username": "dora"},
        {
            "UserAttributes": ({"UserAttributes": EMAIL}, email, "dora@example.com"),
            "TemporaryPassword": (
                {"TemporaryPassword": PASSWORD}, is_let_in, "NEW_PASSWORD_REQUIRED",
            ),
            "MessageAction": (
                {"MessageAction": "RESEND"}, shown("Error", "Code"), "UserNotFoundException",
            ),
        },
        inert=UNUSED,
    ),
    (SERVICE, "AdminSetUserPassword"): Touched(
        lambda world: {**user(world, pool(world)), "Password": PASSWORD},
        {
            "Password": (
                {"Password": "short1"}, shown("Error", "Code"), "InvalidPasswordException",
            ),
            "Permanent": ({"Permanent": True}, is_confirmed, True),
        },
    ),
    (SERVICE, "AdminInitiateAuth"): Touched(
        signing_in,
        {
            "AuthParameters": (
                {"AuthParameters": {"USERNAME": "dora", "PASSWORD": "Other-12345"}},
                shown("Error", "Code"), "NotAuthorizedException",
            ),
        },
        inert=UNUSED,
    ),
}  # fmt: skip
