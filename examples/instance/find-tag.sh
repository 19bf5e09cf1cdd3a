#!/usr/bin/env bash
# Prints the deploy tag that this instance should run; for user data, with bash, curl and the aws command line.
#   BAF_ENVIRONMENT=prod BAF_SERVICE=ui ./find-tag.sh [--digest] [--desired]
set -euo pipefail
: "${BAF_ENVIRONMENT:?e.g. prod}" "${BAF_SERVICE:?e.g. ui}"
digest=false desired=false
for flag in "$@"; do
  case $flag in
    --digest) digest=true ;;
    --desired) desired=true ;;
    *) echo "unknown: $flag" >&2; exit 2 ;;
  esac
done

# The region: of the environment, or of the instance metadata service (version 2, which needs a token).
imds=${AWS_EC2_METADATA_SERVICE_ENDPOINT:-http://169.254.169.254}
if [ -z "${AWS_REGION:-}" ]; then
  token=$(curl -fsS --retry 5 --retry-connrefused -m 5 -X PUT "${imds%/}/latest/api/token" -H 'X-aws-ec2-metadata-token-ttl-seconds: 60')
  AWS_REGION=$(curl -fsS --retry 5 -m 5 -H "X-aws-ec2-metadata-token: $token" "${imds%/}/latest/meta-data/placement/region")
fi
export AWS_REGION AWS_DEFAULT_REGION=$AWS_REGION

name=/baf/tags/$BAF_ENVIRONMENT/$BAF_SERVICE
# A hundred instances that boot at once share 40 reads a second: wait a little, and each another while.
read_one() {
  local try out
  for try in 1 2 3 4 5 6 7 8; do
    if out=$(aws ssm get-parameter --name "$1" --query Parameter.Value --output text 2>&1); then printf '%s' "$out"; return 0; fi
    case $out in
      *ParameterNotFound* | *ParameterVersionNotFound*) return 4 ;;
      *AccessDenied*) echo "$out" >&2; return 3 ;;
    esac
    [ "$try" = 8 ] || sleep "$((RANDOM % (2 * try) + ${BAF_RETRY_SECONDS:-1}))"
  done
  echo "$out" >&2
  return 1
}

# What was rolled out last; where nothing was yet, what is wanted.
status=4
if [ $desired = false ]; then value=$(read_one "$name:live") && status=0 || status=$?; fi
if [ $status = 4 ]; then value=$(read_one "$name") && status=0 || status=$?; fi
if [ $status = 4 ]; then echo "no deploy tag: $name in $AWS_REGION" >&2; fi
[ $status = 0 ] || exit $status
if [ $digest = true ]; then echo "$value"; else echo "${value%%@*}"; fi
