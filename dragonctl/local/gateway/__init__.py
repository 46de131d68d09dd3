"""API Gateway's REST APIs, in moto's place.

moto keeps an API's definition and its stages too loosely for a tool that compares them (dropped
cache keys, redeployments that wipe a stage, patches that do nothing: see the contract tests), so
here they are plain data in AWS's own shapes, one small file for each kind of thing. Usage plans,
API keys and domain names stay moto's.
"""
