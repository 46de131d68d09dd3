"""Somebody else's definitions: OpenAPI documents and state machines, made ready for the local AWS.

Files (:mod:`.documents`) -> what their placeholders stand for (:mod:`.intrinsics`, :mod:`.naming`)
-> one application (:mod:`.application`), which the sample's recipe creates.
"""
