/** What ECS answers and what a template renders, both in one shape: named things by name, sets sorted, defaults left out. */

/** A text where the path ends. */
export type Tree = string | { readonly [key: string]: Tree };

export const isTree = (value: Tree | undefined): value is { readonly [key: string]: Tree } => typeof value === 'object';

type Item = Readonly<Record<string, unknown>>;
type KeyOf = (item: Item) => string;

const by =
  (...keys: string[]): KeyOf =>
  (item) =>
    keys.map((key) => scalar(item[key] ?? '')).join(' ');

/** Lists of things with a name: their order says nothing. */
const NAMED: Readonly<Record<string, KeyOf>> = {
  containerDefinitions: by('name'),
  environment: by('name'),
  secrets: by('name'),
  secretOptions: by('name'),
  properties: by('name'),
  volumes: by('name'),
  ulimits: by('name'),
  environmentFiles: by('value'),
  portMappings: (item) =>
    `${scalar(item['containerPort'] ?? item['containerPortRange'] ?? '')}/${scalar(item['protocol'] ?? 'tcp')}`,
  mountPoints: by('containerPath'),
  tmpfs: by('containerPath'),
  devices: by('hostPath'),
  volumesFrom: by('sourceContainer'),
  dependsOn: by('containerName'),
  systemControls: by('namespace'),
  resourceRequirements: by('type'),
  extraHosts: by('hostname', 'ipAddress'),
  inferenceAccelerators: by('deviceName'),
  loadBalancers: by('containerName', 'containerPort'),
  capacityProviderStrategy: by('capacityProvider'),
};
/** Lists whose order is their meaning. */
const ORDERED = new Set(['command', 'entryPoint', 'dnsServers', 'dnsSearchDomains']);
/** Maps with keys of the user's own: nothing in them is a default. */
const FREE = new Set(['options', 'dockerLabels', 'driverOpts', 'labels', 'credentialSpecs']);
/** Of these, name and one value are all there is. */
const VALUE: Readonly<Record<string, string>> = {
  environment: 'value',
  properties: 'value',
  secrets: 'valueFrom',
  secretOptions: 'valueFrom',
};

/** @param defaults texts that mean the same as nothing, by path (list entries are `*`) */
export function toTree(value: unknown, defaults: Readonly<Record<string, string>> = {}): Tree {
  return branch(value as Item, [], defaults) ?? {};
}

function branch(item: Item, path: readonly string[], defaults: Readonly<Record<string, string>>): Tree | null {
  const made = bare();
  for (const [key, value] of Object.entries(item)) {
    const found = node(key, value, [...path, key], defaults);
    if (found !== null) made[key] = found;
  }
  return Object.keys(made).length === 0 ? null : made;
}

function node(key: string, value: unknown, path: readonly string[], defaults: Readonly<Record<string, string>>): Tree | null {
  if (value === null || value === undefined) return null;
  if (Array.isArray(value)) return value.length === 0 ? null : list(key, value, path, defaults);
  if (value instanceof Date) return value.toISOString();
  if (typeof value === 'object') return FREE.has(key) ? free(value as Item) : branch(value as Item, path, defaults);
  const text = scalar(value);
  // All switches of ECS but `essential` are off by default.
  if (defaults[path.join('.')] === text || (value === false && key !== 'essential')) return null;
  return text;
}

/** Names are the user's own: `__proto__` is one. */
const bare = (): Record<string, Tree> => Object.create(null) as Record<string, Tree>;

const free = (item: Item): Tree | null => {
  const entries = Object.entries(item).filter(([, value]) => value !== null && value !== undefined);
  return entries.length === 0 ? null : Object.fromEntries(entries.map(([key, value]) => [key, scalar(value)]));
};

function list(key: string, items: readonly unknown[], path: readonly string[], defaults: Readonly<Record<string, string>>): Tree {
  const keyOf = NAMED[key];
  const objects = items.every((item) => typeof item === 'object' && item !== null);
  if (keyOf && objects) {
    const made = bare();
    for (const item of items as Item[]) {
      let name = keyOf(item);
      for (let twice = 2; Object.hasOwn(made, name); twice++) name = `${keyOf(item)} (${twice})`;
      const only = VALUE[key];
      made[name] = only === undefined ? (branch(item, [...path, '*'], defaults) ?? {}) : scalar(item[only] ?? '');
    }
    return made;
  }
  if (ORDERED.has(key)) return JSON.stringify(items.map(scalar));
  return items.map(scalar).sort().join(', ');
}

/** Numbers and their texts are one; objects without a name of their own are compared whole. */
function scalar(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value);
  return JSON.stringify(value, (_key, inner: unknown) =>
    inner && typeof inner === 'object' && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : typeof inner === 'number' || typeof inner === 'boolean'
        ? String(inner)
        : inner,
  );
}
