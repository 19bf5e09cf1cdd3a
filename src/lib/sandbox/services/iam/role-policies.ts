/** Policies of roles: inline ones, and managed ones that are attached. */
import { readPolicy } from '../../iam/document.js';
import type { CallContext, Operation } from '../../service.js';
import { awsPolicy } from './managed.js';
import { needOwnRole } from './roles.js';
import { encodeDocument, limitExceeded, needRole, noSuchEntity, paged, sliceOf, type Paged } from './state.js';

const INLINE_SIZE = 10_240;
const ATTACHED_MOST = 10;

type Named = { RoleName: string };
type Policy = Named & { PolicyName: string };
type Attached = Named & { PolicyArn: string };

export const nameAndPath = (context: CallContext, arn: string): { name: string; path: string } | undefined =>
  awsPolicy(arn) ?? sliceOf(context).policies[arn];

const size = (document: string): number => document.replace(/\s/g, '').length;

export const rolePolicyOperations: Readonly<Record<string, Operation>> = {
  PutRolePolicy({ RoleName, PolicyName, PolicyDocument }: Policy & { PolicyDocument: string }, context) {
    const role = needOwnRole(context, RoleName);
    readPolicy(PolicyDocument, 'identity');
    const others = Object.entries(role.inline).filter(([name]) => name !== PolicyName);
    if (others.reduce((sum, [, document]) => sum + size(document), size(PolicyDocument)) > INLINE_SIZE)
      throw limitExceeded(`Maximum policy size of ${INLINE_SIZE} bytes exceeded for role ${RoleName}`);
    role.inline[PolicyName] = PolicyDocument;
    return {};
  },
  GetRolePolicy({ RoleName, PolicyName }: Policy, context) {
    const { inline } = needRole(context, RoleName);
    if (!Object.hasOwn(inline, PolicyName)) throw noSuchEntity(`The role policy with name ${PolicyName} cannot be found.`);
    return { RoleName, PolicyName, PolicyDocument: encodeDocument(inline[PolicyName]!) };
  },
  DeleteRolePolicy({ RoleName, PolicyName }: Policy, context) {
    const { inline } = needOwnRole(context, RoleName);
    if (!Object.hasOwn(inline, PolicyName)) throw noSuchEntity(`The role policy with name ${PolicyName} cannot be found.`);
    delete inline[PolicyName];
    return {};
  },
  ListRolePolicies(input: Named & Paged, context) {
    const { items, ...rest } = paged(Object.keys(needRole(context, input.RoleName).inline).sort(), input);
    return { PolicyNames: items, ...rest };
  },
  AttachRolePolicy({ RoleName, PolicyArn }: Attached, context) {
    const role = needOwnRole(context, RoleName);
    if (!nameAndPath(context, PolicyArn)) throw noSuchEntity(`Policy ${PolicyArn} does not exist or is not attachable.`);
    if (role.attached.includes(PolicyArn)) return {};
    if (role.attached.length >= ATTACHED_MOST) throw limitExceeded(`Cannot exceed quota for PoliciesPerRole: ${ATTACHED_MOST}`);
    role.attached.push(PolicyArn);
    return {};
  },
  DetachRolePolicy({ RoleName, PolicyArn }: Attached, context) {
    const role = needOwnRole(context, RoleName);
    if (!role.attached.includes(PolicyArn)) throw noSuchEntity(`Policy ${PolicyArn} was not found.`);
    role.attached = role.attached.filter((arn) => arn !== PolicyArn);
    return {};
  },
  ListAttachedRolePolicies(input: Named & Paged & { PathPrefix?: string }, context) {
    const attached = needRole(context, input.RoleName).attached.filter((arn) =>
      (nameAndPath(context, arn)?.path ?? '/').startsWith(input.PathPrefix ?? '/'),
    );
    const { items, ...rest } = paged(attached, input);
    return {
      AttachedPolicies: items.map((arn) => ({ PolicyName: nameAndPath(context, arn)?.name, PolicyArn: arn })),
      ...rest,
    };
  },
};
