"""Make a serverless application on AWS observable and fast, from one command line."""

__version__ = "0.2.0"
