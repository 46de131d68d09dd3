"""What ``deploy-function --tracer otel`` packs beside a function, as ``dragonctl_opentelemetry``.

These modules run inside Lambda, without dragonctl: they import the standard library, OpenTelemetry,
wrapt and one another. The generated module ``dragonctl_tracing/<module>.py`` is the handler; it
calls ``handler.begin`` before it imports the function's own module, and hands the function to
``handler.traced``. The environment variable ``OTEL_SDK_DISABLED=true`` switches all of it off.

What is sent goes over UDP to the X-Ray daemon that Lambda runs beside each function, in the form in
which AWS's own distribution of OpenTelemetry sends it. Nothing that fails in here may fail the
function: it is logged as a warning, once.
"""
