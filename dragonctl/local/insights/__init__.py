"""Logs Insights: as much of its language as dragonctl's own queries use, the rest refused by name.

``query`` reads a text into commands, ``expressions`` its conditions and values, ``records`` makes
records of log events, ``answers`` puts the one on the other. The language is that of
docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax.html.
"""
