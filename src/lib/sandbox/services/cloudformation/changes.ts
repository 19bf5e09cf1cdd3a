/** What a template would change of a stack: for each resource what, why, and whether it is replaced. */
import type { Change, ChangeDetail, Stack, Template, TemplateResource, Wanted } from './state.js';
import { same } from './state.js';
import { attributesIn, namesIn, references } from './template.js';
import { valuesOf } from './parameters.js';
import { keeps } from './remove.js';
import { recreationOf, schemaOf } from './types/schema.js';

export interface Compared {
  readonly changes: Change[];
  /** Nothing at all would be different: not even tags or outputs. */
  readonly none: boolean;
}

export function compare(stack: Stack, wanted: Wanted): Compared {
  const before = valuesOf(stack.template, stack.parameters, stack.resolved);
  const after = valuesOf(wanted.template, wanted.parameters, wanted.resolved);
  const moved = new Set(Object.keys(after).filter((key) => !same(after[key], before[key])));
  const retagged = !same(wanted.tags, stack.tags);
  const found = new Map<string, Change>();
  // A resource that is replaced or changed may change those that refer to it: looked at until nothing is added.
  for (let grown = true; grown;) {
    grown = false;
    for (const [logical, resource] of Object.entries(wanted.template.Resources)) {
      const change = changeOf(stack, wanted.template, logical, resource, { moved, retagged, found });
      if (!change || same(found.get(logical), change)) continue;
      found.set(logical, change);
      grown = true;
    }
  }
  const order = Object.keys(wanted.template.Resources).filter((logical) => found.has(logical));
  const removed = Object.keys(stack.resources).filter((logical) => !wanted.template.Resources[logical]);
  const changes = [...order.map((logical) => found.get(logical)!), ...removed.map((logical) => removal(stack, logical))];
  const sameOutputs = same(wanted.template.Outputs ?? {}, stack.template.Outputs ?? {});
  const readsMoved = [...references(wanted.template.Outputs ?? {})].some((name) => moved.has(name));
  return { changes, none: changes.length === 0 && !retagged && sameOutputs && !readsMoved };
}

function removal(stack: Stack, logical: string): Change {
  const { type, physical, policy } = stack.resources[logical]!;
  const policyAction = keeps(policy) ? 'Retain' : 'Delete';
  return { action: 'Remove', logical, type, physical, replacement: null, policyAction, scope: [], details: [] };
}

interface Known {
  readonly moved: ReadonlySet<string>;
  readonly retagged: boolean;
  readonly found: ReadonlyMap<string, Change>;
}

function changeOf(stack: Stack, template: Template, logical: string, resource: TemplateResource, known: Known): Change | null {
  const has = stack.resources[logical];
  const type = resource.Type;
  if (!has)
    return { action: 'Add', logical, type, physical: null, replacement: null, policyAction: null, scope: [], details: [] };
  const before = stack.template.Resources[logical];
  const details = [
    ...propertyDetails(type, before?.Properties ?? {}, resource.Properties ?? {}, template, known),
    ...attributeDetails(before, resource),
    ...(known.retagged && schemaOf(type).tags ? [detail('Tags', null, 'Never', 'Static', 'DirectModification', null)] : []),
    ...(has.dirty ? [detail('Properties', null, 'Never', 'Dynamic', 'DirectModification', null)] : []),
  ];
  if (details.length === 0) return null;
  const replacing = details.filter((one) => one.recreation !== 'Never');
  const sure = replacing.some((one) => one.evaluation === 'Static' && one.recreation === 'Always');
  const replacement = sure ? 'True' : replacing.length > 0 ? 'Conditional' : 'False';
  const kept = keeps(resource.UpdateReplacePolicy ?? 'Delete');
  const policyAction = replacement === 'False' ? null : kept ? 'ReplaceAndRetain' : 'ReplaceAndDelete';
  const scope = [...new Set(details.map((one) => one.attribute))];
  return { action: 'Modify', logical, type, physical: has.physical, replacement, policyAction, scope, details };
}

const detail = (
  attribute: string,
  name: string | null,
  recreation: ChangeDetail['recreation'],
  evaluation: ChangeDetail['evaluation'],
  source: string,
  cause: string | null,
): ChangeDetail => ({ attribute, name, recreation, evaluation, source, cause });

function propertyDetails(
  type: string,
  before: Record<string, unknown>,
  after: Record<string, unknown>,
  template: Template,
  { moved, found }: Known,
): ChangeDetail[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return names.flatMap((name) => {
    const recreation = recreationOf(type, name);
    const value = after[name];
    const parameters = [...references(value)].filter((key) => moved.has(key));
    const replaced = [...namesIn(value)].filter((key) => template.Resources[key] && isReplaced(found.get(key)));
    const read = attributesIn(value).filter(([key]) => found.get(key)?.action === 'Modify');
    const attribute = name === schemaOf(type).tags ? 'Tags' : 'Properties';
    const told = attribute === 'Tags' ? null : name;
    const dynamic = parameters.length > 0;
    return [
      ...parameters.map((key) => detail(attribute, told, recreation, 'Static', 'ParameterReference', key)),
      ...(dynamic || !same(before[name], value)
        ? [detail(attribute, told, recreation, dynamic ? 'Dynamic' : 'Static', 'DirectModification', null)]
        : []),
      ...replaced.map((key) => detail(attribute, told, recreation, 'Dynamic', 'ResourceReference', key)),
      ...read.map(([key, of]) => detail(attribute, told, recreation, 'Dynamic', 'ResourceAttribute', `${key}.${of}`)),
    ];
  });
}

const isReplaced = (change: Change | undefined): boolean => change?.action === 'Modify' && change.replacement !== 'False';

function attributeDetails(before: TemplateResource | undefined, after: TemplateResource): ChangeDetail[] {
  const attributes = ['Metadata', 'CreationPolicy', 'UpdatePolicy', 'DeletionPolicy', 'UpdateReplacePolicy'] as const;
  return attributes
    .filter((name) => !same(before?.[name], after[name]))
    .map((name) => detail(name, null, 'Never', 'Static', 'DirectModification', null));
}

/** Logical ids that are made or changed, and what refers to them: a replaced resource has a new physical id. */
export function touchedBy(changes: readonly Change[], template: Template): string[] {
  const touched = new Set(changes.filter((change) => change.action !== 'Remove').map((change) => change.logical));
  for (let grown = -1; grown !== touched.size;) {
    grown = touched.size;
    for (const [id, resource] of Object.entries(template.Resources))
      if ([...references(resource.Properties ?? {})].some((name) => touched.has(name))) touched.add(id);
  }
  return [...touched];
}
