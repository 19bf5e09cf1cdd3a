/** What users ask of stacks: how they are, what they hold, what happened, what others use of them. */
import type { CallContext, Operation } from '../../service.js';
import { page } from '../page.js';
import { shownValue } from './parameters.js';
import { bodyOf, capabilityOf, needStack, type StackInput } from './request.js';
import { exportsOf, importersOf, liveStacks } from './scope.js';
import { slice, type Listed, type Stack, type Template } from './state.js';
import { checkTemplate, readTemplate, refuse } from './template.js';
import { effective, pseudoOf } from './functions.js';
import { valuesOf } from './parameters.js';
import { typeRules } from './types/index.js';

const PAGE = 100;
const time = (at: number | null): Date | undefined => (at === null ? undefined : new Date(at));
const absent = (name: string): string => `Stack with id ${name} does not exist`;

const driftInformation = ({ drift }: Stack): object => ({ StackDriftStatus: drift.status, LastCheckTimestamp: time(drift.at) });

const summary = (stack: Stack): object => ({
  StackId: stack.id,
  StackName: stack.name,
  TemplateDescription: stack.template.Description,
  CreationTime: new Date(stack.createdAt),
  LastUpdatedTime: time(stack.updatedAt),
  DeletionTime: time(stack.deletedAt),
  StackStatus: stack.status,
  StackStatusReason: stack.reason ?? undefined,
  DriftInformation: driftInformation(stack),
});

const lastChangeSet = ({ cell }: CallContext, stack: Stack): string | undefined =>
  Object.values(slice(cell).changeSets)
    .filter((set) => set.stack === stack.id)
    .at(-1)?.id;

const show = (stack: Stack, context: CallContext): object => ({
  ...summary(stack),
  TemplateDescription: undefined,
  Description: stack.template.Description,
  ChangeSetId: lastChangeSet(context, stack),
  Parameters: Object.entries(stack.parameters).map(([ParameterKey, value]) => ({
    ParameterKey,
    ParameterValue: shownValue(stack.template.Parameters?.[ParameterKey], value),
    ResolvedValue: stack.resolved[ParameterKey],
  })),
  DisableRollback: stack.disableRollback,
  NotificationARNs: stack.notifications,
  TimeoutInMinutes: stack.timeoutMinutes ?? undefined,
  Capabilities: stack.capabilities,
  Outputs: Object.entries(stack.outputs).map(([OutputKey, output]) => ({
    OutputKey,
    OutputValue: output.value,
    Description: output.description,
    ExportName: output.export,
  })),
  RoleARN: stack.roleArn ?? undefined,
  Tags: stack.tags,
  EnableTerminationProtection: stack.protected,
  RollbackConfiguration: stack.rollbackConfiguration,
});

const showResource = (stack: Stack, logical: string, listed: Listed) => ({
  LogicalResourceId: logical,
  PhysicalResourceId: listed.physical === '' ? undefined : listed.physical,
  ResourceType: listed.type,
  ResourceStatus: listed.status,
  ResourceStatusReason: listed.reason ?? undefined,
  DriftInformation: {
    StackResourceDriftStatus: stack.drifts[logical]?.status ?? 'NOT_CHECKED',
    LastCheckTimestamp: time(stack.drifts[logical]?.at ?? null),
  },
});

const whole = (stack: Stack, logical: string, listed: Listed) => ({
  StackName: stack.name,
  StackId: stack.id,
  ...showResource(stack, logical, listed),
  Timestamp: new Date(listed.at),
});

interface ResourcesInput {
  StackName?: string;
  LogicalResourceId?: string;
  PhysicalResourceId?: string;
}

