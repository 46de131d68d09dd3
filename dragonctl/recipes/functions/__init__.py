"""``deploy-function``: the steps that bring code to Lambda functions, traced."""
