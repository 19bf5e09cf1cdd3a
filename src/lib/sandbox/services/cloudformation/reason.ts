/** What CloudFormation says of an error of a resource. */
import { AwsError, type CallContext } from '../../service.js';

/** What a resource handler of AWS says of an error. A handler that breaks fails its resource, never the sandbox. */
export function reasonOf(error: unknown, { world }: Pick<CallContext, 'world'>): string {
  const code = error instanceof AwsError ? error.code : 'InternalFailure';
  const message = error instanceof Error ? error.message : String(error);
  if (code === 'PropertiesInvalid' || code === 'PolicyDenied' || code === 'CustomNamed') return message;
  return `Resource handler returned message: "${message}" (RequestToken: ${world.id(8)}, HandlerErrorCode: ${handlerCode(code)})`;
}

function handlerCode(code: string): string {
  if (code === 'PriorityInUse' || /Exists|Duplicate/.test(code)) return 'AlreadyExists';
  if (/^(InternalFailure|GeneralServiceException|NotStabilized)$/.test(code)) return code;
  if (/NotFound|NoSuch/.test(code)) return 'NotFound';
  if (/AccessDenied|Unauthorized/.test(code)) return 'AccessDenied';
  if (/Throttl|LimitExceeded/.test(code)) return /Throttl/.test(code) ? 'Throttling' : 'ServiceLimitExceeded';
  return 'InvalidRequest';
}
