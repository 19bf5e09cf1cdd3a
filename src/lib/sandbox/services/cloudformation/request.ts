/** What a request wants a stack to be: template, parameters and tags, read and checked before anything happens. */
import { AwsError, type CallContext, type Cell } from '../../service.js';
import { s3 } from '../s3.js';
import { effective, pseudoOf } from './functions.js';
import { parametersOf, storedValues, valuesOf, type GivenParameter } from './parameters.js';
import { slice, type Stack, type Tag, type Template, type Wanted } from './state.js';
import { checkTemplate, readTemplate, refuse } from './template.js';
import { typeRules } from './types/index.js';

export interface StackInput {
  StackName: string;
  TemplateBody?: string;
  TemplateURL?: string;
  UsePreviousTemplate?: boolean;
  Parameters?: GivenParameter[];
  Capabilities?: string[];
  Tags?: Tag[];
  NotificationARNs?: string[];
  RoleARN?: string;
  ClientRequestToken?: string;
  StackPolicyBody?: string;
  RollbackConfiguration?: object;
  DisableRollback?: boolean;
}

export const findStack = (cell: Cell, name: string): Stack | undefined => {
  const { stacks } = slice(cell);
  return stacks[name] ?? Object.values(stacks).find((stack) => stack.name === name && stack.deletedAt === null);
};

/** By name while it lives, by id also afterwards. */
export function needStack(cell: Cell, name: string | undefined, message?: string): Stack {
  const found = name === undefined ? undefined : findStack(cell, name);
  if (!found) throw refuse(message ?? `Stack [${name}] does not exist`);
  return found;
}

const IAM = /^AWS::IAM::(Role|Policy|ManagedPolicy|InstanceProfile|User|Group|UserToGroupAddition|AccessKey)$/;
const NAMES = ['RoleName', 'ManagedPolicyName', 'InstanceProfileName', 'UserName', 'GroupName'];

/** The capability that a template needs, or null. */
export function capabilityOf({ Resources }: Template): { needed: string | null; types: string[] } {
  const strong = Object.values(Resources).filter((resource) => IAM.test(resource.Type));
  const named = strong.some((resource) => NAMES.some((name) => resource.Properties?.[name] !== undefined));
  const needed = strong.length === 0 ? null : named ? 'CAPABILITY_NAMED_IAM' : 'CAPABILITY_IAM';
  return { needed, types: [...new Set(strong.map((resource) => resource.Type))] };
}

function checkCapabilities(template: Template, given: readonly string[]): void {
  const { needed } = capabilityOf(template);
  if (needed === null || given.includes('CAPABILITY_NAMED_IAM') || given.includes(needed)) return;
  throw new AwsError('InsufficientCapabilitiesException', `Requires capabilities : [${needed}]`);
}

/** The template's text: given, in a bucket, or what the stack has. */
export function bodyOf(input: Partial<StackInput>, context: CallContext, before?: Stack): string | undefined {
  if (input.UsePreviousTemplate) return before?.body;
  if (input.TemplateBody !== undefined || input.TemplateURL === undefined) return input.TemplateBody;
  const address = /^https?:\/\/(?:(.+?)\.s3[.-][^/]*|[^/]+)\/(.+?)(?:\?.*)?$/.exec(input.TemplateURL);
  if (!address) throw refuse('TemplateURL must be a supported URL.');
  const [Bucket = '', Key = ''] = address[1] ? [address[1], address[2]] : address[2]!.split(/\/(.*)/s).slice(0, 2);
  try {
    const { Body } = s3.operations['GetObject']!({ Bucket, Key: decodeURIComponent(Key) }, context) as { Body: unknown };
    return Body instanceof Uint8Array ? Buffer.from(Body).toString('utf8') : String(Body);
  } catch (error) {
    throw refuse(`S3 error: ${error instanceof AwsError ? error.message : 'Access Denied'}`);
  }
}

export function wantedOf(
  input: StackInput,
  context: CallContext,
  of: { name: string; id: string; notifications: readonly string[] },
  before?: Stack,
): Wanted {
  const body = bodyOf(input, context, before);
  const source = readTemplate(body);
  const parameters = parametersOf(input.Parameters, source, before?.parameters);
  const resolved = storedValues(source, parameters, context);
  const template = effective(source, { parameters: valuesOf(source, parameters, resolved), pseudo: pseudoOf(context, of) });
  checkTemplate(template, typeRules);
  checkCapabilities(template, input.Capabilities ?? []);
  return { body: body!, template, parameters, resolved, tags: input.Tags ?? before?.tags ?? [] };
}
