/** The same sequences of calls against the sandbox and against moto give answers of the same shape. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { withClient } from './client.js';
import { known, type Known } from './moto/differences.js';
import { plays, type Keep, type Play } from './moto/plays.js';
import { startMoto, type MotoServer } from './moto/server.js';
import { compareShapes, shapeOf, type Difference, type Shape } from './moto/shape.js';
import { ACCOUNT, REGION, serveSandbox, type Served } from './served.js';

/** Shapes by operation; several answers of one operation are one shape. */
async function record(play: Play, endpoint: string, now: number): Promise<Map<string, Shape>> {
  const shapes = new Map<string, Shape>();
  const keep: Keep = async (operation, answer) => {
    let shape: Shape;
    try {
      const members: Record<string, unknown> = { ...((await answer) as object) };
      delete members['$metadata'];
      shape = shapeOf(members);
    } catch (error) {
      // A refusal that nobody expects ends the play; one that is asked for is known by its code.
      if (!operation.includes('(')) throw new Error(`${operation} was refused: ${String(error)}`, { cause: error });
      shape = new Map([['error', (error as Error).name]]);
    }
    shapes.set(operation, new Map([...(shapes.get(operation) ?? []), ...shape]));
    return answer.catch(() => ({}) as never);
  };
  await play(
    { endpoint, region: REGION, credentials: { accessKeyId: ACCOUNT, secretAccessKey: 'secret' }, maxAttempts: 1 },
    keep,
    now,
  );
  return shapes;
}

const fits = (pattern: string, text: string): boolean =>
  new RegExp(
    `^${pattern
      .split('*')
      .map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
      .join('.*')}$`,
  ).test(text);
/** The member of an entry that explains a difference, or undefined. */
const explains = (entry: Known, found: Difference): string | undefined =>
  entry.only === found.only && fits(entry.operations, found.operation)
    ? entry.members.find((member) => found.path === member || found.path.endsWith(`.${member}`))
    : undefined;
const explained = ({ operations, only }: Known, member: string | undefined): string[] =>
  member === undefined ? [] : [`${operations} ${member} (${only})`];
const shown = ({ operation, path, only, types }: Difference): string =>
  `${operation} ${path}: ${only === 'both' ? `${types[0]} here, ${types[1]} in moto` : `only ${only === 'sandbox' ? 'here' : 'in moto'} (${types[0] ?? types[1]})`}`;

withClient({ name: 'moto', program: 'moto_server', unit: 'operations' }, Object.keys(plays).join(', '), 90, (tally) => {
  let served: Served;
  let moto: MotoServer;
  beforeAll(async () => {
    [served, moto] = await Promise.all([serveSandbox(), startMoto()]);
  });
  afterAll(async () => {
    await Promise.all([served.close(), moto.close()]);
  });
  /** `operations member` of the entries that explained something. */
  const used = new Set<string>();

  it.for(Object.entries(plays))('%s', async ([, play]) => {
    const [ours, theirs] = [await record(play, served.endpoint, served.now()), await record(play, moto.endpoint, Date.now())];
    expect([...ours.keys()]).toEqual([...theirs.keys()]);
    const unexplained: string[] = [];
    for (const [operation, shape] of ours) {
      for (const found of compareShapes(operation, shape, theirs.get(operation)!)) {
        const reasons = known.flatMap((entry) => explained(entry, explains(entry, found)));
        for (const reason of reasons) used.add(reason);
        if (reasons.length === 0) unexplained.push(shown(found));
      }
      tally.checked++;
    }
    expect(unexplained).toEqual([]);
  });

  it('every known difference is still one', () => {
    const all = known.flatMap((entry) => entry.members.flatMap((member) => explained(entry, member)));
    expect(all.filter((reason) => !used.has(reason))).toEqual([]);
  });
});