function describeResources(input: ResourcesInput, { cell }: CallContext): object {
  if (!input.StackName && !input.PhysicalResourceId) throw refuse('You must specify either a StackName or a PhysicalResourceId.');
  if (input.StackName && input.PhysicalResourceId)
    throw refuse('You cannot specify both StackName and PhysicalResourceId in the same request.');
  const owner = input.StackName
    ? needStack(cell, input.StackName, absent(input.StackName))
    : liveStacks(cell).find((one) => Object.values(one.listed).some((listed) => listed.physical === input.PhysicalResourceId));
  if (!owner) throw refuse(`Stack for ${input.PhysicalResourceId} does not exist`);
  const found = Object.entries(owner.listed).filter(
    ([logical]) => !input.LogicalResourceId || logical === input.LogicalResourceId,
  );
  if (input.LogicalResourceId && found.length === 0)
    throw refuse(`Resource ${input.LogicalResourceId} does not exist for stack ${owner.name}`);
  // AWS answers the first hundred; ListStackResources pages.
  return { StackResources: found.slice(0, PAGE).map(([logical, listed]) => whole(owner, logical, listed)) };
}

/** The template with what it needs, of a text or of a stack. */
function read(input: Partial<StackInput>, context: CallContext): { template: Template; body: string } {
  const stack = input.StackName ? needStack(context.cell, input.StackName, absent(input.StackName)) : undefined;
  const body = stack ? stack.body : bodyOf(input, context);
  return { template: readTemplate(body), body: body! };
}

/** Checked as far as it can be without values: parameters without a default count as texts. */
function checkSource(template: Template, context: CallContext): void {
  const texts = Object.entries(template.Parameters ?? {}).map(([key, { Default }]) => [key, String(Default ?? '')] as const);
  const parameters = valuesOf(template, Object.fromEntries(texts), {});
  checkTemplate(effective(template, { parameters, pseudo: pseudoOf(context, { name: '', id: '' }) }), typeRules);
}

const declared = (template: Template) =>
  Object.entries(template.Parameters ?? {}).map(([ParameterKey, parameter]) => ({
    ParameterKey,
    DefaultValue: parameter.Default === undefined ? undefined : String(parameter.Default),
    NoEcho: String(parameter.NoEcho ?? 'false') === 'true',
    Description: parameter.Description,
  }));

const neededCapability = (template: Template): object => {
  const { needed, types } = capabilityOf(template);
  if (needed === null) return {};
  return {
    Capabilities: [needed],
    CapabilitiesReason: `The following resource(s) require capabilities: [${types.join(', ')}]`,
  };
};

