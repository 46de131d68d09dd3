"""X-Ray where Transaction Search keeps the spans, as its API reference describes the calls."""

from __future__ import annotations

import json

from botocore import xform_name

from tests.telemetry.fake_logs import refusal


class TransactionSearch:
    """``traces``: id -> documents; ``looks`` before a retrieval is complete, then ``ends``."""

    def __init__(self, traces, *, share=1.0, looks=2, ends="COMPLETE", services=(), denied=()):
        self.traces, self.share, self.looks, self.ends = traces, share, looks, ends
        self.services, self.denied, self.calls, self.slept = services, denied, [], []
        self._wanted, self._looked = {}, {}

    def sleep(self, seconds):
        self.slept.append(seconds)

    def fetch(self, service, operation, **params):
        self.calls.append((operation, params))
        if operation in self.denied:
            raise refusal("AccessDeniedException")
        return getattr(self, "on_" + xform_name(operation))(params)

    def made(self, operation):
        return [params for name, params in self.calls if name == operation]

    def on_get_trace_segment_destination(self, params):
        return {"Destination": "CloudWatchLogs", "Status": "ACTIVE"}

    def on_get_indexing_rules(self, params):
        told = {"DesiredSamplingPercentage": self.share}
        return {"IndexingRules": [{"Name": "Default", "Rule": {"Probabilistic": told}}]}

    def on_batch_get_traces(self, params):
        return {"Traces": [], "UnprocessedTraceIds": []}

    def on_start_trace_retrieval(self, params):
        token = f"token {len(self._wanted)}"
        self._wanted[token], self._looked[token] = params["TraceIds"], 0
        return {"RetrievalToken": token}

    def on_cancel_trace_retrieval(self, params):
        return {}

    def on_list_retrieved_traces(self, params):
        status = self._status(params["RetrievalToken"])
        if status != "COMPLETE":
            return {"RetrievalStatus": status, "Traces": []}
        pieces = [
            {"Id": ident, "Duration": 1.5, "Spans": [
                {"Id": str(at), "Document": json.dumps(document)}
                for at, document in enumerate(self.traces[ident][first : first + 100])
            ]}
            for ident in self._wanted[params["RetrievalToken"]] if ident in self.traces
            for first in range(0, len(self.traces[ident]), 100)
        ]  # fmt: skip
        at = int(params.get("NextToken", 0))
        more = {"NextToken": str(at + 5)} if at + 5 < len(pieces) else {}
        return {"RetrievalStatus": status, "Traces": pieces[at : at + 5], **more}

    def on_get_retrieved_traces_graph(self, params):
        status = self._status(params["RetrievalToken"])
        told = [{"Service": service, "Links": []} for service in self.services]
        return {"RetrievalStatus": status, "Services": told if status == "COMPLETE" else []}

    def _status(self, token):
        self._looked[token] += 1
        return "RUNNING" if self._looked[token] <= self.looks else self.ends
