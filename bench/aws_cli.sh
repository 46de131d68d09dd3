#!/usr/bin/env bash
# The same steps with the AWS CLI, one after the other, as a runbook would have them.
# Usage: bench/aws_cli.sh API-ID "STAGE …" "FUNCTION …" "MACHINE-ARN …"; AWS is the CLI to use.
# shellcheck disable=SC2016  # $context is API Gateway's, not the shell's
set -uo pipefail

aws=${AWS:-aws}
api=$1 stages=$2 functions=$3 machines=$4
account=123456789012
logs=arn:aws:logs:${AWS_DEFAULT_REGION}:${account}:log-group
managed=arn:aws:iam::aws:policy
format='{"requestId":"$context.requestId","xrayTraceId":"$context.xrayTraceId","ip":"$context.identity.sourceIp","requestTime":"$context.requestTime","httpMethod":"$context.httpMethod","resourcePath":"$context.resourcePath","status":"$context.status"}'
failed=0

# Run one step; what exists already is as good as made.
step() {
  local words
  if ! words=$("$aws" "$@" --output json 2>&1 >/dev/null) &&
    [[ $words != *AlreadyExists* ]]; then
    echo "$1 $2: $words" >&2
    failed=1
  fi
}

log_group() {
  step logs create-log-group --log-group-name "$1"
  step logs put-retention-policy --log-group-name "$1" --retention-in-days 30
}

trust='{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"apigateway.amazonaws.com"},"Action":"sts:AssumeRole"}]}'
step iam create-role --role-name APIGatewayCWLogs --assume-role-policy-document "$trust"
step iam attach-role-policy --role-name APIGatewayCWLogs \
  --policy-arn "$managed/service-role/AmazonAPIGatewayPushToCloudWatchLogs"
step apigateway update-account --patch-operations \
  "op=replace,path=/cloudwatchRoleArn,value=arn:aws:iam::$account:role/APIGatewayCWLogs"

for stage in $stages; do
  log_group "/aws/apigateway/$api/$stage/access"
  log_group "API-Gateway-Execution-Logs_$api/$stage"
  patch=$(printf '[%s,%s,%s,{"op":"replace","path":"/accessLogSettings/format","value":"%s"}]' \
    '{"op":"replace","path":"/*/*/logging/loglevel","value":"INFO"}' \
    '{"op":"replace","path":"/tracingEnabled","value":"true"}' \
    "{\"op\":\"replace\",\"path\":\"/accessLogSettings/destinationArn\",\"value\":\"$logs:/aws/apigateway/$api/$stage/access\"}" \
    "${format//\"/\\\"}")
  step apigateway update-stage --rest-api-id "$api" --stage-name "$stage" --patch-operations "$patch"
done

document='{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["logs:CreateLogDelivery","logs:GetLogDelivery","logs:UpdateLogDelivery","logs:DeleteLogDelivery","logs:ListLogDeliveries","logs:PutResourcePolicy","logs:DescribeResourcePolicies","logs:DescribeLogGroups"],"Resource":"*"}]}'
step iam create-policy --policy-name StepFunctionsCWDelivery --policy-document "$document"

for machine in $machines; do
  read -r name role < <("$aws" stepfunctions describe-state-machine --state-machine-arn "$machine" \
    --query '[name,roleArn]' --output text)
  step iam attach-role-policy --role-name "${role##*/}" \
    --policy-arn "arn:aws:iam::$account:policy/StepFunctionsCWDelivery"
  step iam attach-role-policy --role-name "${role##*/}" \
    --policy-arn "$managed/AWSXRayDaemonWriteAccess"
  log_group "/aws/vendedlogs/states/$name-Logs"
  step stepfunctions update-state-machine --state-machine-arn "$machine" \
    --tracing-configuration enabled=true --logging-configuration \
    "level=ALL,includeExecutionData=false,destinations=[{cloudWatchLogsLogGroup={logGroupArn=$logs:/aws/vendedlogs/states/$name-Logs:*}}]"
done

for function in $functions; do
  role=$("$aws" lambda get-function-configuration --function-name "$function" --query Role --output text)
  step iam attach-role-policy --role-name "${role##*/}" \
    --policy-arn "$managed/service-role/AWSLambdaBasicExecutionRole"
  step iam attach-role-policy --role-name "${role##*/}" \
    --policy-arn "$managed/AWSXRayDaemonWriteAccess"
  log_group "/aws/lambda/$function"
  step lambda update-function-configuration --function-name "$function" --tracing-config Mode=Active
done
exit $failed
