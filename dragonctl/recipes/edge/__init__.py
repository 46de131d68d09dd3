"""``deploy-edge``: a function's version on a CloudFront distribution, within its limits."""
