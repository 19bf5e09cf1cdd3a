/** The shape of an answer: which members it has, all the way down, and of which types. */

/** Path of a member -> its type, e.g. `services[].deployments[].id` -> `string`. */
export type Shape = ReadonlyMap<string, string>;

export interface Difference {
  /** `service:Operation`. */
  readonly operation: string;
  readonly path: string;
  /** Who has the member; `both`, but of different types. */
  readonly only: 'sandbox' | 'moto' | 'both';
  readonly types: readonly [sandbox: string | null, moto: string | null];
}

/** Members whose keys are data and not names: their values are compared under `*`. */
const maps = /(^|\.)(VersionIdsToStages|SecretVersionsToStages)$/;

export function shapeOf(value: unknown): Shape {
  const shape = new Map<string, string>();
  const walk = (inner: unknown, path: string): void => {
    if (inner === undefined || inner === null) return;
    const type = typeOf(inner);
    const before = shape.get(path);
    // Items of one list may differ: a list of nothing yet says nothing of its items.
    shape.set(path, before === undefined || before === type ? type : [before, type].sort().join('|'));
    if (Array.isArray(inner)) for (const item of inner) walk(item, `${path}[]`);
    else if (type === 'object')
      for (const [key, item] of Object.entries(inner as object)) {
        const name = maps.test(path) ? '*' : key;
        walk(item, path === '' ? name : `${path}.${name}`);
      }
  };
  walk(value, '');
  return shape;
}

function typeOf(value: unknown): string {
  if (Array.isArray(value)) return 'list';
  if (value instanceof Date) return 'time';
  if (value instanceof Uint8Array || (typeof value === 'object' && 'transformToString' in (value as object))) return 'blob';
  return typeof value;
}

/** Whether `path` lies in a list that has no item in this shape. */
const unknownIn = (shape: Shape, path: string): boolean => {
  for (let at = path.indexOf('[]'); at >= 0; at = path.indexOf('[]', at + 2))
    if (shape.has(path.slice(0, at)) && !shape.has(path.slice(0, at + 2))) return true;
  return false;
};

/** Whether the member that holds `path` is missing as a whole: that is said once, of the member. */
const parentMissing = (shape: Shape, path: string): boolean => {
  const cut = Math.max(path.lastIndexOf('.'), path.endsWith('[]') ? path.length - 2 : -1);
  return cut > 0 && !shape.has(path.slice(0, cut));
};

export function compareShapes(operation: string, sandbox: Shape, moto: Shape): Difference[] {
  const paths = [...new Set([...sandbox.keys(), ...moto.keys()])].sort();
  return paths.flatMap((path): Difference[] => {
    const [ours, theirs] = [sandbox.get(path) ?? null, moto.get(path) ?? null];
    if (ours === theirs) return [];
    const lacking = ours === null ? sandbox : theirs === null ? moto : null;
    if (lacking && (unknownIn(lacking, path) || parentMissing(lacking, path))) return [];
    return [{ operation, path, only: lacking === null ? 'both' : ours === null ? 'moto' : 'sandbox', types: [ours, theirs] }];
  });
}
