"""All that ``status`` looks at, each thing read once and at the same time as the others."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

from dragonctl.application.log_groups import Log, logs
from dragonctl.application.nouns import App
from dragonctl.engine.model import Reader, Reading
from dragonctl.engine.symptoms import is_denied, is_fatal
from dragonctl.errors import DragonError
from dragonctl.recipes.caching.existing import survey_caches
from dragonctl.recipes.caching.survey import CacheSurvey
from dragonctl.recipes.observability import ObservabilitySurvey, survey
from dragonctl.resources.lambda_version import NewestVersion
from dragonctl.resources.logs_group import LogGroupSettings
from dragonctl.status.caching import Ratios, hit_ratios
from dragonctl.status.problem import CommandContext

POLICY_COUNT = 10
"""CloudWatch Logs' resource policies of one account and region, at most."""
POLICY_CHARACTERS = 5120
"""The characters of one resource policy's document, at most."""


@dataclass(frozen=True)
class Observations:
    """What was seen. A reading that AWS refused is in ``errors``, and missing from its place.

    ``readings`` holds each group's reading by name (None: there is no such group);
    ``methods`` what each API with a cache defines and serves, by its id; ``policies`` the
    Logs resource policies, None when they could not be read; ``newest`` the configuration of the
    version that was published last, of functions whose traffic goes to versions.
    """

    app: App
    survey: ObservabilitySurvey
    logs: tuple[Log, ...]
    readings: Mapping[str, Reading | None]
    methods: Mapping[str, CacheSurvey] = field(default_factory=dict)
    policies: tuple[Mapping[str, Any], ...] | None = None
    ratios: Ratios = field(default_factory=dict)
    newest: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    errors: tuple[DragonError, ...] = ()
    context: CommandContext = field(default_factory=CommandContext)


def look(aws: Reader, app: App, context: CommandContext, now: datetime) -> Observations:
    """Read the roles, log groups, methods, Logs policies and hit ratios of an application."""
    shown = tuple(shown_logs(app))
    names = list(dict.fromkeys(log.group for log in shown))
    known, methods, policies, ratios, newest, *found = aws.concurrently(
        partial(survey, aws, app),
        partial(refusable, "apigateway-methods", partial(_methods, aws, app)),
        partial(refusable, "logs-resource-policies", partial(_resource_policies, aws)),
        partial(refusable, "cloudwatch-metrics", partial(_ratios, aws, app, now)),
        partial(refusable, "lambda-versions", partial(_newest, aws, app)),
        *(partial(refusable, f"logs-group/{name}", partial(LogGroupSettings(name).read, aws))
          for name in names),
    )  # fmt: skip
    answers = dict(zip(names, found, strict=True))
    read = (methods, policies, ratios, newest, *found)
    refused = [one for one in read if isinstance(one, DragonError)]
    return Observations(
        app,
        known,
        shown,
        {name: one for name, one in answers.items() if not isinstance(one, DragonError)},
        {} if isinstance(methods, DragonError) else methods,
        None if isinstance(policies, DragonError) else tuple(policies),
        {} if isinstance(ratios, DragonError) else ratios,
        {} if isinstance(newest, DragonError) else newest,
        (*app.errors, *known.errors, *_refusals(known), *refused, *_unseen(methods)),
        context,
    )


def _refusals(known: ObservabilitySurvey) -> Iterator[DragonError]:
    """Roles whose rights could not be read, so that nothing is said of what they lack."""
    for role, rights in known.rights.items():
        if rights and rights.refusal:
            what = f"What role {role} may do could not be judged"
            yield rights.refusal.about(f"iam-role/{role}", what)


def shown_logs(app: App) -> Iterator[Log]:
    """The logs whose groups are shown: an execution log has none where nothing is written."""
    return (log for log in logs(app) if log.is_written or log.source != "api")


def _methods(aws: Reader, app: App) -> dict[str, CacheSurvey]:
    answers = aws.concurrently(*(partial(survey_caches, aws, one) for one in app.apis))
    pairs = zip(app.apis, answers, strict=True)
    return {api.id: one for api, one in pairs if one is not None}


def _unseen(methods: Mapping[str, CacheSurvey] | DragonError) -> Iterator[DragonError]:
    """The caches that were judged by the definition as it is edited, for want of the deployed."""
    if isinstance(methods, DragonError):
        return
    for api, seen in methods.items():
        for stage, why in seen.unseen.items():
            error = DragonError(
                f"What stage {stage} serves could not be read ({why}): its cache is judged by the"
                " API's present definition.",
                code="NotSeen",
            )
            error.resource = f"apigateway-stage/{api}/{stage}"
            yield error


def _newest(aws: Reader, app: App) -> dict[str, Mapping[str, Any]]:
    names = [one.name for one in app.functions if set(one.qualifiers) - {None}]
    answers = aws.concurrently(*(partial(NewestVersion(name).read, aws) for name in names))
    return {
        name: one.facts["raw"] for name, one in zip(names, answers, strict=True) if one is not None
    }


def _ratios(aws: Reader, app: App, now: datetime) -> Ratios:
    """The hit ratios; none where an endpoint has no metrics: the rest can be told without."""
    try:
        return hit_ratios(aws, app, now)
    except DragonError as error:
        if is_denied(error) or is_fatal(error):
            raise
        return {}


def _resource_policies(aws: Reader) -> list[Any]:
    return aws.pages("logs", "DescribeResourcePolicies", "resourcePolicies") or []


def refusable(resource: str, read: Callable[[], Any]) -> Any:
    """What the read gives; the error itself, about ``resource``, where AWS refuses this one."""
    try:
        return read()
    except DragonError as error:
        if not is_denied(error):
            raise
        error.resource = error.resource or resource
        return error
