"""A strict IAM: its lists have pages of one, its writes are seen late, its deletions refuse."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

from tests.strict.wire import Refused
from tests.strict.world import ACCOUNT, World, page

Json = Any
NOT_FOUND = "NoSuchEntity"


def operations() -> dict[str, Any]:
    """The operations by name."""
    built = (
        get_role, create_role, delete_role, update_role, update_assume_role_policy,
        list_attached_role_policies, attach_role_policy, detach_role_policy, list_role_policies,
        get_role_policy, get_policy, get_policy_version, list_policy_versions,
        list_entities_for_policy, create_policy, create_policy_version, delete_policy_version,
        set_default_policy_version, delete_policy,
    )  # fmt: skip
    named = {"".join(part.title() for part in one.__name__.split("_")): one for one in built}
    who = {
        "Arn": f"arn:aws:iam::{ACCOUNT}:user/tester", "UserId": "AIDA", "Account": ACCOUNT,
    }  # fmt: skip
    return {f"iam.{name}": one for name, one in named.items()} | {
        "sts.GetCallerIdentity": lambda world, params: who
    }


def _seen(world: World, part: str, name: str) -> Json:
    found = world.seen("iam", world.delays.iam_seen)[part].get(name)
    if found is None:
        kind = "role with name" if part == "roles" else "policy"
        raise Refused(NOT_FOUND, f"The {kind} {name} cannot be found.", 404)
    return found


def _held(world: World, part: str, name: str) -> Json:
    found = world.state["iam"][part].get(name)
    if found is None:
        raise Refused(NOT_FOUND, f"{part} {name} cannot be found.", 404)
    return found


def _list(params: dict[str, Json], key: str, items: list[Json], **rest: Json) -> Json:
    found, marker = page(items, params.get("Marker"))
    more = {"IsTruncated": True, "Marker": marker} if marker else {"IsTruncated": False}
    return {key: found, **rest, **more}


def _document(document: Json) -> str:
    return quote(json.dumps(document))


def _role(name: str, role: Json) -> Json:
    description = {"Description": role["description"]} if role.get("description") else {}
    tags = [{"Key": key, "Value": value} for key, value in role.get("tags", {}).items()]
    boundary = {"PermissionsBoundary": {"PermissionsBoundaryArn": role.get("boundary")}}
    return {
        "Path": role["path"], "RoleName": name, "RoleId": f"AROA{name.upper()}",
        "Arn": f"arn:aws:iam::{ACCOUNT}:role{role['path']}{name}",
        "CreateDate": "2025-01-01T00:00:00Z", "MaxSessionDuration": 3600,
        "AssumeRolePolicyDocument": _document(role["trust"]),
        **description, **(boundary if role.get("boundary") else {}),
        **({"Tags": tags} if tags else {}),
    }  # fmt: skip


def get_role(world: World, params: dict[str, Json]) -> Json:
    name = params["RoleName"]
    return {"Role": _role(name, _seen(world, "roles", name))}


def create_role(world: World, params: dict[str, Json]) -> Json:
    name = params["RoleName"]
    if name in world.state["iam"]["roles"]:
        raise Refused("EntityAlreadyExists", f"Role with name {name} already exists.", 409)
    role = {
        "path": params.get("Path", "/"), "trust": json.loads(params["AssumeRolePolicyDocument"]),
        "description": params.get("Description"), "attached": [], "inline": {},
    }  # fmt: skip
    world.state["iam"]["roles"][name] = role
    return {"Role": _role(name, role)}


def delete_role(world: World, params: dict[str, Json]) -> Json:
    role = _held(world, "roles", params["RoleName"])
    if role["attached"] or role["inline"]:
        words = "Cannot delete entity, must detach all policies first."
        raise Refused("DeleteConflict", words, 409)
    del world.state["iam"]["roles"][params["RoleName"]]
    return {}


def update_role(world: World, params: dict[str, Json]) -> Json:
    _held(world, "roles", params["RoleName"])["description"] = params.get("Description")
    return {}


def update_assume_role_policy(world: World, params: dict[str, Json]) -> Json:
    role = _held(world, "roles", params["RoleName"])
    role["trust"] = json.loads(params["PolicyDocument"])
    return {}


def list_attached_role_policies(world: World, params: dict[str, Json]) -> Json:
    arns = _seen(world, "roles", params["RoleName"])["attached"]
    shown = [{"PolicyName": arn.rpartition("/")[2], "PolicyArn": arn} for arn in arns]
    return _list(params, "AttachedPolicies", shown)


def attach_role_policy(world: World, params: dict[str, Json]) -> Json:
    role = _held(world, "roles", params["RoleName"])
    _held(world, "policies", params["PolicyArn"])
    if params["PolicyArn"] not in role["attached"]:
        if len(role["attached"]) >= 10:
            raise Refused("LimitExceeded", "Cannot exceed quota for PoliciesPerRole: 10", 409)
        role["attached"].append(params["PolicyArn"])
    return {}


def detach_role_policy(world: World, params: dict[str, Json]) -> Json:
    role = _held(world, "roles", params["RoleName"])
    if params["PolicyArn"] not in role["attached"]:
        raise Refused(NOT_FOUND, f"Policy {params['PolicyArn']} was not found.", 404)
    role["attached"].remove(params["PolicyArn"])
    return {}


def list_role_policies(world: World, params: dict[str, Json]) -> Json:
    return _list(params, "PolicyNames", list(_seen(world, "roles", params["RoleName"])["inline"]))


def get_role_policy(world: World, params: dict[str, Json]) -> Json:
    role, name = params["RoleName"], params["PolicyName"]
    document = _seen(world, "roles", role)["inline"][name]
    return {"RoleName": role, "PolicyName": name, "PolicyDocument": _document(document)}


def get_policy(world: World, params: dict[str, Json]) -> Json:
    arn = params["PolicyArn"]
    policy = _seen(world, "policies", arn)
    users = [r for r in world.state["iam"]["roles"].values() if arn in r["attached"]]
    description = {"Description": policy["description"]} if policy.get("description") else {}
    return {
        "Policy": {
            "PolicyName": arn.rpartition("/")[2], "PolicyId": "ANPA", "Arn": arn, "Path": "/",
            "DefaultVersionId": policy["default"], "AttachmentCount": len(users),
            "PermissionsBoundaryUsageCount": 0, "IsAttachable": True, **description,
            "CreateDate": "2025-01-01T00:00:00Z", "UpdateDate": "2025-01-01T00:00:00Z",
        }
    }  # fmt: skip


def get_policy_version(world: World, params: dict[str, Json]) -> Json:
    policy, version = _seen(world, "policies", params["PolicyArn"]), params["VersionId"]
    if version not in policy["documents"]:
        raise Refused(NOT_FOUND, f"Version {version} does not exist.", 404)
    document = _document(policy["documents"][version])
    default = version == policy["default"]
    about = {"Document": document, "VersionId": version, "IsDefaultVersion": default}
    return {"PolicyVersion": about}


def list_policy_versions(world: World, params: dict[str, Json]) -> Json:
    policy = _seen(world, "policies", params["PolicyArn"])
    shown = [
        {"VersionId": one, "IsDefaultVersion": one == policy["default"]}
        for one in reversed(policy["documents"])
    ]
    return _list(params, "Versions", shown)


def list_entities_for_policy(world: World, params: dict[str, Json]) -> Json:
    arn = params["PolicyArn"]
    _seen(world, "policies", arn)
    roles = world.seen("iam", world.delays.iam_seen)["roles"]
    shown = [
        {"RoleName": name, "RoleId": f"AROA{name}"}
        for name, role in roles.items()
        if arn in role["attached"]
    ]
    if params.get("EntityFilter", "Role") != "Role":
        shown = []
    return _list(params, "PolicyRoles", shown, PolicyUsers=[], PolicyGroups=[])


def create_policy(world: World, params: dict[str, Json]) -> Json:
    path, name = params.get("Path", "/"), params["PolicyName"]
    arn = f"arn:aws:iam::{ACCOUNT}:policy{path}{name}"
    if arn in world.state["iam"]["policies"]:
        raise Refused("EntityAlreadyExists", f"A policy called {name} already exists.", 409)
    world.state["iam"]["policies"][arn] = {
        "default": "v1", "documents": {"v1": json.loads(params["PolicyDocument"])},
        "description": params.get("Description"),
    }  # fmt: skip
    return {"Policy": {"PolicyName": name, "Arn": arn, "DefaultVersionId": "v1"}}


def create_policy_version(world: World, params: dict[str, Json]) -> Json:
    policy = _held(world, "policies", params["PolicyArn"])
    if len(policy["documents"]) >= 5:
        words = "A managed policy can have up to 5 versions."
        raise Refused("LimitExceeded", words, 409)
    version = f"v{max(int(one[1:]) for one in policy['documents']) + 1}"
    policy["documents"][version] = json.loads(params["PolicyDocument"])
    if params.get("SetAsDefault") == "true":
        policy["default"] = version
    return {"PolicyVersion": {"VersionId": version}}


def set_default_policy_version(world: World, params: dict[str, Json]) -> Json:
    policy, version = _held(world, "policies", params["PolicyArn"]), params["VersionId"]
    if version not in policy["documents"]:
        raise Refused(NOT_FOUND, f"Version {version} does not exist.", 404)
    policy["default"] = version
    return {}


def delete_policy_version(world: World, params: dict[str, Json]) -> Json:
    policy = _held(world, "policies", params["PolicyArn"])
    if params["VersionId"] == policy["default"]:
        raise Refused("DeleteConflict", "Cannot delete the default version of a policy.", 409)
    policy["documents"].pop(params["VersionId"])
    return {}


def delete_policy(world: World, params: dict[str, Json]) -> Json:
    arn = params["PolicyArn"]
    policy = _held(world, "policies", arn)
    attached = any(arn in role["attached"] for role in world.state["iam"]["roles"].values())
    if attached or len(policy["documents"]) > 1:
        raise Refused("DeleteConflict", "Cannot delete a policy attached to entities.", 409)
    del world.state["iam"]["policies"][arn]
    return {}
