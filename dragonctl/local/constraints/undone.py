"""Members of operations that this local AWS does not do: refused by name, not dropped."""

from __future__ import annotations

UNDONE: dict[tuple[str, str], tuple[str, ...]] = {
    ("lambda", "CreateFunction"): (
        "PublishTo",
        "FileSystemConfigs",
        "TenancyConfig",
        "CapacityProviderConfig",
        "DurableConfig",
    ),
    ("lambda", "UpdateFunctionConfiguration"): (
        "FileSystemConfigs",
        "CapacityProviderConfig",
        "DurableConfig",
    ),
    ("lambda", "UpdateFunctionCode"): ("PublishTo", "S3ObjectStorageMode", "SourceKMSKeyArn"),
    ("lambda", "PublishVersion"): ("PublishTo",),
    ("stepfunctions", "CreateStateMachine"): ("encryptionConfiguration",),
    ("stepfunctions", "UpdateStateMachine"): ("encryptionConfiguration",),
    ("apigateway", "CreateRestApi"): ("cloneFrom", "securityPolicy", "endpointAccessMode"),
    ("apigateway", "PutIntegration"): ("integrationTarget",),
    ("logs", "CreateLogGroup"): ("deletionProtectionEnabled",),
    ("logs", "PutResourcePolicy"): ("resourceArn", "expectedRevisionId"),
}
"""(service, operation) -> the members; a value that says nothing (false, empty) is no request."""
