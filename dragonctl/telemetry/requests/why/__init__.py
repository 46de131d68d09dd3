"""``why``: from any id of a request to the part that failed, the line that says so, what next.

``gathering`` collects what names the request; ``gateway``, ``invocations``, ``executions`` and
``segments`` make of it how each part ended; ``verdict`` asks first how the whole ended and then
which failure caused it; ``sentences`` and ``commands`` put it into words for people.
"""
