/** A request of IAM about a role, as policies see it: its path is in its ARN, and its boundary in the condition keys. */
import { iamOf } from '../services/iam/state.js';
import type { World } from '../service.js';
import type { Request } from './evaluate.js';

interface Input {
  readonly RoleName?: unknown;
  readonly Path?: unknown;
  readonly PermissionsBoundary?: unknown;
  readonly PolicyArn?: unknown;
}

/** Actions to which AWS gives the key iam:PermissionsBoundary: of the role, or of the one to come. */
const BOUNDED = /^iam:(CreateRole|(Attach|Detach|Put|Delete)RolePolicy|(Put|Delete)RolePermissionsBoundary)$/;

/** The request as it is where it is not about a role. */
export function aboutRole(request: Request, input: object, account: string, world: World): Request {
  const { RoleName: name, Path, PermissionsBoundary, PolicyArn } = input as Input;
  const plain = `arn:aws:iam::${account}:role/${String(name)}`;
  if (typeof name !== 'string' || request.resource !== plain) return request;
  const { roles } = iamOf(world, account);
  const role = Object.hasOwn(roles, name) ? roles[name]! : null;
  const boundary = PermissionsBoundary ?? role?.boundary ?? null;
  return {
    ...request,
    resource: role?.arn ?? (typeof Path === 'string' ? `arn:aws:iam::${account}:role${Path}${name}` : plain),
    keys: {
      ...request.keys,
      ...(BOUNDED.test(request.action) && typeof boundary === 'string' ? { 'iam:PermissionsBoundary': boundary } : {}),
      ...(typeof PolicyArn === 'string' ? { 'iam:PolicyARN': PolicyArn } : {}),
    },
  };
}