export const describeOperations: Readonly<Record<string, Operation>> = {
  DescribeStacks(input: { StackName?: string; NextToken?: string }, context) {
    if (input.StackName) return { Stacks: [show(needStack(context.cell, input.StackName, absent(input.StackName)), context)] };
    const { items, token } = page(liveStacks(context.cell).reverse(), input.NextToken, PAGE);
    return { Stacks: items.map((stack) => show(stack, context)), NextToken: token };
  },
  ListStacks(input: { StackStatusFilter?: string[]; NextToken?: string }, { cell }) {
    const wanted = input.StackStatusFilter;
    const all = Object.values(slice(cell).stacks)
      .filter((stack) => !wanted?.length || wanted.includes(stack.status))
      .reverse();
    const { items, token } = page(all, input.NextToken, PAGE);
    return { StackSummaries: items.map(summary), NextToken: token };
  },
  DescribeStackEvents(input: { StackName: string; NextToken?: string }, { cell }) {
    const stack = needStack(cell, input.StackName);
    const { items, token } = page(stack.events, input.NextToken, PAGE);
    return {
      StackEvents: items.map((event) => ({
        StackId: stack.id,
        EventId: event.type === 'AWS::CloudFormation::Stack' ? event.id : `${event.logical}-${event.status}-${event.id}`,
        StackName: stack.name,
        LogicalResourceId: event.logical,
        PhysicalResourceId: event.physical,
        ResourceType: event.type,
        Timestamp: new Date(event.at),
        ResourceStatus: event.status,
        ResourceStatusReason: event.reason ?? undefined,
        ClientRequestToken: event.token ?? undefined,
      })),
      NextToken: token,
    };
  },
  DescribeStackResources: describeResources,
  DescribeStackResource(input: { StackName: string; LogicalResourceId: string }, { cell }) {
    const stack = needStack(cell, input.StackName);
    const { LogicalResourceId: logical } = input;
    const listed = stack.listed[logical];
    if (!listed) throw refuse(`Resource ${logical} does not exist for stack ${stack.name}`);
    const { Timestamp, ...shown } = whole(stack, logical, listed);
    const metadata = stack.template.Resources[logical]?.Metadata;
    return {
      StackResourceDetail: {
        ...shown,
        LastUpdatedTimestamp: Timestamp,
        Metadata: metadata === undefined ? undefined : JSON.stringify(metadata),
      },
    };
  },
  ListStackResources(input: { StackName: string; NextToken?: string }, { cell }) {
    const stack = needStack(cell, input.StackName, absent(input.StackName));
    const { items, token } = page(Object.entries(stack.listed), input.NextToken, PAGE);
    return {
      StackResourceSummaries: items.map(([logical, listed]) => ({
        ...showResource(stack, logical, listed),
        LastUpdatedTimestamp: new Date(listed.at),
      })),
      NextToken: token,
    };
  },
  GetTemplate(input: { StackName?: string; ChangeSetName?: string }, { cell }) {
    const { changeSets } = slice(cell);
    const stack = input.StackName === undefined ? null : needStack(cell, input.StackName, absent(input.StackName));
    const set = Object.values(changeSets).find(
      (one) => one.id === input.ChangeSetName || (one.name === input.ChangeSetName && one.stack === stack?.id),
    );
    if (input.ChangeSetName && !set) throw refuse(`ChangeSet [${input.ChangeSetName}] does not exist`);
    const body = (set ?? stack)?.body;
    if (body === undefined) throw refuse('Either StackName or ChangeSetName must be specified.');
    return { TemplateBody: body, StagesAvailable: ['Original', 'Processed'] };
  },
  ValidateTemplate(input: Partial<StackInput>, context) {
    const { template } = read({ ...input, StackName: '' }, context);
    checkSource(template, context);
    return { Description: template.Description, Parameters: declared(template), ...neededCapability(template) };
  },
  GetTemplateSummary(input: Partial<StackInput>, context) {
    const { template, body } = read(input, context);
    return {
      Description: template.Description,
      Version: /AWSTemplateFormatVersion/.test(body) ? '2010-09-09' : undefined,
      Metadata: template.Metadata === undefined ? undefined : JSON.stringify(template.Metadata),
      Parameters: Object.entries(template.Parameters ?? {}).map(([ParameterKey, parameter], index) => ({
        ...declared(template)[index],
        ParameterKey,
        ParameterType: parameter.Type,
        ParameterConstraints: { AllowedValues: parameter.AllowedValues?.map(String) },
      })),
      ResourceTypes: Object.values(template.Resources).map((resource) => resource.Type),
      ResourceIdentifierSummaries: [],
      ...neededCapability(template),
    };
  },
  ListExports(input: { NextToken?: string }, { cell }) {
    const { items, token } = page(exportsOf(cell), input.NextToken, PAGE);
    return {
      Exports: items.map(({ name, value, stack }) => ({ ExportingStackId: stack.id, Name: name, Value: value })),
      NextToken: token,
    };
  },
  ListImports(input: { ExportName: string; NextToken?: string }, { cell }) {
    if (!exportsOf(cell).some((one) => one.name === input.ExportName))
      throw refuse(`Export '${input.ExportName}' does not exist.`);
    const users = importersOf(cell, input.ExportName);
    if (users.length === 0) throw refuse(`Export '${input.ExportName}' is not imported by any stack.`);
    const { items, token } = page(users, input.NextToken, PAGE);
    return { Imports: items.map((stack) => stack.name), NextToken: token };
  },
};
