/** What the functions of a stack's template see: its resources and parameters, exports of other stacks, zones. */
import type { CallContext, Cell, Session, World } from '../../service.js';
import { importsIn, pseudoOf, resolve, type Scope } from './functions.js';
import { valuesOf } from './parameters.js';
import { slice, type Output, type Stack } from './state.js';
import { refuse } from './template.js';

/** CloudFormation calls the services in the owner's name. */
export const contextOf = (cell: Cell, world: World, now: number, session: Session | null = null): CallContext => ({
  // Reached for anew, so that what comes next in the cell is asked for again.
  cell: world.cell(cell.account, cell.region),
  account: cell.account,
  region: cell.region,
  now,
  callerArn: `arn:aws:sts::${cell.account}:assumed-role/cloudformation/AWSCloudFormation`,
  session,
  prepared: null,
  world,
  id: (length) => world.id(length),
});

export interface Export {
  readonly name: string;
  readonly value: string;
  readonly stack: Stack;
}

export const liveStacks = (cell: Cell): Stack[] => Object.values(slice(cell).stacks).filter((stack) => stack.deletedAt === null);

export const exportsOf = (cell: Cell): Export[] =>
  liveStacks(cell)
    .flatMap((stack) =>
      Object.values(stack.outputs).flatMap((output) =>
        output.export === undefined ? [] : [{ name: output.export, value: output.value, stack }],
      ),
    )
    .sort((a, b) => (a.name < b.name ? -1 : 1));

const zonesOf = (region: string): string[] => ['a', 'b', 'c'].map((zone) => `${region}${zone}`);

export type Scoped = Pick<Stack, 'name' | 'id' | 'template' | 'parameters' | 'resolved' | 'resources' | 'notifications'>;

export const scopeOf = (cell: Cell, stack: Scoped): Scope => ({
  resources: stack.resources,
  parameters: valuesOf(stack.template, stack.parameters, stack.resolved),
  pseudo: pseudoOf(cell, stack),
  exported: (name) => exportsOf(cell).find((one) => one.name === name)?.value ?? null,
  zones: zonesOf,
});

/** Names of the exports that a stack reads. */
export function importsOf(cell: Cell, stack: Scoped): string[] {
  const scope = scopeOf(cell, stack);
  const { Resources, Outputs = {} } = stack.template;
  const used = [...Object.values(Resources).map((r) => r.Properties), ...Object.values(Outputs).map((o) => o.Value)];
  return [...new Set(importsIn(used).map((name) => String(resolve(name, scope))))];
}

/** The first export that a stack reads and nobody has, or null. */
export function missingImport(cell: Cell, stack: Scoped): string | null {
  const known = new Set(exportsOf(cell).map((one) => one.name));
  return importsOf(cell, stack).find((name) => !known.has(name)) ?? null;
}

/** Stacks that read an export. */
export const importersOf = (cell: Cell, name: string): Stack[] =>
  liveStacks(cell).filter((stack) => stack.status !== 'REVIEW_IN_PROGRESS' && importsOf(cell, stack).includes(name));

/** Outputs as the stack now makes them; refuses what others export already, and what others still read. */
export function outputsOf(cell: Cell, stack: Stack): Record<string, Output> {
  const scope = scopeOf(cell, stack);
  const made = Object.fromEntries(
    Object.entries(stack.template.Outputs ?? {}).map(([key, { Value, Description, Export }]) => [
      key,
      {
        value: asText(resolve(Value, scope)),
        ...(Description === undefined ? {} : { description: Description }),
        ...(Export ? { export: asText(resolve(Export.Name, scope)) } : {}),
      },
    ]),
  );
  const after = new Map(Object.values(made).flatMap((o) => (o.export === undefined ? [] : [[o.export, o.value] as const])));
  for (const { name, stack: owner } of exportsOf(cell))
    if (owner.id !== stack.id && after.has(name))
      throw refuse(`Export with name ${name} is already exported by stack ${owner.name}.`);
  for (const { name, value, stack: owner } of exportsOf(cell)) {
    if (owner.id !== stack.id || after.get(name) === value) continue;
    const users = importersOf(cell, name).filter((user) => user.id !== stack.id);
    if (users.length > 0)
      throw refuse(`Cannot ${after.has(name) ? 'update' : 'delete'} export ${name} as it is in use by ${namesOf(users)}.`);
  }
  return made;
}

const asText = (value: unknown): string => (Array.isArray(value) ? value.map(String).join(',') : String(value));

/** `a, b and c`. */
export const namesOf = (stacks: readonly Stack[]): string => {
  const names = stacks.map((stack) => stack.name);
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
};
